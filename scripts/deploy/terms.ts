import type { Address } from 'viem'

/** What a set of contracts is deployed with. Bond rule, court terms and treasury's share can change afterwards (docs/governance.md). */
export interface DeploymentTerms {
  /** Who may pause and resume recording; governance alone if not given. */
  readonly guardian?: Address
  /** Who rules appeals; governance alone if not given. */
  readonly arbiter?: Address
  /** Where the treasury's account is paid; the deployer if not given. */
  readonly treasuryPayout?: Address
  /** Who receives the whole supply of OPEN, and with it all votes; the deployer if not given. */
  readonly tokenHolder?: Address
  readonly epochSeconds?: number
  readonly tabNoticeSeconds?: number
  /** Two epochs at least, so that a bond outlasts the last chance to strike what it answers for. */
  readonly bondNoticeSeconds?: number
  readonly treasuryBps?: number
  readonly bondRule?: BondRule
  readonly courtTerms?: CourtTerms
  readonly voting?: VotingTerms
  /** How long a decided change waits before it happens. */
  readonly timelockSeconds?: number
}

export interface BondRule {
  readonly minimumGwei: bigint
  readonly ratioBps: number
  readonly bountyBps: number
}

/** What demands and appeals cost, and how long they take. */
export interface CourtTerms {
  readonly demandFeeGwei: bigint
  /** An epoch at most, so that records can still be voided where a row stays withheld. */
  readonly demandSeconds: number
  readonly appealStakeGwei: bigint
  readonly rulingSeconds: number
}

export interface VotingTerms {
  readonly delaySeconds: number
  readonly periodSeconds: number
  /** In wei of OPEN, as votes are counted. */
  readonly proposalThreshold: bigint
  readonly quorumPercent: number
}

const DAY_SECONDS = 86_400

export const DEFAULT_BOND_RULE: BondRule = { minimumGwei: 10_000_000_000n, ratioBps: 10_000, bountyBps: 5_000 }

const DEFAULT_COURT_TERMS: CourtTerms = {
  demandFeeGwei: 1_000_000_000n,
  demandSeconds: DAY_SECONDS / 2,
  appealStakeGwei: 10_000_000_000n,
  // Long enough for a vote and its delay, which rule where nobody else is the arbiter.
  rulingSeconds: 14 * DAY_SECONDS,
}

export const DEFAULT_VOTING: VotingTerms = {
  delaySeconds: DAY_SECONDS,
  periodSeconds: 5 * DAY_SECONDS,
  proposalThreshold: 100_000n * 10n ** 18n,
  quorumPercent: 4,
}

/** `terms` made whole, in the words of the contracts' constructors, for whoever deploys them. */
export function completeTerms(terms: DeploymentTerms, deployer: Address) {
  const epochSeconds = terms.epochSeconds ?? DAY_SECONDS
  const voting = terms.voting ?? DEFAULT_VOTING
  return {
    deployer,
    treasuryPayout: terms.treasuryPayout ?? deployer,
    tokenHolder: terms.tokenHolder ?? deployer,
    ledgerTerms: {
      epochSeconds,
      tabNoticeSeconds: terms.tabNoticeSeconds ?? DAY_SECONDS,
      bondNoticeSeconds: terms.bondNoticeSeconds ?? 3 * epochSeconds,
      treasuryBps: terms.treasuryBps ?? 200,
      bondRule: { ...(terms.bondRule ?? DEFAULT_BOND_RULE) },
    },
    courtTerms: {
      ...(terms.courtTerms ?? { ...DEFAULT_COURT_TERMS, demandSeconds: Math.floor(epochSeconds / 2) }),
    },
    votingTerms: {
      votingDelay: voting.delaySeconds,
      votingPeriod: voting.periodSeconds,
      proposalThreshold: voting.proposalThreshold,
      quorumPercent: voting.quorumPercent,
    },
    // Longer than the notice on tabs and bonds: who disagrees with a change can take their money out before it happens.
    timelockSeconds: terms.timelockSeconds ?? 4 * DAY_SECONDS,
    ...(terms.guardian !== undefined && { guardian: terms.guardian }),
    ...(terms.arbiter !== undefined && { arbiter: terms.arbiter }),
  }
}
