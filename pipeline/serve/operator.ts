import { bytesToHex, type Hex } from 'viem'
import { keccak } from '../../attribution/keccak.ts'
import { packSketch } from '../../attribution/sketch.ts'
import { type Sketcher, sketchQuery } from '../../attribution/sketcher.ts'
import type { Wallet } from '../../sdk/chain.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import { requireBonds } from './bond.ts'
import type { Call, CallJournal } from './callJournal.ts'
import type { Serving } from './serving.ts'
import { type RecordedBatch, recordBatch, takeBatch, unsettled } from './settle.ts'

/**
 * The operator: answers requests, finds the rows that moved each answer, and charges the payers' tabs in batches.
 *
 * A call is written to the journal before it is charged, and what is charged is asked of the chain. So an operator that
 * is killed at any moment goes on where it was, serving and charging every call once.
 */

export interface Request {
  /** The caller's name for the request; asking again under the same name costs nothing. */
  readonly id: string
  readonly payer: number
  readonly text: string
}

/** An answer, and the projected gradient of its log-odds at this request. */
interface Answer {
  readonly response: string
  readonly gradient: Float32Array
}

export interface OperatorOptions {
  readonly connection: Connection
  readonly wallet: Wallet
  readonly serving: Serving
  /** What queries are sketched with; none for a model whose contributors share equally. */
  readonly sketcher: Sketcher | undefined
  readonly answer: (texts: readonly string[]) => Promise<readonly Answer[]>
  readonly journal: CallJournal
  readonly feeGwei: bigint
  readonly batchSize: number
  readonly random32: () => Uint8Array
  readonly onServed?: (served: number, total: number) => void
}

/** Serves `requests` and charges for all of them, in batches of `batchSize` and one last smaller one. */
export async function operate(
  options: OperatorOptions,
  requests: readonly Request[],
): Promise<readonly RecordedBatch[]> {
  const { connection, wallet, serving, journal, batchSize } = options
  const remembered = new Set(journal.calls.map(({ id }) => id))
  const fresh = requests.filter(({ id }) => !remembered.has(id))
  const batches: RecordedBatch[] = []
  let waiting = await unsettled(connection, serving, journal.calls)
  for (let done = 0; done < fresh.length || waiting.length > 0; ) {
    const room = Math.max(0, batchSize - waiting.length)
    const served = await serveCalls(options, fresh.slice(done, done + room), waiting)
    done += served.length
    waiting = [...waiting, ...served]
    const batch = takeBatch(waiting, batchSize)
    batches.push(await recordBatch(connection, wallet, serving, batch))
    waiting = waiting.slice(batch.length)
    options.onServed?.(remembered.size + done, remembered.size + fresh.length)
  }
  return batches
}

async function serveCalls(
  options: OperatorOptions,
  requests: readonly Request[],
  waiting: readonly Call[],
): Promise<readonly Call[]> {
  if (requests.length === 0) return []
  const { connection, serving, feeGwei } = options
  await requireTabs(options, requests, waiting)
  const owedGwei = waiting.reduce((sum, call) => sum + call.feeGwei, 0n)
  await requireBonds(connection, serving, owedGwei + feeGwei * BigInt(requests.length))
  const answers = await options.answer(requests.map(({ text }) => text))
  const calls = requests.map((request, i) => {
    const answer = answers[i]
    if (answer === undefined) throw new Error(`${requests.length} requests were answered ${answers.length} times`)
    return callOf(options, request, answer)
  })
  options.journal.append(calls)
  return calls
}

function callOf({ serving, sketcher, feeGwei, random32 }: OperatorOptions, request: Request, answer: Answer): Call {
  return {
    id: request.id,
    payer: request.payer,
    feeGwei,
    requestHash: hashOf(request.text),
    responseHash: hashOf(answer.response),
    salt: bytesToHex(random32()),
    ...(sketcher === undefined ? UNATTRIBUTED : attributed(serving, sketcher, answer)),
  }
}

const UNATTRIBUTED: Pick<Call, 'rows' | 'sketch'> = { rows: [], sketch: '0x' }

function attributed(serving: Serving, sketcher: Sketcher, { gradient }: Answer): Pick<Call, 'rows' | 'sketch'> {
  const codes = sketchQuery(sketcher, gradient)
  const rows = serving.attribute(codes, serving.terms.topK).map(({ row, weight }) => {
    const account = serving.accountOfRow.get(row)
    if (account === undefined) throw new Error(`Row ${row} was attributed and is not in the index`)
    return { row, account, weight }
  })
  return { rows, sketch: bytesToHex(packSketch(codes)) }
}

/** Refuses to serve what could not be charged: the batch would be refused whole, other payers' calls with it. */
async function requireTabs(
  { connection, serving, feeGwei }: OperatorOptions,
  requests: readonly Request[],
  waiting: readonly Call[],
): Promise<void> {
  const { reader, contracts } = connection
  for (const payer of new Set(requests.map((request) => request.payer))) {
    const tab = await reader.readContract({
      ...contracts.ledger,
      functionName: 'tabOf',
      args: [payer, serving.operator],
    })
    const owed = waiting.filter((call) => call.payer === payer).reduce((sum, call) => sum + call.feeGwei, 0n)
    const neededGwei = owed + feeGwei * BigInt(requests.filter((request) => request.payer === payer).length)
    if (feeGwei > tab.maxFeeGwei) {
      throw new StopError(
        `Account ${payer} allows at most ${tab.maxFeeGwei} gwei-OPEN a call, and this operator asks ${feeGwei}`,
        { payer, operator: serving.operator },
        'Lower the fee, or have the payer raise the cap with fundTab.',
      )
    }
    if (neededGwei > tab.balanceGwei) {
      throw new StopError(
        `The tab of account ${payer} holds ${tab.balanceGwei} gwei-OPEN, and these calls cost ${neededGwei}`,
        { payer, operator: serving.operator },
        'Have the payer fund the tab; no call was served.',
      )
    }
  }
}

function hashOf(text: string): Hex {
  return keccak(new TextEncoder().encode(text))
}
