import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'

/** A source of numbers from 0 to below 1. */
export type Random = () => number

export interface GeneratedRequest {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

const DEPTH = 5

/**
 * A query over the schema: fields, aliases, fragments, filters, orders, cursors and limits at
 * random, as literals or as variables. `malice` of its values fit no column, cursor or type.
 */
export function generateQuery(schema: GraphQLSchema, random: Random, malice: number): GeneratedRequest {
  const root = schema.getQueryType()
  if (!root) throw new Error('The schema has no queries')
  const variables: Record<string, unknown> = {}
  const declared: string[] = []
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const chance = (share: number) => random() < share

  const scalar = (name: string): unknown => {
    if (chance(malice)) return pick(HOSTILE)
    switch (name) {
      case 'UInt':
      case 'Int':
        return pick([0, 1, 2, 7, 50, 500, Number.MAX_SAFE_INTEGER])
      case 'BigInt':
        return pick(['0', '1', '50000000', '-1', '9223372036854775807', '10000000000000000000', '9'.repeat(78)])
      case 'Bytes':
        return pick(['0x', '0x00', `0x${'ab'.repeat(20)}`, `0x${'12'.repeat(32)}`])
      case 'Boolean':
        return chance(0.5)
      default:
        return pick(['', 'test', 'a%_\\', '😀', CURSOR, 'x'.repeat(300)])
    }
  }

  const value = (type: GraphQLInputType, depth: number): unknown => {
    if (isNonNullType(type)) return value(type.ofType, depth)
    if (chance(0.05 + malice / 4)) return null
    if (isListType(type)) return Array.from({ length: Math.floor(random() * 4) }, () => value(type.ofType, depth + 1))
    const named = getNamedType(type)
    if (isEnumType(named)) return new EnumName(chance(malice / 4) ? 'NoSuchName' : pick(named.getValues()).name)
    if (!isInputObjectType(named)) return scalar(named.name)
    if (depth > 3) return {}
    const fields = Object.values(named.getFields())
    const chosen = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(fields))
    const required = fields.filter((field) => isNonNullType(field.type))
    return Object.fromEntries([...required, ...chosen].map((field) => [field.name, value(field.type, depth + 1)]))
  }

  const argument = (arg: GraphQLArgument): string => {
    const made = arg.name === 'limit' && !chance(malice) ? pick([1, 2, 3, 10]) : value(arg.type, 0)
    if (!chance(0.4)) return `${arg.name}: ${literal(made)}`
    const name = `v${declared.length}`
    declared.push(`$${name}: ${arg.type}`)
    variables[name] = plain(made)
    return `${arg.name}: $${name}`
  }

  const selection = (type: GraphQLOutputType, depth: number): string => {
    const named = getNamedType(type)
    return isObjectType(named) ? ` { ${fieldsOf(named, depth)} }` : ''
  }

  const fieldsOf = (type: GraphQLObjectType, depth: number): string => {
    const all = Object.values(type.getFields())
    const fitting = depth >= DEPTH ? all.filter((field) => !isObjectType(getNamedType(field.type))) : all
    const chosen = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(fitting))
    const texts = chosen.flatMap((field, i) => {
      if (field === undefined) return []
      const args = field.args.filter((arg) => isNonNullType(arg.type) || chance(0.3)).map(argument)
      const given = args.length === 0 ? '' : `(${args.join(', ')})`
      const text = `f${i}: ${field.name}${given}${selection(field.type, depth + 1)}`
      return [chance(0.1) ? `... on ${type.name} { ${text} }` : text]
    })
    if (chance(malice / 4)) texts.push(pick(['noSuchField', '__typename @skip(if: 1)', '...Missing', '__schema { x }']))
    return texts.length === 0 ? '__typename' : texts.join(' ')
  }

  const body = fieldsOf(root, 0)
  const query = `query${declared.length === 0 ? '' : `(${declared.join(', ')})`} { ${body} }`
  return { query: chance(malice / 4) ? broken(query, random) : query, variables }
}

class EnumName {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

const CURSOR = Buffer.from('["id","99999999999999999999999999"]').toString('base64url')

/** Values that some layer below might not expect. */
const HOSTILE: readonly unknown[] = [
  '10000000000000000000',
  '9'.repeat(79),
  `-${'9'.repeat(78)}`,
  -1,
  1.5,
  1e300,
  2 ** 53,
  '\0',
  'a\0b',
  '\ud800',
  '0x0',
  '0xzz',
  true,
  null,
  [],
  {},
  [[]],
  'é'.repeat(5_000),
  Buffer.from('["id","a\0"]').toString('base64url'),
  Buffer.from('[["id"],{}]').toString('base64url'),
  Buffer.from('["__proto__","1","1"]').toString('base64url'),
  "'; drop table block; --",
]

function literal(made: unknown): string {
  if (made instanceof EnumName) return made.name
  if (Array.isArray(made)) return `[${made.map(literal).join(', ')}]`
  if (typeof made !== 'object' || made === null) return JSON.stringify(made)
  return `{ ${Object.entries(made)
    .map(([name, inner]) => `${name}: ${literal(inner)}`)
    .join(', ')} }`
}

/** Enum names are strings in JSON. */
function plain(made: unknown): unknown {
  if (made instanceof EnumName) return made.name
  if (Array.isArray(made)) return made.map(plain)
  if (typeof made !== 'object' || made === null) return made
  return Object.fromEntries(Object.entries(made).map(([name, inner]) => [name, plain(inner)]))
}

/** A text that is no longer GraphQL, or another query. */
function broken(query: string, random: Random): string {
  const at = Math.floor(random() * query.length)
  const inserted = ['{', '}', '(', '"', '\0', '$', '...', '@', '#', '"""', '\ufeff'][Math.floor(random() * 11)]
  return `${query.slice(0, at)}${inserted}${query.slice(at + (random() < 0.5 ? 0 : 3))}`
}
