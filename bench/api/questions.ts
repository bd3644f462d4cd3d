import { z } from 'zod'

/** What is asked of each API: the same rows, in the words of each. */

export type Question =
  | { readonly kind: 'one'; readonly batch: number; readonly position: number }
  | { readonly kind: 'list'; readonly payer: number }

/** The inferences of a payer, which are a list of a hundred rows. */
export const ROWS_OF_A_PAYER = 100
export const ROWS_OF_A_BATCH = 50

const FIELDS = 'batchId position modelId operatorId payerId feeGwei commitment block timestamp'

/** How an API wants a question put, and where the rows are in its answer. */
export interface Dialect {
  readonly name: string
  body(question: Question): { readonly query: string; readonly variables: object }
}

export const ours: Dialect = {
  name: 'ours',
  body: (question) =>
    question.kind === 'one'
      ? {
          query: `query ($id: ID!) { inference(id: $id) { ${FIELDS} } }`,
          variables: { id: `${question.batch}-${question.position}` },
        }
      : {
          query: `query ($payer: UInt!) { inferences(where: { payerId: $payer }, limit: ${ROWS_OF_A_PAYER}) { items { ${FIELDS} } } }`,
          variables: { payer: question.payer },
        },
}

export const ponder: Dialect = {
  name: 'Ponder',
  body: (question) =>
    question.kind === 'one'
      ? {
          query: `query ($batch: BigInt!, $position: Float!) { inference(batchId: $batch, position: $position) { ${FIELDS} } }`,
          variables: { batch: `${question.batch}`, position: question.position },
        }
      : {
          query: `query ($payer: Int!) { inferences(where: { payerId: $payer }, limit: ${ROWS_OF_A_PAYER}) { items { ${FIELDS} } } }`,
          variables: { payer: question.payer },
        },
}

export const postgraphile: Dialect = {
  name: 'PostGraphile',
  body: (question) =>
    question.kind === 'one'
      ? {
          query: `query ($batch: BigInt!, $position: Int!) { inferenceByBatchIdAndPosition(batchId: $batch, position: $position) { ${FIELDS} } }`,
          variables: { batch: `${question.batch}`, position: question.position },
        }
      : {
          query: `query ($payer: Int!) { allInferences(condition: { payerId: $payer }, first: ${ROWS_OF_A_PAYER}) { nodes { ${FIELDS} } } }`,
          variables: { payer: question.payer },
        },
}

const rowSchema = z.record(z.string(), z.union([z.string(), z.number()]))
const answerSchema = z.object({
  data: z.record(
    z.string(),
    z.union([
      z.object({ items: z.array(rowSchema) }).transform(({ items }) => items),
      z.object({ nodes: z.array(rowSchema) }).transform(({ nodes }) => nodes),
      rowSchema.transform((row) => [row]),
    ]),
  ),
  errors: z.undefined().optional(),
})

export type Row = Readonly<Record<string, string>>

/** The rows of an answer, their numbers written alike. */
export function rowsOf(text: string): readonly Row[] {
  const [rows = []] = Object.values(answerSchema.parse(JSON.parse(text)).data)
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, `${value}`])))
}
