import { formatOpen, WEI_PER_GWEI } from '../../sdk/units.ts'
import type { completeTerms } from './terms.ts'

/** What a deployment would be, before it is signed. */
export function describeTerms(terms: ReturnType<typeof completeTerms>): string {
  const { ledgerTerms: ledger, modelTerms: models, bondRule: bonds, courtTerms: court, votingTerms: voting } = terms
  return [
    `guardian ${terms.guardian ?? 'nobody but a vote'}, arbiter ${terms.arbiter ?? 'nobody but a vote'}`,
    `treasury ${terms.treasuryPayout} (${ledger.treasuryBps} bps), supply and votes to ${terms.tokenHolder}`,
    `epochs of ${ledger.epochSeconds} s, windows of ${ledger.windowSeconds} s, books close from ${formatOpen(ledger.minBookGwei)} OPEN`,
    `models wait ${models.activationSeconds} s; notice ${models.noticeSeconds} s on operators, ${terms.channelNoticeSeconds} s on channels, ${bonds.noticeSeconds} s on bonds`,
    `bonds of ${formatOpen(bonds.minimumGwei)} OPEN, ${formatOpen(bonds.perRecordGwei)} OPEN a record and ${bonds.ratioBps} bps of its fee; ${bonds.bountyBps} bps of a slashed one to the challenger`,
    `demands for ${formatOpen(court.demandFeeGwei)} OPEN and ${court.demandSeconds} s, broken receipts for ${court.receiptFees} fees, appeals for ${formatOpen(court.appealStakeGwei)} OPEN and ${court.rulingSeconds} s`,
    `votes after ${voting.votingDelay} s for ${voting.votingPeriod} s, ${voting.lateQuorumExtension} s after a late quorum of ${voting.quorumPercent} %, by proposers of ${formatOpen(voting.proposalThreshold / WEI_PER_GWEI)} OPEN; changes ${terms.timelockSeconds} s later`,
  ]
    .map((line) => `  ${line}`)
    .join('\n')
}
