import { jointPlaces, modelsOf } from '../../../sdk/accountModels.ts'
import type { Connection } from '../../../sdk/contracts.ts'
import { type JointShare, jointSharesOf } from '../../../sdk/jointShares.ts'
import { type PendingPay, pendingPay } from '../../../sdk/pendingPay.ts'
import { formatOpen } from '../../../sdk/units.ts'
import { type ChainTime, spokenTime } from '../../chainTime.ts'

/** What an account can claim, and what unsettled books will pay it. */
export interface Owed {
  readonly account: number
  readonly claimableGwei: bigint
  readonly shares: readonly JointShare[]
  readonly pending: readonly Pending[]
}

export interface Pending extends PendingPay {
  readonly isDue: boolean
  /** The same in real time. */
  readonly from: string
}

export async function owedTo(connection: Connection, account: number, { now, dateOf }: ChainTime): Promise<Owed> {
  const { reader, contracts } = connection
  const args = [account] as const
  // Reverts with its reason where there is no such account.
  await reader.readContract({ ...contracts.accounts, functionName: 'payoutOf', args })
  const models = await modelsOf(connection, account)
  const [[earnedGwei, claimedGwei], shares, pending] = await Promise.all([
    reader.readContract({ ...contracts.earnings, functionName: 'earningsOf', args }),
    jointSharesOf(connection, account, models),
    pendingPay(connection, account, models),
  ])
  return {
    account,
    claimableGwei: earnedGwei - claimedGwei,
    shares,
    pending: pending.map((one) => ({ ...one, isDue: one.windowEnd <= now, from: dateOf(one.windowEnd) })),
  }
}

/** Shares of joint units that an account can draw once `settled` is settled, and those that it can draw now. */
export function sharesAfter({ account, shares }: Owed, settled: readonly Pending[]) {
  const models = [...new Map(settled.map(({ model }) => [model.model, model])).values()]
  const places = [...shares, ...models.flatMap((model) => jointPlaces(model, account))]
  const distinct = new Map(
    places.map(({ model, unit, member }) => [`${model} ${unit} ${member}`, { model, unit, member }]),
  )
  return [...distinct.values()]
}

export function drawableGwei({ shares }: Owed): bigint {
  return shares.reduce((sum, { gwei }) => sum + gwei, 0n)
}

export function describe(owed: Owed) {
  return {
    account: owed.account,
    claimableGwei: owed.claimableGwei + drawableGwei(owed),
    ofJointUnitsGwei: drawableGwei(owed),
    pending: owed.pending.map(({ key, gwei, from, isDue, isOpen }) => ({
      book: `${key.model}/${key.operator}/${key.number}`,
      gwei,
      isDue,
      dueFrom: from,
      // While a book takes records, it can close earlier than this.
      isLatest: isOpen,
    })),
  }
}

export function linesOf(owed: Owed): readonly string[] {
  const drawn = drawableGwei(owed)
  const joint = drawn === 0n ? '' : `, ${formatOpen(drawn)} of them as shares of joint units`
  return [
    `Account ${owed.account}: ${formatOpen(owed.claimableGwei + drawn)} OPEN can be claimed${joint}.`,
    ...owed.pending.map(({ key, gwei, from, isDue, isOpen }) => {
      const when = isDue ? 'now: add --settle' : `from ${spokenTime(from)} on${isOpen ? ', perhaps earlier' : ''}`
      const book = `book ${key.number} of model ${key.model} at operator ${key.operator}`
      return `  ${formatOpen(gwei)} OPEN are pending in ${book}, which can be settled ${when}.`
    }),
  ]
}
