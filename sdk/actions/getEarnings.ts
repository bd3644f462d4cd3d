import { getBlock } from 'viem/actions'
import { modelsOf } from '../accountModels.ts'
import type { BookKey } from '../book.ts'
import { type JointShare, jointSharesOf } from '../jointShares.ts'
import { pendingPay } from '../pendingPay.ts'
import type { OnDeployment, ReadingClient } from './client.ts'
import { readingOf } from './reading.ts'

export interface GetEarningsArgs extends OnDeployment {
  readonly account: number
}

/** What an account will be paid of a book that is not settled. It may still change while records can be voided. */
export interface PendingEarnings {
  readonly book: BookKey
  readonly gwei: bigint
  /** From when the book can be settled, in Unix time; at the latest then, while it still takes records (`isOpen`). */
  readonly from: number
  readonly isOpen: boolean
  /** Whether it can be settled now. */
  readonly isDue: boolean
}

export interface AccountEarnings {
  /** What `claim` pays now, given these shares. */
  readonly claimableGwei: bigint
  readonly shares: readonly JointShare[]
  readonly pending: readonly PendingEarnings[]
  /** All that was ever credited, and all that was ever paid out. */
  readonly earnedGwei: bigint
  readonly claimedGwei: bigint
}

/**
 * What an account can claim now, and what is pending, from when. Asked of a node alone, which has to keep logs since the
 * deployment.
 *
 * @example
 * const { claimableGwei, pending } = await getEarnings(client, { deployment, account: 7 })
 */
export async function getEarnings(
  client: ReadingClient,
  { deployment, account }: GetEarningsArgs,
): Promise<AccountEarnings> {
  const reading = readingOf(client, deployment)
  const { reader, contracts } = reading
  const models = await modelsOf(reading, account)
  const [[earnedGwei, claimedGwei], shares, pending, time, { timestamp }] = await Promise.all([
    reader.readContract({ ...contracts.earnings, functionName: 'earningsOf', args: [account] }),
    jointSharesOf(reading, account, models),
    pendingPay(reading, account, models),
    reader.readContract({ ...contracts.clock, functionName: 'time' }),
    getBlock(client),
  ])
  return {
    claimableGwei: shares.reduce((sum, { gwei }) => sum + gwei, earnedGwei - claimedGwei),
    shares,
    pending: pending.map(({ key, gwei, windowEnd, isOpen }) => ({
      book: key,
      gwei,
      // The contracts' clock stands still while the chain does.
      from: windowEnd - time + Number(timestamp),
      isOpen,
      isDue: windowEnd <= time,
    })),
    earnedGwei,
    claimedGwei,
  }
}
