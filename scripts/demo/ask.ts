import * as z from 'zod'
import { RetryError, StopError } from '../../sdk/errors.ts'

/** Questions to the indexer's API, as anyone would ask them: over HTTP, and what comes back is checked before it is believed. */

const answerSchema = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string() })).optional(),
})

const amount = z
  .string()
  .regex(/^-?\d+$/)
  .transform(BigInt)

export async function ask<schema extends z.ZodType>(
  api: string,
  query: string,
  schema: schema,
): Promise<z.infer<schema>> {
  let response: Response
  try {
    response = await fetch(`${api}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
  } catch (cause) {
    throw new RetryError(`The API at ${api} does not answer`, {}, 'See whether the indexer runs.', cause)
  }
  const { data, errors } = answerSchema.parse(await response.json())
  const [error] = errors ?? []
  if (error !== undefined)
    throw new StopError(`The API refuses a query: ${error.message}`, {}, 'Compare it with the schema.')
  return schema.parse(data)
}

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
    const answer: z.infer<typeof page> | undefined = (await ask(api, query, z.record(z.string(), page)))[list]
    if (answer === undefined) throw new Error(`${list} was asked for and is missing`)
    items.push(...answer.items)
    if (!answer.pageInfo.hasNextPage) return items
    after = answer.pageInfo.endCursor
  }
}

const accountSchema = z.object({
  id: z.int(),
  creditedGwei: amount,
  maturedGwei: amount,
  pendingGwei: amount,
  claimedGwei: amount,
})
export type AccountMoney = z.infer<typeof accountSchema>

const inferenceSchema = z.object({
  feeGwei: amount,
  contributorsGwei: amount,
  operatorGwei: amount,
  royaltiesGwei: amount,
  ownerGwei: amount,
  treasuryGwei: amount,
})

const attributionSchema = z.object({ row: z.int(), account: z.int(), amountGwei: amount })
const batchSchema = z.object({ id: amount, count: z.int(), feesGwei: amount, transactionHash: z.string() })
const claimSchema = z.object({ account: z.int(), amountGwei: amount, transactionHash: z.string() })
const tabSchema = z.object({ payer: z.int(), operator: z.int(), balanceGwei: amount })
const bondSchema = z.object({ id: z.int(), balanceGwei: amount, exposureGwei: amount, stakedGwei: amount })
const metaSchema = z.object({ _meta: z.object({ block: z.int(), lag: z.int() }) })

export const askAccounts = (api: string) =>
  askAll(api, 'accounts', 'id creditedGwei maturedGwei pendingGwei claimedGwei', accountSchema)
export const askInferences = (api: string) =>
  askAll(
    api,
    'inferences',
    'feeGwei contributorsGwei operatorGwei royaltiesGwei ownerGwei treasuryGwei',
    inferenceSchema,
  )
export const askAttributions = (api: string) => askAll(api, 'attributions', 'row account amountGwei', attributionSchema)
export const askBatches = (api: string) => askAll(api, 'batches', 'id count feesGwei transactionHash', batchSchema)
export const askClaims = (api: string) => askAll(api, 'claims', 'account amountGwei transactionHash', claimSchema)
export const askTabs = (api: string) => askAll(api, 'tabs', 'payer operator balanceGwei', tabSchema)
export const askBonds = (api: string) => askAll(api, 'bonds', 'id balanceGwei exposureGwei stakedGwei', bondSchema)
export type BondMoney = z.infer<typeof bondSchema>
export type TabMoney = z.infer<typeof tabSchema>

/** The block that the API's answers speak of. */
export async function askBlock(api: string): Promise<number> {
  return (await ask(api, '{ _meta { block lag } }', metaSchema))._meta.block
}
