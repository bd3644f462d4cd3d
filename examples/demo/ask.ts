import * as z from 'zod'
import { askApi } from '../../cli/askApi.ts'

/** Questions to the indexer's API, as anyone would ask them: over HTTP, and what comes back is checked before it is believed. */

const amount = z
  .string()
  .regex(/^-?\d+$/)
  .transform(BigInt)

const LIMIT = 500

/** Every item of a list, page by page. */
async function askAll<item extends z.ZodType>(api: string, list: string, fields: string, item: item) {
  const page = z.object({
    items: z.array(item),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  })
  const items: z.infer<item>[] = []
  let after: string | null = null
  for (;;) {
    const cursor: string = after === null ? '' : `, after: "${after}"`
    const query: string = `{ ${list}(limit: ${LIMIT}${cursor}) { items { ${fields} } pageInfo { hasNextPage endCursor } } }`
    const answer: z.infer<typeof page> | undefined = (await askApi(api, query, z.record(z.string(), page)))[list]
    if (answer === undefined) throw new Error(`${list} was asked for and is missing`)
    items.push(...answer.items)
    if (!answer.pageInfo.hasNextPage) return items
    after = answer.pageInfo.endCursor
  }
}

/** The `id` of what is numbered, which GraphQL gives as text. */
const number = z.string().transform(Number)

const accountSchema = z.object({
  id: number,
  earnedGwei: amount,
  claimedGwei: amount,
  claimableGwei: amount,
  contributorGwei: amount,
  jointMemberGwei: amount,
  operatorGwei: amount,
  ownerGwei: amount,
  royaltyGwei: amount,
  treasuryGwei: amount,
})

const settlementSchema = z.object({
  stage: z.string(),
  contributorsGwei: amount,
  operatorGwei: amount.nullable(),
  ownerGwei: amount.nullable(),
  royaltiesGwei: amount.nullable(),
  treasuryGwei: amount.nullable(),
})
const bookSchema = z.object({
  id: amount,
  model: z.int(),
  inferenceCount: z.int(),
  feesGwei: amount,
  givenGwei: amount,
  settlement: settlementSchema.nullable(),
})
const batchSchema = z.object({
  id: amount,
  model: z.int(),
  count: z.int(),
  feesGwei: amount,
  transactionHash: z.string(),
})
const unitSchema = z.object({
  model: z.int(),
  unit: z.int(),
  contribution: z.string().nullable(),
  receivedGwei: amount,
  drawnGwei: amount,
})
const memberSchema = z.object({
  model: z.int(),
  unit: z.int().nullable(),
  member: z.int(),
  contribution: z.string(),
  drawnGwei: amount,
  drawableGwei: amount,
})
const paymentSchema = z.object({ book: amount, unit: z.int(), weight: amount.nullable(), amountGwei: amount })
const claimSchema = z.object({ account: z.int(), amountGwei: amount, transactionHash: z.string() })
const channelSchema = z.object({
  id: z.string(),
  payer: z.int(),
  operator: z.int(),
  model: z.int(),
  salt: z.int(),
  depositGwei: amount,
  chargedUnits: z.int(),
  leftGwei: amount,
})
const bondSchema = z.object({ id: number, balanceGwei: amount, heldGwei: amount, exposureGwei: amount })
const pageSchema = z.object({ book: amount, kind: z.string(), transactionHash: z.string() })
const metaSchema = z.object({ _meta: z.object({ block: z.int(), lag: z.int() }) })

/** A list by the fields that its schema names. */
const asker =
  <item extends z.ZodObject>(list: string, schema: item) =>
  (api: string): Promise<z.infer<item>[]> =>
    askAll(api, list, fieldsOf(schema), schema)

/** What is asked for by its number: GraphQL's `model` is the model itself. */
const NUMBERED: ReadonlySet<string> = new Set(['account', 'book', 'contribution', 'model', 'operator', 'payer', 'unit'])

function fieldsOf(schema: z.ZodObject): string {
  return Object.entries(schema.shape)
    .map(([name, field]) => {
      const inner = field instanceof z.ZodNullable ? field.unwrap() : field
      if (inner instanceof z.ZodObject) return `${name} { ${fieldsOf(inner)} }`
      return NUMBERED.has(name) ? `${name}: ${name}Id` : name
    })
    .join(' ')
}

export const askAccounts = asker('accounts', accountSchema)
export const askBooks = asker('books', bookSchema)
export const askBatches = asker('batches', batchSchema)
export const askUnits = asker('units', unitSchema)
export const askMembers = asker('unitMembers', memberSchema)
export const askPayments = asker('unitPayments', paymentSchema)
export const askClaims = asker('claims', claimSchema)
export const askChannels = asker('channels', channelSchema)
export const askBonds = asker('bonds', bondSchema)
export const askPages = asker('settlementSteps', pageSchema)

/** All that the API tells of money. */
export interface ToldMoney {
  readonly accounts: readonly z.infer<typeof accountSchema>[]
  readonly books: readonly z.infer<typeof bookSchema>[]
  readonly units: readonly z.infer<typeof unitSchema>[]
  readonly members: readonly z.infer<typeof memberSchema>[]
  readonly payments: readonly z.infer<typeof paymentSchema>[]
  readonly channels: readonly z.infer<typeof channelSchema>[]
  readonly bonds: readonly z.infer<typeof bondSchema>[]
}

export async function askMoney(api: string): Promise<ToldMoney> {
  const [accounts, books, units, members, payments, channels, bonds] = await Promise.all([
    askAccounts(api),
    askBooks(api),
    askUnits(api),
    askMembers(api),
    askPayments(api),
    askChannels(api),
    askBonds(api),
  ])
  return { accounts, books, units, members, payments, channels, bonds }
}

/** The block that the API's answers speak of. */
export async function askBlock(api: string): Promise<number> {
  return (await askApi(api, '{ _meta { block lag } }', metaSchema))._meta.block
}
