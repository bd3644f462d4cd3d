import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  getNullableType,
  getOperationAST,
  getVariableValues,
  isIntrospectionType,
  isListType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql'
import { fanOutsOf } from './introspectionFanOut.ts'
import { COMPARISON_COST, fieldCosts, LIST_VALUE_COST, limits, TOTAL_COUNT_COST } from './limits.ts'
import { BadRequest } from './query/badRequest.ts'
import { DEFAULT_LIMIT, MAX_LIMIT } from './query/page.ts'

/**
 * What a query may cost, before it is executed: points for what the database and this process do,
 * and the bytes of the largest answer. A field costs a point, a computed one more; a list costs its
 * limit, and multiplies what its items cost; filters cost by their comparisons. Introspection and
 * `__typename` count as well, and fragments wherever they are spread.
 */
export interface Cost {
  readonly points: number
  readonly bytes: number
  /** Whether it is of the schema alone, and of much of it. */
  readonly isOfSchema: boolean
  /** Whether the answer follows from the head alone, and from no file beside the database. */
  readonly isOfHead: boolean
}

/** The schema is in memory: a field of it costs less than a field of a row. */
const INTROSPECTION_SHARE = 0.3
/** Items of a list of objects that takes no limit, such as `Model.ancestors`. */
const UNLIMITED_ITEMS = 10
/** Values of a list of scalars, such as a path of hashes. */
const SCALARS_A_LIST = 20
/** What a value takes in an answer, by its type; any other is an enum. */
const BYTES: Readonly<Record<string, number>> = {
  Bytes: 70,
  String: 40,
  BigInt: 16,
  UInt: 9,
  Int: 9,
  Float: 12,
  ID: 30,
}
const BYTES_OF_ENUM = 14
/** Quotes, colon and comma around a key and its value. */
const BYTES_AROUND = 6

/** Where the walk is: how often the selection is answered, and how deep it is. */
interface Place {
  readonly times: number
  readonly depth: number
  /** Items of the page that this selection is of. */
  readonly items: number
  /** Whether it is of each type of the schema, whose sizes average out. */
  readonly isOfEachType: boolean
}

/** Throws `BadRequest` if the operation exceeds the limits. */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Readonly<Record<string, unknown>>,
): Cost {
  const nothing: Cost = { points: 0, bytes: 0, isOfSchema: false, isOfHead: false }
  const operation = getOperationAST(document, operationName)
  const root = operation && schema.getRootType(operation.operation)
  if (!operation || !root) return nothing
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables)
  // Execution rejects variables that do not fit their types.
  if (coerced === undefined) return nothing
  const fragments = fragmentsOf(document)
  const fanOuts = fanOutsOf(schema)

  let aliases = 0
  let visited = 0
  let points = 0
  let bytes = 0
  let introspection = 0
  let isOfHead = true

  const spend = (cost: number, size: number): void => {
    points += cost
    bytes += size
    if (points > limits.cost.most || visited > limits.spreads.most) throw tooCostly()
    if (bytes > limits.answerBytes.most) throw tooLarge()
  }

  const walk = (set: SelectionSetNode, type: GraphQLObjectType, place: Place): void => {
    if (place.depth > limits.depth.most) {
      throw new BadRequest(
        `The query is more than ${limits.depth.most} levels deep; ask for the inner objects by their ids in a second request`,
        'QUERY_TOO_DEEP',
      )
    }
    for (const selection of set.selections) {
      visited += 1
      if (selection.kind === Kind.FIELD) visit(selection, type, place)
      else if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.selectionSet, type, place)
      else {
        spend(0, 0)
        const fragment = fragments.get(selection.name.value)
        if (fragment !== undefined) walk(fragment.selectionSet, type, place)
      }
    }
  }

  const visit = (field: FieldNode, type: GraphQLObjectType, place: Place): void => {
    const name = field.name.value
    const definition = fieldOf(type, name)
    if (definition === undefined) return
    if (field.alias !== undefined) aliases += 1
    if (aliases > limits.aliases.most) throw tooManyAliases()
    if (isIntrospectionType(type) || name.startsWith('__')) introspect(field, definition, place)
    else answer(field, definition, type, place)
  }

  const introspect = (field: FieldNode, definition: AnyField, place: Place): void => {
    const name = field.name.value
    const inner = getNamedType(definition.type)
    introspection += place.times * INTROSPECTION_SHARE
    spend(place.times * INTROSPECTION_SHARE, place.times * bytesOf(field, inner, 1))
    if (field.selectionSet === undefined || !isObjectType(inner)) return
    const fanOut = fanOuts[name]
    const isOfEachType = name === 'types' || (place.isOfEachType && (name === 'fields' || name === 'args'))
    const many = fanOut === undefined ? 1 : place.isOfEachType ? fanOut.average : fanOut.most
    const depth = name === 'ofType' ? place.depth : place.depth + 1
    walk(field.selectionSet, inner, { times: place.times * many, depth, items: 1, isOfEachType })
  }

  const answer = (field: FieldNode, definition: AnyField, type: GraphQLObjectType, place: Place): void => {
    const name = field.name.value
    if (`${type.name}.${name}` === 'Inference.explanation') isOfHead = false
    const times = name === 'items' ? place.times * place.items : place.times
    const inner = getNamedType(definition.type)
    const isPage = definition.args.some((arg) => arg.name === 'limit')
    const args = definition.args.length === 0 ? {} : getArgumentValues(definition, field, coerced)
    const items = isPage ? limitOf(args) : 1
    const isList = isListType(getNullableType(definition.type))
    const own = fieldCosts[`${type.name}.${name}`] ?? (isPage ? items : 1)
    const flat = name === 'totalCount' ? TOTAL_COUNT_COST : filterCost(args.where, '')
    spend(times * own + flat, times * bytesOf(field, inner, isList ? SCALARS_A_LIST : 1))
    if (field.selectionSet === undefined || !isObjectType(inner)) return
    const many = isList && name !== 'items' ? times * UNLIMITED_ITEMS : times
    walk(field.selectionSet, inner, { times: many, depth: place.depth + 1, items, isOfEachType: false })
  }

  walk(operation.selectionSet, root, { times: 1, depth: 1, items: 1, isOfEachType: false })
  const isOfSchema = introspection > limits.lightPoints.most
  // A thread answers about the schema, and knows no history.
  if (isOfSchema && points > introspection) throw mixed()
  return { points, bytes, isOfSchema, isOfHead }
}

type AnyField = GraphQLField<unknown, unknown>

/** Its key, and its values. */
function bytesOf({ alias, name }: FieldNode, type: GraphQLNamedType, values: number): number {
  const around = (alias ?? name).value.length + BYTES_AROUND
  return around + (isObjectType(type) ? 0 : values * (BYTES[type.name] ?? BYTES_OF_ENUM))
}

function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const found = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
  return new Map(found.map((fragment) => [fragment.name.value, fragment]))
}

function fieldOf(type: GraphQLObjectType, name: string): AnyField | undefined {
  const meta = [SchemaMetaFieldDef, TypeMetaFieldDef, TypeNameMetaFieldDef].find((field) => field.name === name)
  return meta ?? type.getFields()[name]
}

/** The list itself rejects a limit above the maximum. */
function limitOf({ limit }: Readonly<Record<string, unknown>>): number {
  return Math.min(Number(typeof limit === 'bigint' ? limit : DEFAULT_LIMIT), Number(MAX_LIMIT))
}

/** Of a filter outside of a query. Throws `BadRequest` if it exceeds the limits. */
export function checkFilter(where: unknown): void {
  if (filterCost(where, 'where') > limits.cost.most) throw tooCostly()
}

/** Every comparison of a filter, however it is nested. */
function filterCost(value: unknown, field: string): number {
  if (Array.isArray(value)) {
    if (value.length > limits.listValues.most) {
      throw new BadRequest(
        `The list ${field} of a filter has ${value.length} values, and may have ${limits.listValues.most}; ask in several requests`,
        'QUERY_TOO_COSTLY',
        { argument: field },
      )
    }
    return value.reduce((sum: number, item) => sum + LIST_VALUE_COST + filterCost(item, field), 0)
  }
  if (value === null || typeof value !== 'object') return 0
  return Object.entries(value).reduce((sum, [name, inner]) => sum + COMPARISON_COST + filterCost(inner, name), 0)
}

function mixed(): BadRequest {
  return new BadRequest(
    'The query asks for much of the schema and for facts as well; ask for the schema by itself',
    'QUERY_TOO_COSTLY',
  )
}

function tooManyAliases(): BadRequest {
  return new BadRequest(
    `The query has more than ${limits.aliases.most} aliases; ask for several ids at once with id_in`,
    'TOO_MANY_ALIASES',
  )
}

function tooCostly(): BadRequest {
  return new BadRequest(
    `The query may cost more than ${limits.cost.most} points; lower limit, or ask for fewer fields, aliases or filters`,
    'QUERY_TOO_COSTLY',
  )
}

export function tooLarge(): BadRequest {
  return new BadRequest(
    `The answer would have more than ${limits.answerBytes.most} bytes; lower limit, or ask for fewer fields`,
    'ANSWER_TOO_LARGE',
  )
}
