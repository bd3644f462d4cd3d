import type { Role } from './credit.ts'

/** What an account had earned, by what for, and claimed just after a block, of the blocks that changed it. */
export interface AccountTotal {
  readonly account: bigint
  readonly block: bigint
  /** Days since 1970. */
  readonly day: bigint
  readonly contributorGwei: bigint
  readonly jointMemberGwei: bigint
  readonly operatorGwei: bigint
  readonly ownerGwei: bigint
  readonly royaltyGwei: bigint
  readonly treasuryGwei: bigint
  readonly refundGwei: bigint
  readonly bountyGwei: bigint
  readonly claimedGwei: bigint
  /** What was earned and claimed when the day began. */
  readonly earnedBeforeGwei: bigint
  readonly claimedBeforeGwei: bigint
}

/** A change of what an account earned, or of what it claimed. */
export interface EarningsMove {
  readonly account: bigint
  readonly block: bigint
  readonly kind: Role | 'Claimed'
  readonly gwei: bigint
}

const SECONDS_A_DAY = 86_400n

const columnOf = {
  Contributor: 'contributorGwei',
  JointMember: 'jointMemberGwei',
  Operator: 'operatorGwei',
  Owner: 'ownerGwei',
  Royalty: 'royaltyGwei',
  Treasury: 'treasuryGwei',
  Refund: 'refundGwei',
  Bounty: 'bountyGwei',
  Claimed: 'claimedGwei',
} as const satisfies Record<EarningsMove['kind'], keyof AccountTotal>

/** Totals after each block that `moves`, in the order of blocks, changed; `before` are those that the accounts had. */
export function totalsAfter(
  before: ReadonlyMap<bigint, AccountTotal>,
  moves: readonly EarningsMove[],
  timestampOf: (block: bigint) => bigint,
): readonly AccountTotal[] {
  const rows: AccountTotal[] = []
  const places = new Map<bigint, number>()
  for (const { account, block, kind, gwei } of moves) {
    const place = places.get(account)
    const last = place === undefined ? (before.get(account) ?? nothingYet(account)) : (rows[place] as AccountTotal)
    const today = onDay(last, timestampOf(block) / SECONDS_A_DAY)
    const column = columnOf[kind]
    const next = { ...today, [column]: today[column] + gwei, block }
    if (place !== undefined && last.block === block) rows[place] = next
    else places.set(account, rows.push(next) - 1)
  }
  return rows
}

/** As it stands when a day has begun. */
function onDay(total: AccountTotal, day: bigint): AccountTotal {
  if (day === total.day) return total
  return { ...total, day, earnedBeforeGwei: earnedBy(total), claimedBeforeGwei: total.claimedGwei }
}

function earnedBy(total: AccountTotal): bigint {
  const {
    contributorGwei,
    jointMemberGwei,
    operatorGwei,
    ownerGwei,
    royaltyGwei,
    treasuryGwei,
    refundGwei,
    bountyGwei,
  } = total
  return (
    contributorGwei + jointMemberGwei + operatorGwei + ownerGwei + royaltyGwei + treasuryGwei + refundGwei + bountyGwei
  )
}

function nothingYet(account: bigint): AccountTotal {
  return {
    account,
    block: -1n,
    day: -1n,
    contributorGwei: 0n,
    jointMemberGwei: 0n,
    operatorGwei: 0n,
    ownerGwei: 0n,
    royaltyGwei: 0n,
    treasuryGwei: 0n,
    refundGwei: 0n,
    bountyGwei: 0n,
    claimedGwei: 0n,
    earnedBeforeGwei: 0n,
    claimedBeforeGwei: 0n,
  }
}
