import type { Role } from './credit.ts'

/** What an account has earned, by role, and claimed after a block that changed it. */
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
  /** Earned and claimed before the day began. */
  readonly earnedBeforeGwei: bigint
  readonly claimedBeforeGwei: bigint
}

/** A change of an account's earned or claimed amount. */
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

/**
 * The totals after each block with moves. `moves` come in block order; `before` are the totals
 * before them.
 */
export function totalsAfter(
  before: ReadonlyMap<bigint, AccountTotal>,
  moves: readonly EarningsMove[],
  timestampOf: (block: bigint) => bigint,
): readonly AccountTotal[] {
  const rows: AccountTotal[] = []
  const rowOf = new Map<bigint, number>()
  for (const { account, block, kind, gwei } of moves) {
    const index = rowOf.get(account)
    const last = index === undefined ? (before.get(account) ?? nothingYet(account)) : (rows[index] as AccountTotal)
    const today = onDay(last, timestampOf(block) / SECONDS_A_DAY)
    const column = columnOf[kind]
    const next = { ...today, [column]: today[column] + gwei, block }
    if (index !== undefined && last.block === block) rows[index] = next
    else rowOf.set(account, rows.push(next) - 1)
  }
  return rows
}

/** The total at the start of `day`, if that is a new day. */
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
