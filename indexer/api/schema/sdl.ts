import type { Column, Entity, Link } from '../query/entity.ts'
import { DEFAULT_LIMIT, MAX_LIMIT } from '../query/page.ts'
import { operatorsOf } from '../query/where.ts'

/** The part of the schema that is derived from entities. */
export function entitiesSdl(entities: readonly Entity[]): string {
  return [...entities.map(typeSdl), queriesSdl(entities)].join('\n')
}

function typeSdl(entity: Entity): string {
  const { type, doc } = entity
  const shown = Object.entries(entity.columns).filter(([, { hidden }]) => !hidden)
  const fields = shown.map(([name, column]) => `${docs(column.doc)}${name}: ${output(column)}`)
  const links = Object.entries(entity.links ?? {}).map(([name, link]) => linkSdl(name, link, entity))
  return `${docs(doc)}type ${type} {\n${[...fields, ...links].join('\n')}\n}\n${listSdl(entity)}`
}

function listSdl(entity: Entity): string {
  const { type } = entity
  const filters = Object.entries(entity.columns).flatMap(([name, column]) => {
    if (column.hidden) return []
    return operatorsOf(column).map((operator) => {
      const of = named(column)
      const suffix = operator === '' ? '' : `_${operator}`
      return `${name}${suffix}: ${operator.endsWith('in') ? `[${of}!]` : of}`
    })
  })
  const orders = Object.entries(entity.columns).filter(([, { hidden, nullable }]) => !hidden && !nullable)
  return `
type ${type}Page {
  items: [${type}!]!
  pageInfo: PageInfo!
  "How many there are in all, whatever the page."
  totalCount: UInt!
}
"All that is given must hold."
input ${type}Where {
  AND: [${type}Where!]
  OR: [${type}Where!]
  ${filters.join('\n  ')}
}
enum ${type}OrderBy { ${orders.map(([name]) => name).join(' ')} }
`
}

function linkSdl(name: string, { kind, to, on, doc, optional }: Link, from: Entity): string {
  const { type } = to()
  if (kind === 'many') return `${docs(doc)}${name}(${pageArgs(type)}): ${type}Page!`
  const sure = !optional && Object.values(on).every((column) => from.columns[column]?.nullable === false)
  return `${docs(doc)}${name}: ${type}${sure ? '!' : ''}`
}

function queriesSdl(entities: readonly Entity[]): string {
  const fields = entities.flatMap((entity) => {
    const { type, list, single, doc, key } = entity
    const keys = key.map((name) => {
      const column = entity.columns[name]
      return column === undefined ? '' : `${name}: ${named(column)}!`
    })
    return [
      ...(single === undefined ? [] : [`${docs(doc)}${single}(${keys.join(', ')}, block: AsOfBlock): ${type}`]),
      ...(list === undefined ? [] : [`${docs(doc)}${list}(${pageArgs(type)}, block: AsOfBlock): ${type}Page!`]),
    ]
  })
  return `type Query {\n${fields.join('\n')}\n}`
}

function pageArgs(type: string): string {
  return `where: ${type}Where, orderBy: ${type}OrderBy, orderDirection: OrderDirection = asc, before: String,
    after: String, "1 to ${MAX_LIMIT}." limit: UInt = ${DEFAULT_LIMIT}`
}

function output(column: Column): string {
  return `${named(column)}${column.nullable ? '' : '!'}`
}

function named({ kind }: Column): string {
  return typeof kind === 'string' ? kind : kind.oneOf
}

function docs(text: string): string {
  return `"""${text}"""\n`
}
