import { type Column, type Entity, fieldsOf, type Link } from '../query/entity.ts'
import { DEFAULT_LIMIT, MAX_LIMIT } from '../query/page.ts'
import { type Filter, filtersOf } from '../query/where.ts'

/** The part of the schema that is derived from entities. */
export function entitiesSdl(entities: readonly Entity[]): string {
  return [...entities.map(typeSdl), queriesSdl(entities)].join('\n')
}

/** The fields that rows can be ordered by: those that always have a value. */
export function ordersOf(
  entity: Entity,
): readonly { readonly field: string; readonly name: string; readonly doc: string }[] {
  const [first = ''] = entity.key
  const columns = fieldsOf(entity).filter(({ column: { nullable } }) => !nullable)
  return [
    { field: 'id', name: first, doc: 'By what names them.' },
    ...columns.map(({ field, name, column: { doc } }) => ({ field, name, doc })),
  ]
}

function typeSdl(entity: Entity): string {
  const { type, doc } = entity
  const fields = fieldsOf(entity).map(({ field, column }) => `${docs(column.doc)}${field}: ${output(column)}`)
  const links = Object.entries(entity.links ?? {}).map(([name, link]) => linkSdl(name, link, entity))
  const id = `${docs(`Names it in caches: ${entity.key.join('-')}, with @block-hash in an answer of the past.`)}id: ID!`
  return `${docs(doc)}type ${type} {\n${[id, ...fields, ...links].join('\n')}\n}\n${listSdl(entity)}`
}

function listSdl(entity: Entity): string {
  const { type } = entity
  const filters = [...filtersOf(entity)].map(([field, filter]) => filterSdl(type, field, filter))
  const orders = ordersOf(entity).map(({ field, doc }) => `${docs(doc)}${field}`)
  return `
"A page of a list."
type ${type}Page {
  "The rows of the page."
  items: [${type}!]!
  "Where the page lies in the list."
  pageInfo: PageInfo!
  "How many there are in all, whatever the page."
  totalCount: UInt!
}
"What the rows of a list have to be like. All that is given must hold."
input ${type}Where {
  ${filters.join('\n  ')}
}
"What a list can be ordered by."
enum ${type}OrderBy {
  ${orders.join('\n  ')}
}
`
}

function filterSdl(type: string, field: string, filter: Filter): string {
  switch (filter.kind) {
    case 'AND':
      return `${docs('All of these hold.')}AND: [${type}Where!]`
    case 'OR':
      return `${docs('One of these holds.')}OR: [${type}Where!]`
    case 'NOT':
      return `${docs('This does not hold; rows without a value are kept.')}NOT: ${type}Where`
    case 'id':
      return filter.isList ? `${docs('Named by one of these.')}id_in: [ID!]` : `${docs('Named by this.')}id: ID`
    case 'link':
      return `${docs(manyDoc(filter.link))}${field}: ${filter.link.to().type}Where`
    case 'column': {
      const { takes, doc } = filter.operator
      const of = takes === 'flag' ? 'Boolean' : named(filter.column)
      return `${docs(doc)}${field}: ${takes === 'list' ? `[${of}!]` : of}`
    }
  }
}

function manyDoc({ kind }: Link): string {
  return kind === 'one' ? 'There is one, and this holds of it.' : 'This holds of one of them at least.'
}

function linkSdl(name: string, { kind, to, on, doc, optional }: Link, from: Entity): string {
  const { type } = to()
  if (kind === 'many') return `${docs(doc)}${name}(${pageArgs(type)}): ${type}Page!`
  const sure = !optional && Object.values(on).every((column) => from.columns[column]?.nullable === false)
  return `${docs(doc)}${name}: ${type}${sure ? '!' : ''}`
}

const BLOCK = '"The block that the answer speaks of; the newest without it." block: AsOfBlock'

function queriesSdl(entities: readonly Entity[]): string {
  const fields = entities.flatMap(({ type, list, single, doc }) => [
    ...(single === undefined ? [] : [`${docs(doc)}${single}("Its id." id: ID!, ${BLOCK}): ${type}`]),
    ...(list === undefined ? [] : [`${docs(doc)}${list}(${pageArgs(type)}, ${BLOCK}): ${type}Page!`]),
  ])
  return `"What can be asked."\ntype Query {\n${fields.join('\n')}\n}`
}

function pageArgs(type: string): string {
  return `"Which rows; all without it." where: ${type}Where, "By id without it." orderBy: ${type}OrderBy,
    "Least or first rows first without it." orderDirection: OrderDirection = asc,
    "The startCursor of the page that follows the wanted one." before: String,
    "The endCursor of the page before the wanted one." after: String, "1 to ${MAX_LIMIT}." limit: UInt = ${DEFAULT_LIMIT}`
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
