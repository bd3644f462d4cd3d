import type { Hex } from 'viem'
import { hexToBytes } from 'viem'
import * as z from 'zod'
import { rowSigns } from '../../../attribution/drift/rowSigns.ts'
import { signsOf } from '../../../attribution/querySketch.ts'
import { decodeRowIndex, isKept } from '../../../attribution/rowIndex.ts'
import { unpackSketch } from '../../../attribution/sketch.ts'
import { StopError } from '../../../sdk/errors.ts'
import { fetchFile } from '../../../sdk/node/fetchFile.ts'
import { askApi } from '../../askApi.ts'

/** What an indexer's API says of a model's traffic, all as of one block: its latest queries, its rows, its evaluations, its ratings. */

const PAGE = 500
const bytes = z.custom<Hex>((value) => typeof value === 'string' && /^0x([0-9a-f]{2})*$/.test(value), 'must be bytes')
const millionths = z
  .string()
  .regex(/^-?\d+$/)
  .transform((text) => Number(text) / 1e6)

const evaluationSchema = z.object({
  evaluationId: z.string(),
  kind: z.string(),
  evaluatorId: z.int(),
  metric: z.string(),
  task: z.string().nullable(),
  scoreMillionths: millionths,
  lowMillionths: millionths,
  highMillionths: millionths,
  sampleCount: z.int(),
  twinScoreMillionths: millionths.nullable(),
  gained: z.int().nullable(),
  lost: z.int().nullable(),
  meanKlBillionths: z.string().nullable(),
  timestamp: z.int(),
})
const modelSchema = z.object({
  model: z
    .object({
      dims: z.int().nullable(),
      indexHash: bytes.nullable(),
      indexUri: z.string().nullable(),
      inferenceCount: z.int(),
      ratingCount: z.int(),
      /** Each rating counts by the fee of its call. */
      ratedFeesGwei: z.string().transform(BigInt),
      ratingStarsGwei: z.string().transform(BigInt),
      evaluations: z.object({ totalCount: z.int(), items: z.array(evaluationSchema) }),
    })
    .nullable(),
})
const metaSchema = z.object({ _meta: z.object({ block: z.int() }) })
const pageSchema = z.object({
  inferences: z.object({
    items: z.array(z.object({ sketch: bytes })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
})

export type RecordedEvaluation = z.infer<typeof evaluationSchema>
export type DescribedModel = NonNullable<z.infer<typeof modelSchema>['model']>

export async function readBlock(api: string): Promise<number> {
  return (await askApi(api, '{ _meta { block } }', metaSchema))._meta.block
}

export async function readModel(api: string, model: number, block: number): Promise<DescribedModel> {
  const columns = Object.keys(evaluationSchema.shape).join(' ')
  const { model: found } = await askApi(
    api,
    `{ model(id: ${model}, block: {number: ${block}}) {
      dims indexHash indexUri inferenceCount ratingCount ratedFeesGwei ratingStarsGwei
      evaluations(limit: 50, orderBy: evaluationId, orderDirection: desc) { totalCount items { ${columns} } }
    } }`,
    modelSchema,
  )
  if (found === null)
    throw new StopError(`The API at ${api} knows no model ${model}`, { block }, 'Name one with --model.')
  if (found.dims !== null && found.dims > 0) return found
  throw new StopError(
    `Calls of model ${model} are recorded without sketches, so nothing is known of what was asked`,
    {},
    'Name a fine-tune whose contributors are paid by attribution.',
  )
}

/** The sketches of a model's latest queries that were not voided, newest batch first. */
export async function readQueries(
  api: string,
  model: number,
  block: number,
  most: number,
): Promise<readonly Int8Array[]> {
  const queries: Int8Array[] = []
  for (let after: string | null = null; queries.length < most; ) {
    const page: z.infer<typeof pageSchema> = await askApi(
      api,
      `{ inferences(where: {modelId: ${model}, stands: true}, orderBy: batchId, orderDirection: desc,
        limit: ${Math.min(PAGE, most - queries.length)}, block: {number: ${block}}${after === null ? '' : `, after: "${after}"`}) {
        items { sketch } pageInfo { hasNextPage endCursor }
      } }`,
      pageSchema,
    )
    const { items, pageInfo } = page.inferences
    for (const { sketch } of items) queries.push(signsOf(hexToBytes(sketch)))
    if (!pageInfo.hasNextPage) break
    after = pageInfo.endCursor
  }
  return queries
}

/** The signs of a model's kept rows, from its row index, checked against the registered hash. */
export async function readRowSketches(
  api: string,
  { indexHash, indexUri }: DescribedModel,
  blobs: string | undefined,
): Promise<readonly Int8Array[]> {
  if (indexHash === null) throw new Error('A model whose calls have sketches is registered with a row index')
  const file = await fetchFile(indexHash, blobs ?? `${api}/blobs/`, indexUri ?? '')
  const rows = decodeRowIndex(file).units.flat().filter(isKept)
  return rowSigns(rows.map(({ sketch }) => unpackSketch(sketch)))
}
