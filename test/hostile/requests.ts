import { getIntrospectionQuery } from 'graphql'

/** Requests that are made to hurt: refused, or allowed and as costly as it gets. */

interface HostileRequest {
  readonly query: string
  readonly variables?: object
}

const times = (count: number, make: (i: number) => string) => Array.from({ length: count }, (_, i) => make(i)).join(' ')
const comparisons = (count: number) => Array.from({ length: count }, (_, i) => ({ feeGwei_gt: `${i}`, position: i }))

const kinds: readonly ((number: number) => HostileRequest)[] = [
  () => ({ query: `{ ${times(400, (i) => `a${i}: __schema { types { name } }`)} }` }),
  () => ({ query: `{ ${times(20, (i) => `a${i}: __schema { types { name fields { name type { name } } } }`)} }` }),
  // Each a new text, so that no cache knows it.
  (number) => ({ query: getIntrospectionQuery().replace('queryType', `a${number}: queryType`) }),
  () => ({
    query: `query ($w: InferenceWhere) { ${times(60, (i) => `a${i}: inferences(where: $w) { items { batchId } }`)} }`,
    variables: { w: { OR: comparisons(300) } },
  }),
  (number) => ({
    query: `query ($w: InferenceWhere) { a${number}: inferences(where: $w, limit: 500) { items { batchId } totalCount } }`,
    variables: { w: { OR: comparisons(300) } },
  }),
  () => ({
    query: 'query ($ids: [ID!]) { accounts(where: { id_in: $ids }) { items { id } } }',
    variables: { ids: Array.from({ length: 15_000 }, (_, i) => i) },
  }),
  (number) => ({
    query: `{ a${number}: accounts(limit: 30) { items { id credits(limit: 500, orderBy: amountGwei) { items { amountGwei } totalCount } } } }`,
  }),
  (number) => ({
    query: `{ a${number}: books(limit: 20) { items { pay { totalGwei } batches(limit: 50) { items { sum } } } } }`,
  }),
  () => ({ query: `{ ${'accounts { items { id } } '.repeat(160)} }` }),
  () => ({ query: '{ a'.repeat(8_000) }),
  (number) => ({ query: `{ ${times(450, (i) => `a${number}${i}`)} }` }),
]

export function hostileRequest(number: number): HostileRequest {
  const make = kinds[number % kinds.length]
  if (make === undefined) throw new RangeError('There is no such kind')
  return make(number)
}
