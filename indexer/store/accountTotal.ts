import type { Fact } from '../decode/facts.ts'

/**
 * What an account had earned just after a block, of the blocks that changed it. The Ledger keeps the credits of the newest epoch
 * and of the one before it apart, since they are still pending then; so does this.
 */
export interface AccountTotal {
  readonly account: bigint
  readonly block: bigint
  /** Days since 1970. */
  readonly day: bigint
  /** The newest epoch in which it was credited. */
  readonly epoch: bigint
  /** Credited in that epoch, less what was taken back. */
  readonly newerGwei: bigint
  /** The same of the epoch before. */
  readonly olderGwei: bigint
  /** Credited ever, less what was taken back. */
  readonly creditedGwei: bigint
  readonly bountiesGwei: bigint
  readonly claimedGwei: bigint
  /** The last three as they stood when the day began. */
  readonly creditedBeforeGwei: bigint
  readonly bountiesBeforeGwei: bigint
  readonly claimedBeforeGwei: bigint
}

/** A change of what an account earned. */
export type EarningsMove = { readonly account: bigint; readonly block: bigint; readonly gwei: bigint } & (
  | { readonly kind: 'credited' | 'takenBack'; readonly epoch: bigint }
  | { readonly kind: 'bounty' | 'claimed' }
)

const SECONDS_A_DAY = 86_400n

/** The moves that facts tell of by themselves; what voided records took back is told by the facts that they had been. */
export function movesOf(facts: readonly Fact[]): readonly EarningsMove[] {
  return facts.flatMap(({ table, row }): readonly EarningsMove[] => {
    switch (table) {
      case 'credit':
        return [{ kind: 'credited', account: row.account, block: row.block, epoch: row.epoch, gwei: row.amountGwei }]
      case 'stakePaid':
        return [{ kind: 'bounty', account: row.beneficiary, block: row.block, gwei: row.amountGwei }]
      case 'bondSlashed':
        return [{ kind: 'bounty', account: row.beneficiary, block: row.block, gwei: row.bountyGwei }]
      case 'rewardClaimed':
        return [{ kind: 'claimed', account: row.account, block: row.block, gwei: row.amountGwei }]
      default:
        return []
    }
  })
}

/** Totals after each block that `moves`, in the order of blocks, changed; `before` are those that the accounts had. */
export function totalsAfter(
  before: ReadonlyMap<bigint, AccountTotal>,
  moves: readonly EarningsMove[],
  timestampOf: (block: bigint) => bigint,
): readonly AccountTotal[] {
  const rows: AccountTotal[] = []
  const places = new Map<bigint, number>()
  for (const move of moves) {
    const { account, block } = move
    const place = places.get(account)
    const last = place === undefined ? (before.get(account) ?? nothingYet(account)) : (rows[place] as AccountTotal)
    const next = { ...after(onDay(last, timestampOf(block) / SECONDS_A_DAY), move), block }
    if (place !== undefined && last.block === block) rows[place] = next
    else places.set(account, rows.push(next) - 1)
  }
  return rows
}

function after(last: AccountTotal, move: EarningsMove): AccountTotal {
  switch (move.kind) {
    case 'credited': {
      const { epoch, newerGwei, olderGwei } = inEpoch(last, move.epoch)
      const creditedGwei = last.creditedGwei + move.gwei
      return { ...last, epoch, newerGwei: newerGwei + move.gwei, olderGwei, creditedGwei }
    }
    case 'takenBack': {
      const creditedGwei = last.creditedGwei - move.gwei
      if (move.epoch === last.epoch) return { ...last, newerGwei: last.newerGwei - move.gwei, creditedGwei }
      if (move.epoch === last.epoch - 1n) return { ...last, olderGwei: last.olderGwei - move.gwei, creditedGwei }
      return { ...last, creditedGwei }
    }
    case 'bounty':
      return { ...last, bountiesGwei: last.bountiesGwei + move.gwei }
    case 'claimed':
      return { ...last, claimedGwei: last.claimedGwei + move.gwei }
  }
}

/** As it stands when a day has begun. */
function onDay(total: AccountTotal, day: bigint): AccountTotal {
  if (day === total.day) return total
  const { creditedGwei, bountiesGwei, claimedGwei } = total
  const before = { creditedBeforeGwei: creditedGwei, bountiesBeforeGwei: bountiesGwei, claimedBeforeGwei: claimedGwei }
  return { ...total, day, ...before }
}

/** Its pending credits as they stand when `epoch` is the newest. */
function inEpoch(total: AccountTotal, epoch: bigint): Pick<AccountTotal, 'epoch' | 'newerGwei' | 'olderGwei'> {
  if (epoch <= total.epoch) return total
  return { epoch, newerGwei: 0n, olderGwei: epoch === total.epoch + 1n ? total.newerGwei : 0n }
}

function nothingYet(account: bigint): AccountTotal {
  const pending = { epoch: 0n, newerGwei: 0n, olderGwei: 0n }
  const earned = { creditedGwei: 0n, bountiesGwei: 0n, claimedGwei: 0n }
  const before = { creditedBeforeGwei: 0n, bountiesBeforeGwei: 0n, claimedBeforeGwei: 0n }
  return { account, block: -1n, day: -1n, ...pending, ...earned, ...before }
}
