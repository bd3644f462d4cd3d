import { formatOpen, WEI_PER_GWEI } from '../../sdk/units.ts'
import type { completeTerms } from './terms.ts'

/** What a deployment would be, before it is signed. */
export function describeTerms(terms: ReturnType<typeof completeTerms>): string {
  const { ledgerTerms: ledger, modelTerms: models, bondRule: bonds, courtTerms: court, votingTerms: voting } = terms
  return [
    `guardian ${terms.guardian ?? 'none (votes only)'}, arbiter ${terms.arbiter ?? 'none (votes only)'}`,
    `treasury ${terms.treasuryPayout} (${ledger.treasuryBps / 100} %), supply and votes to ${terms.tokenHolder}`,
    `epochs of ${spoken(ledger.epochSeconds)}, windows of ${spoken(ledger.windowSeconds)}, books close from ${formatOpen(ledger.minBookGwei)} OPEN`,
    `models wait ${spoken(models.activationSeconds)}; notice ${spoken(models.noticeSeconds)} on operators, ${spoken(terms.channelNoticeSeconds)} on channels, ${spoken(bonds.noticeSeconds)} on bonds`,
    `bonds of ${formatOpen(bonds.minimumGwei)} OPEN, ${formatOpen(bonds.perRecordGwei)} OPEN a record and ${bonds.ratioBps / 100} % of its fee; ${bonds.bountyBps / 100} % of a slashed one to the challenger`,
    `demands for ${formatOpen(court.demandFeeGwei)} OPEN and ${spoken(court.demandSeconds)}, broken receipts for ${court.receiptFees} fees, appeals for ${formatOpen(court.appealStakeGwei)} OPEN and ${spoken(court.rulingSeconds)}`,
    `votes after ${spoken(voting.votingDelay)} for ${spoken(voting.votingPeriod)}, ${spoken(voting.lateQuorumExtension)} after a late quorum of ${voting.quorumPercent} %, by proposers of ${formatOpen(voting.proposalThreshold / WEI_PER_GWEI)} OPEN; changes ${spoken(terms.timelockSeconds)} later`,
  ]
    .map((line) => `  ${line}`)
    .join('\n')
}

/** Whole days and hours where seconds make them. */
function spoken(seconds: number): string {
  for (const [unit, size] of [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const) {
    const count = seconds / size
    if (count >= 1 && Number.isInteger(count)) return `${count} ${unit}${count === 1 ? '' : 's'}`
  }
  return `${seconds} seconds`
}
