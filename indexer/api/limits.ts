import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  getVariableValues,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { BadRequest } from './query/badRequest.ts'
import { DEFAULT_LIMIT, MAX_LIMIT } from './query/page.ts'

/**
 * The limits of a request. A field costs one, a computed field more, and a list multiplies the cost
 * of its items by its limit: three nested lists of a hundred cost a million. Fragments count
 * wherever they are spread.
 */
export interface Limits {
  readonly depth: number
  readonly aliases: number
  readonly cost: number
}

/** The costs of fields that are computed from many rows. */
const costs: Readonly<Record<string, number>> = {
  'Inference.proof': 20,
  'Inference.explanation': 250,
  'Batch.sum': 50,
  'Book.pay': 1_000,
}

export const defaultLimits: Limits = { depth: 12, aliases: 60, cost: 50_000 }

/** Throws `BadRequest` if the operation exceeds the limits. */
export function checkLimits(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Readonly<Record<string, unknown>>,
  limits: Limits,
): void {
  const fragments = new Map<string, FragmentDefinitionNode>()
  const operations: OperationDefinitionNode[] = []
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition)
  }
  const operation = operations.find(({ name }) => !operationName || name?.value === operationName)
  const root = operation && schema.getRootType(operation.operation)
  if (!operation || !root) return

  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables)
  // Execution rejects variables that do not fit their types.
  if (coerced === undefined) return

  let aliases = 0
  let visited = 0
  let spent = 0

  const walk = (set: SelectionSetNode, type: GraphQLObjectType, depth: number, times: number, items = 1): void => {
    if (depth > limits.depth) {
      throw new BadRequest(`The query is more than ${limits.depth} levels deep`, 'QUERY_TOO_DEEP')
    }
    for (const selection of set.selections) {
      visited += 1
      if (visited > limits.cost) throw tooCostly(limits)
      if (selection.kind === Kind.FIELD) {
        visit(selection, type, depth, selection.name.value === 'items' ? times * items : times)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, type, depth, times, items)
      } else {
        const fragment = fragments.get(selection.name.value)
        if (fragment !== undefined) walk(fragment.selectionSet, type, depth, times, items)
      }
    }
  }

  const visit = (field: FieldNode, type: GraphQLObjectType, depth: number, times: number): void => {
    const definition = type.getFields()[field.name.value]
    // Introspection is bounded by the schema's size.
    if (definition === undefined) return
    if (field.alias !== undefined) aliases += 1
    if (aliases > limits.aliases) {
      throw new BadRequest(`The query has more than ${limits.aliases} aliases`, 'TOO_MANY_ALIASES')
    }
    spent += times * (costs[`${type.name}.${field.name.value}`] ?? 1)
    if (spent > limits.cost) throw tooCostly(limits)
    const inner = getNamedType(definition.type)
    if (field.selectionSet === undefined || !isObjectType(inner)) return
    const isList = definition.args.some(({ name }) => name === 'limit')
    const args = isList ? getArgumentValues(definition, field, coerced) : {}
    walk(field.selectionSet, inner, depth + 1, times, isList ? limitOf(args) : 1)
  }

  walk(operation.selectionSet, root, 1, 1)
}

/** The list itself rejects a limit above the maximum. */
function limitOf({ limit }: Readonly<Record<string, unknown>>): number {
  return Math.min(Number(typeof limit === 'bigint' ? limit : DEFAULT_LIMIT), Number(MAX_LIMIT))
}

function tooCostly({ cost }: Limits): BadRequest {
  return new BadRequest(
    `The query could return more than ${cost} fields; ask for fewer items with limit, or for less of each`,
    'QUERY_TOO_COSTLY',
  )
}
