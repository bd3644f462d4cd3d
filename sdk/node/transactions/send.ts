/**
 * Sends a plan so that money moves once, whatever happens in between. Each transaction is signed first, written to the journal, and
 * only then broadcast: its hash is known before a node hears of it. So a lost answer is looked up, a killed command goes on with what
 * it had signed, and a transaction that nobody mines is replaced at the same nonce for a higher fee.
 */
import { type Hex, type LocalAccount, type TransactionReceipt, TransactionReceiptNotFoundError } from 'viem'
import type { Reader } from '../../chain.ts'
import { RefusedError } from '../../contractCall.ts'
import { RetryError, StopError } from '../../errors.ts'
import { broadcast, NodeRefusal, pause } from './broadcast.ts'
import type { Attempt, JournalEntry, OpenIntent, TransactionJournal } from './journal.ts'
import type { Plan } from './plan.ts'
import { sign, signHigher } from './sign.ts'

export type SendEvent =
  /** An earlier command was cut short; this one goes on with it. */
  | { readonly kind: 'resumed'; readonly intent: string; readonly startedAt: string }
  | {
      readonly kind: 'sent'
      readonly effect: string
      readonly hash: Hex
      readonly place: number
      readonly total: number
    }
  /** The next one has to wait for this block. */
  | { readonly kind: 'waiting'; readonly block: bigint }
  | { readonly kind: 'replaced'; readonly hash: Hex; readonly earlier: Hex }
  | { readonly kind: 'mined'; readonly effect: string; readonly receipt: TransactionReceipt; readonly place: number }

export interface SendOptions {
  readonly reader: Reader
  readonly account: LocalAccount
  readonly journal: TransactionJournal
  readonly onEvent?: (event: SendEvent) => void
  /** After so long without being mined, a transaction is replaced for a higher fee. */
  readonly stuckAfterMs?: number
  /** After so long in all, waiting ends; running the command again goes on with it. */
  readonly patienceMs?: number
  readonly pollMs?: number
  readonly signal?: AbortSignal
  /** Leaves the journal as it is when all is mined: the caller closes it once the outcome is shown. */
  readonly keepsJournal?: boolean
  /** Makes a block while one is waited for, where a chain of one's own makes none by itself. */
  readonly makeBlock?: () => Promise<void>
}

const DEFAULTS = { stuckAfterMs: 60_000, patienceMs: 600_000, pollMs: 1_000 }

/** Every receipt, in the plan's order. Throws where the contract refuses one, with what came before it mined and kept. */
export async function sendPlan(plan: Plan, options: SendOptions): Promise<readonly TransactionReceipt[]> {
  const { journal, onEvent } = options
  const found = journal.read()
  if (found !== undefined && found.intent !== plan.intent) await finishOther(found, options)
  const open = found?.intent === plan.intent ? found : undefined
  if (open !== undefined) onEvent?.({ kind: 'resumed', intent: open.intent, startedAt: open.startedAt })
  return await finish(open ?? journal.begin(plan), options)
}

async function finish(open: OpenIntent, options: SendOptions): Promise<readonly TransactionReceipt[]> {
  const receipts: TransactionReceipt[] = []
  let current = open
  for (const place of open.transactions.keys()) {
    const keep = (entry: JournalEntry): void => {
      current = { ...current, transactions: current.transactions.with(place, entry) }
      options.journal.write(current)
    }
    const entry = current.transactions[place] as JournalEntry
    const previous = receipts.at(-1)
    if (entry.attempts.length === 0 && previous !== undefined && entry.afterBlocks > 0)
      await reachBlock(previous.blockNumber + BigInt(entry.afterBlocks), options)
    const receipt = await sendOne(entry, place, open.transactions.length, keep, options)
    receipts.push(receipt)
    if (receipt.status !== 'success') {
      options.journal.close()
      throw new RetryError(
        `${open.transactions[place]?.contract}.${open.transactions[place]?.name} reverted although it passed just before`,
        { transaction: receipt.transactionHash, block: receipt.blockNumber, gas: receipt.gasUsed },
        'Something changed in between. Look at the transaction and try again.',
      )
    }
  }
  if (options.keepsJournal !== true) options.journal.close()
  return receipts
}

/** Waits until the chain has a block of this number. */
async function reachBlock(number: bigint, options: SendOptions) {
  const { reader, makeBlock, signal, pollMs = DEFAULTS.pollMs, onEvent } = options
  onEvent?.({ kind: 'waiting', block: number })
  while ((await reader.getBlockNumber()) < number) {
    if (signal?.aborted)
      throw new RetryError(`Block ${number} is not there yet`, {}, 'Run the same command again: it keeps waiting.')
    if (makeBlock !== undefined) await makeBlock()
    else await pause(pollMs, signal)
  }
}

/** An intent that another command left open: what was signed of it is seen through, and nothing more of it is sent. */
async function finishOther(found: OpenIntent, options: SendOptions): Promise<void> {
  const signed = found.transactions.filter(({ attempts }) => attempts.length > 0)
  if (signed.length === found.transactions.length) {
    options.onEvent?.({ kind: 'resumed', intent: found.intent, startedAt: found.startedAt })
    await finish(found, options)
    return
  }
  await finish({ ...found, transactions: signed }, options)
  if (signed.length > 0)
    throw new RetryError(
      `An earlier command was interrupted after ${signed.length} of its ${found.transactions.length} transactions: ${found.intent}`,
      {},
      'What it had signed is mined now. Run that command again for the rest, or this one, which now starts.',
    )
}

async function sendOne(
  entry: JournalEntry,
  place: number,
  total: number,
  keep: (entry: JournalEntry) => void,
  options: SendOptions,
): Promise<TransactionReceipt> {
  const { reader, onEvent } = options
  let now = entry
  if (now.mined !== null) return await reader.getTransactionReceipt({ hash: now.mined })
  if (now.attempts.length === 0) {
    const attempt = await signFirst(now, options)
    now = { ...now, attempts: [attempt] }
    keep(now)
  }
  const last = now.attempts.at(-1) as Attempt
  try {
    await broadcast(last, options)
  } catch (error) {
    // Signed by a run before this one, at fees of its day.
    if (!(error instanceof NodeRefusal) || entry.attempts.length === 0) throw error
    const attempt = await signHigher(last, reader, options.account)
    now = { ...now, attempts: [...now.attempts, attempt] }
    keep(now)
    await broadcast(attempt, options)
  }
  const { hash } = now.attempts.at(-1) as Attempt
  onEvent?.({ kind: 'sent', effect: entry.effect, hash, place, total })
  const receipt = await waitFor(
    () => now,
    async () => {
      const latest = now.attempts.at(-1) as Attempt
      const attempt = await signHigher(latest, options.reader, options.account)
      now = { ...now, attempts: [...now.attempts, attempt] }
      keep(now)
      await broadcast(attempt, options)
      onEvent?.({ kind: 'replaced', hash: attempt.hash, earlier: latest.hash })
    },
    options,
  )
  keep({ ...now, mined: receipt.transactionHash })
  onEvent?.({ kind: 'mined', effect: entry.effect, receipt, place })
  return receipt
}

/** What the contract refuses before anything of it was signed is dropped: the next run plans anew, from what is mined by then. */
async function signFirst(entry: JournalEntry, options: SendOptions): Promise<Attempt> {
  try {
    return await sign(entry, options.reader, options.account)
  } catch (error) {
    if (error instanceof RefusedError) options.journal.close()
    throw error
  }
}

async function waitFor(
  current: () => JournalEntry,
  replace: () => Promise<void>,
  options: SendOptions,
): Promise<TransactionReceipt> {
  const { reader, account, signal } = options
  const { stuckAfterMs, patienceMs, pollMs } = { ...DEFAULTS, ...definedOf(options) }
  const until = Date.now() + patienceMs
  let replaceAt = Date.now() + stuckAfterMs
  let overtaken = 0
  for (;;) {
    const entry = current()
    const { hash, nonce } = entry.attempts.at(-1) as Attempt
    try {
      const receipt = await receiptOf(entry, reader)
      if (receipt !== undefined) return receipt
      const mined = await reader.getTransactionCount({ address: account.address, blockTag: 'latest' })
      // A node may count a block before it serves its receipts, so once is no proof.
      overtaken = mined > nonce ? overtaken + 1 : 0
      if (overtaken > OVERTAKEN_LOOKS) {
        // Its nonce is used up, so it can never be mined.
        options.journal.close()
        throw new StopError(
          `Another transaction of ${account.address} took the place of ${hash}, which will never be mined`,
          { nonce },
          'Something else sends from this account. Look at its newest transactions; if none of them did this, run the command again.',
        )
      }
      if (overtaken === 0 && Date.now() > replaceAt) {
        await replace()
        replaceAt = Date.now() + stuckAfterMs
      }
    } catch (error) {
      if (error instanceof StopError) throw error
      // The node is away: what was sent stays sent.
    }
    if (Date.now() > until || signal?.aborted)
      throw new RetryError(
        `Transaction ${hash} is not mined yet`,
        { nonce },
        'It stays sent. Run the same command again: it keeps waiting, and sends nothing twice.',
      )
    await pause(pollMs, signal)
  }
}

const OVERTAKEN_LOOKS = 5

/** Of whichever of the attempts was mined. */
async function receiptOf({ attempts }: JournalEntry, reader: Reader): Promise<TransactionReceipt | undefined> {
  for (const { hash } of attempts.toReversed()) {
    try {
      return await reader.getTransactionReceipt({ hash })
    } catch (error) {
      if (!(error instanceof TransactionReceiptNotFoundError)) throw error
    }
  }
  return undefined
}

function definedOf({ stuckAfterMs, patienceMs, pollMs }: SendOptions) {
  return {
    ...(stuckAfterMs !== undefined && { stuckAfterMs }),
    ...(patienceMs !== undefined && { patienceMs }),
    ...(pollMs !== undefined && { pollMs }),
  }
}
