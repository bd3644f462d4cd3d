import { setTimeout as sleep } from 'node:timers/promises'
import { BaseError } from 'viem'
import type { Reader } from '../../chain.ts'
import { RetryError, StopError } from '../../errors.ts'
import { isAnswer, isKnown, isUnderpriced } from './broadcastError.ts'
import type { Attempt } from './journal.ts'

interface BroadcastOptions {
  readonly reader: Reader
  readonly patienceMs?: number
  readonly signal?: AbortSignal
}

/** So long a node may be away. */
const LONGEST_MS = 60_000

/** The node answered, and did not take a signed transaction. */
export class NodeRefusal extends StopError {}

/** Hands a signed transaction to the node until it says that it has it; handing it over twice does nothing more. */
export async function broadcast({ raw, hash }: Attempt, { reader, signal, patienceMs = LONGEST_MS }: BroadcastOptions) {
  const until = Date.now() + Math.min(patienceMs, LONGEST_MS)
  for (let failures = 1; ; failures++) {
    try {
      await reader.sendRawTransaction({ serializedTransaction: raw })
      return
    } catch (cause) {
      if (isKnown(cause) || isUnderpriced(cause)) return
      if (isAnswer(cause))
        throw new NodeRefusal(
          `The node refuses transaction ${hash}: ${cause instanceof BaseError ? cause.details : cause}`,
          {},
          'It was not sent; once that is mended, run the same command again.',
          cause,
        )
      if (Date.now() > until || signal?.aborted)
        throw new RetryError(
          `The node did not answer whether it took transaction ${hash}`,
          {},
          'Run the same command again: it looks that transaction up before it sends anything.',
          cause,
        )
      await pause(Math.min(5_000, 250 * 2 ** failures), signal)
    }
  }
}

export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal && { signal }).catch(() => {})
}
