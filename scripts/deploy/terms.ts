import type { Address } from 'viem'

/** What a set of contracts is deployed with. All but offices, treasury and supply can change afterwards (docs/governance.md). */
export interface DeploymentTerms {
  /** Who may pause and resume, and cancel what a vote decided; governance alone if not given. */
  readonly guardian?: Address
  /** Who rules appeals; governance alone if not given. */
  readonly arbiter?: Address
  /** Where the treasury's account is paid; the deployer if not given. */
  readonly treasuryPayout?: Address
  /** Who receives the whole supply of OPEN, and with it all votes; the deployer if not given. */
  readonly tokenHolder?: Address
  readonly ledger?: Partial<LedgerTerms>
  readonly models?: Partial<ModelTerms>
  /** How long a channel's payer waits for a withdrawal or another signer. */
  readonly channelNoticeSeconds?: number
  readonly bonds?: Partial<BondRule>
  readonly court?: Partial<CourtTerms>
  readonly voting?: VotingTerms
  /** How long a decided change waits before it happens. */
  readonly timelockSeconds?: number
}

export interface LedgerTerms {
  readonly epochSeconds: number
  /** How long after a book closes its records can be voided. */
  readonly windowSeconds: number
  /** Fees from which a book closes with its epoch. */
  readonly minBookGwei: bigint
  readonly treasuryBps: number
}

export interface ModelTerms {
  /** How long a fine-tune waits before its first record. */
  readonly activationSeconds: number
  /** How long an operator that was removed may still record. */
  readonly noticeSeconds: number
}

export interface BondRule {
  readonly minimumGwei: bigint
  readonly perRecordGwei: bigint
  readonly ratioBps: number
  readonly bountyBps: number
  /** A window and an epoch at least, so that a bond outlasts the last chance to strike what it answers for. */
  readonly noticeSeconds: number
  /** How long a settled book still asks for its pool in the model's bond. */
  readonly modelSeconds: number
}

/** What demands and appeals cost, and how long they take. UnitCourt has the same demands. */
export interface CourtTerms {
  readonly demandFeeGwei: bigint
  /** A third of a window at most, so that a demand is answered and closed within one. */
  readonly demandSeconds: number
  /** What a broken or unrecorded receipt costs, in fees of its record. */
  readonly receiptFees: number
  readonly appealStakeGwei: bigint
  readonly rulingSeconds: number
  readonly keyNoticeSeconds: number
}

export interface VotingTerms {
  readonly delaySeconds: number
  readonly periodSeconds: number
  /** In wei of OPEN, as votes are counted. */
  readonly proposalThreshold: bigint
  readonly quorumPercent: number
  /** How long is voted once the quorum is reached, at least. */
  readonly lateQuorumSeconds: number
}

const DAY_SECONDS = 86_400
const HOUR_SECONDS = 3_600
const OPEN = 1_000_000_000n

export const DEFAULT_VOTING: VotingTerms = {
  delaySeconds: DAY_SECONDS,
  periodSeconds: 5 * DAY_SECONDS,
  proposalThreshold: 100_000n * 10n ** 18n,
  quorumPercent: 4,
  lateQuorumSeconds: DAY_SECONDS,
}

/** `terms` made whole, in the words of the contracts' constructors. */
export function completeTerms(terms: DeploymentTerms, deployer: Address) {
  const voting = terms.voting ?? DEFAULT_VOTING
  const ledgerTerms: LedgerTerms = {
    epochSeconds: DAY_SECONDS,
    windowSeconds: 2 * DAY_SECONDS,
    minBookGwei: OPEN,
    treasuryBps: 200,
    ...terms.ledger,
  }
  const bondRule: BondRule = {
    minimumGwei: 10n * OPEN,
    perRecordGwei: OPEN / 100n,
    ratioBps: 10_000,
    bountyBps: 3_000,
    noticeSeconds: ledgerTerms.windowSeconds + ledgerTerms.epochSeconds + DAY_SECONDS,
    modelSeconds: 14 * DAY_SECONDS,
    ...terms.bonds,
  }
  const courtTerms: CourtTerms = {
    demandFeeGwei: OPEN,
    // Two of them fit into a window.
    demandSeconds: Math.max(HOUR_SECONDS, Math.floor(ledgerTerms.windowSeconds / 4)),
    receiptFees: 10,
    appealStakeGwei: 10n * OPEN,
    // Long enough for a vote and its delay, which rule where nobody else is the arbiter.
    rulingSeconds: 14 * DAY_SECONDS,
    keyNoticeSeconds: 2 * DAY_SECONDS,
    ...terms.court,
  }
  const { demandFeeGwei, demandSeconds } = courtTerms
  return {
    deployer,
    treasuryPayout: terms.treasuryPayout ?? deployer,
    tokenHolder: terms.tokenHolder ?? deployer,
    ledgerTerms: { ...ledgerTerms },
    modelTerms: { activationSeconds: 3 * DAY_SECONDS, noticeSeconds: 2 * DAY_SECONDS, ...terms.models },
    channelNoticeSeconds: terms.channelNoticeSeconds ?? 2 * DAY_SECONDS,
    bondRule: { ...bondRule },
    courtTerms: { ...courtTerms },
    unitCourtTerms: { demandFeeGwei, demandSeconds },
    votingTerms: {
      votingDelay: voting.delaySeconds,
      votingPeriod: voting.periodSeconds,
      proposalThreshold: voting.proposalThreshold,
      quorumPercent: voting.quorumPercent,
      lateQuorumExtension: voting.lateQuorumSeconds,
    },
    // Longer than the notice on channels and bonds: who disagrees with a change can take their money out before it happens.
    timelockSeconds: terms.timelockSeconds ?? bondRule.noticeSeconds + DAY_SECONDS,
    ...(terms.guardian !== undefined && { guardian: terms.guardian }),
    ...(terms.arbiter !== undefined && { arbiter: terms.arbiter }),
  }
}
