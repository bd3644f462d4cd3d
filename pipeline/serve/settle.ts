import { bytesToHex, type Hex, hexToBytes, type TransactionReceipt } from 'viem'
import type { Wallet } from '../../sdk/chain.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { decodeRecords, encodeRecords, type InferenceRecord, inferenceCommitment } from '../../sdk/record.ts'
import { act, transact } from '../../sdk/transact.ts'
import type { Call } from './callJournal.ts'
import type { Serving } from './serving.ts'

/** Charging served calls: the journal says what was served, the chain what was charged, and the difference is recorded. */

export interface RecordedBatch {
  readonly receipt: TransactionReceipt
  readonly records: Uint8Array
  readonly count: number
}

function recordOf(call: Call): InferenceRecord {
  return {
    commitment: inferenceCommitment(call.requestHash, call.responseHash, call.salt),
    payer: call.payer,
    feeGwei: call.feeGwei,
    rows: call.rows,
    sketch: hexToBytes(call.sketch),
  }
}

/** The calls that no batch on chain holds yet. */
export async function unsettled(
  connection: Connection,
  serving: Serving,
  calls: readonly Call[],
): Promise<readonly Call[]> {
  if (calls.length === 0) return []
  const settled = await settledCommitments(connection, serving)
  return calls.filter((call) => !settled.has(recordOf(call).commitment))
}

/** The Ledger adds up credits of at most 192 accounts in one batch: operator, owner, treasury and five royalties among them. */
const MOST_CONTRIBUTORS = 184
/** And charges at most so many payers. */
const MOST_PAYERS = 192

/** The first of `calls` that go into one batch: at most `size`, from no more payers and for no more contributors than fit. */
export function takeBatch(calls: readonly Call[], size: number): readonly Call[] {
  const credited = new Set<number>()
  const payers = new Set<number>()
  const end = calls.slice(0, size).findIndex(({ payer, rows }) => {
    payers.add(payer)
    for (const { account } of rows) credited.add(account)
    return credited.size > MOST_CONTRIBUTORS || payers.size > MOST_PAYERS
  })
  return calls.slice(0, end < 0 ? size : end)
}

/** Records `calls` in one transaction. */
export async function recordBatch(
  { reader, contracts }: Connection,
  operator: Wallet,
  { model, terms }: Serving,
  calls: readonly Call[],
): Promise<RecordedBatch> {
  const records = encodeRecords(calls.map(recordOf), terms)
  const receipt = await transact(reader, operator, act(contracts.ledger, 'recordBatch', [model, bytesToHex(records)]))
  return { receipt, records, count: calls.length }
}

async function settledCommitments({ reader, contracts, fromBlock }: Connection, serving: Serving): Promise<Set<Hex>> {
  const events = await reader.getContractEvents({
    ...contracts.ledger,
    eventName: 'BatchRecorded',
    args: { model: serving.model, operator: serving.operator },
    fromBlock,
    strict: true,
  })
  const records = events.flatMap(({ args }) => decodeRecords(hexToBytes(args.records), serving.terms))
  return new Set(records.map(({ commitment }) => commitment))
}
