import { type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql'

/** How many items a list of the introspection schema has: on average, and at most. */
export interface FanOut {
  readonly average: number
  readonly most: number
}

/** By the list's name: `types`, `fields`, `args` and so on. */
export type FanOuts = Readonly<Record<string, FanOut>>

const known = new WeakMap<GraphQLSchema, FanOuts>()

export function fanOutsOf(schema: GraphQLSchema): FanOuts {
  const remembered = known.get(schema)
  if (remembered !== undefined) return remembered
  const types = Object.values(schema.getTypeMap())
  const composite = types.map((type) =>
    isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [],
  )
  const over = (sizes: readonly number[]): FanOut => ({
    average: Math.max(0.1, sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, sizes.length)),
    most: Math.max(1, ...sizes),
  })
  const always = (size: number): FanOut => ({ average: size, most: size })
  const made: FanOuts = {
    types: always(types.length),
    directives: always(schema.getDirectives().length),
    fields: over(composite.map((fields) => fields.length)),
    args: over(composite.flat().map(({ args }) => args.length)),
    inputFields: over(types.map((type) => (isInputObjectType(type) ? Object.keys(type.getFields()).length : 0))),
    enumValues: over(types.map((type) => (isEnumType(type) ? type.getValues().length : 0))),
    interfaces: always(1),
    possibleTypes: always(1),
    // Few types are wrapped three times, and a query must ask for as many.
    ofType: always(0.6),
  }
  known.set(schema, made)
  return made
}
