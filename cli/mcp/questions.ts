import * as z from 'zod'

/** A question that the API answers, as a tool of its own: common questions need no schema. */
export interface Question {
  readonly title: string
  readonly description: string
  readonly input: z.ZodRawShape
  readonly query: string
}

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'an address: 0x and 40 hex digits')
const number = z.int().min(1)
/** Batch numbers may exceed what a JSON number holds exactly, so the API gives them as text. */
export const batchNumber = z.union([z.string().regex(/^[1-9]\d{0,19}$/), z.int().min(1)])
const few = z.int().min(1).max(50).default(10)

/** Amounts are strings of gwei-OPEN: 10^9 of them are one OPEN. */
export const questions: Readonly<Record<string, Question>> = {
  ledger_status: {
    title: 'State of the ledger',
    description: 'Up to which block the index goes, how it was verified, where the contracts are, and what OPEN is.',
    input: {},
    query: `{ _meta { block hash lag verdict completeFrom }
      deployment { chainId ledger earnings token { address symbol decimals } } }`,
  },
  account_by_address: {
    title: 'Earnings of an address',
    description:
      'The account that is paid to an address: what it earned, claimed and can claim, by model and day, its latest credits and claims. Amounts are in gwei-OPEN.',
    input: { address, limit: few },
    query: `query ($address: Bytes!, $limit: UInt!) { _meta { block hash } accountByPayout(payout: $address) {
      accountId earnedGwei claimedGwei claimableGwei
      accountModelDays(orderBy: day, orderDirection: desc, limit: $limit) { items { day modelId earnedGwei } }
      credits(orderBy: timestamp, orderDirection: desc, limit: $limit) { items { role amountGwei modelId timestamp } }
      claims(orderBy: timestamp, orderDirection: desc, limit: $limit) { items { amountGwei recipient timestamp transactionHash } } } }`,
  },
  pending_pay: {
    title: 'Pay that is not settled yet',
    description:
      'Books that are not settled, of models whose units pay an account or that it serves: their fees and the Unix time from which anybody can settle them.',
    input: { account: number, limit: few },
    query: `query ($account: UInt!, $limit: UInt!) { _meta { block time } books(where: { NOT: { status: Settled }, OR: [
      { operatorId: $account }, { model_: { units_: { payeeId: $account } } } ] }, orderBy: settleableAt, limit: $limit) {
      items { id modelId operatorId status settleableAt inferenceCount feesGwei } } }`,
  },
  model: {
    title: 'A model and who made it',
    description:
      'A model with its lineage, terms and state, the contributors who were paid most for it, and what evaluators measured.',
    input: { model: number, limit: few },
    query: `query ($model: ID!, $limit: UInt!) { _meta { block hash } model(id: $model) {
      modelId name kind state ownerId parentId inferenceCount feesGwei ancestors { modelId name }
      modelContributors(orderBy: paidGwei, orderDirection: desc, limit: $limit) {
        items { accountId keptRows helpfulBooks weightlessBooks paidGwei } }
      evaluations(limit: $limit, orderBy: id, orderDirection: desc) { items { kind task metric scoreMillionths sampleCount timestamp } } } }`,
  },
  explain_answer: {
    title: 'What moved an answer',
    description:
      'A recorded answer: who paid what for it, whether the record stands, and which units and rows of training data pulled it towards or away from what was said. An explanation, not payment: pay is by net influence over a whole book.',
    input: { batch: batchNumber, position: z.int().min(0), limit: few },
    query: `query ($batch: BigInt!, $position: UInt!, $limit: UInt!) { _meta { block hash }
      inferences(where: { batchId: $batch, position: $position }, limit: 1) { items {
        id modelId payerId feeGwei status timestamp
        explanation { source note units(limit: $limit) { items { unitId term } }
          for(limit: $limit) { items { unitId row term itemHash } } against(limit: $limit) { items { unitId row term itemHash } } } } } }`,
  },
  find_names: {
    title: 'Find models and datasets by name',
    description: 'Models and datasets whose names or licences contain a text, whatever its case.',
    input: { text: z.string().min(1).max(200), limit: few },
    query: `query ($text: String!, $limit: UInt!) { names(where: { text_contains_nocase: $text }, limit: $limit) {
      items { type field text model { modelId } dataset { datasetId } } } }`,
  },
}
