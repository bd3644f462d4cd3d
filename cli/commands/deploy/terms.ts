import { type Command, Option } from 'commander'
import type { Address } from 'viem'
import type { DeploymentTerms } from '../../../scripts/deploy/terms.ts'
import { WEI_PER_GWEI } from '../../../sdk/units.ts'
import { UsageError } from '../../usageError.ts'
import { addressValue, durationSeconds, openAmount, wholeNumber } from '../../values.ts'

/** The options of a deployment's terms. Bounds are those of the contracts' code; what is not given is filled in by completeTerms. */

const HOUR = 3_600
const DAY = 24 * HOUR
const YEAR = 365 * DAY

export interface TermOptions {
  readonly guardian?: Address
  readonly arbiter?: Address
  readonly treasury?: Address
  readonly holder?: Address
  readonly epoch: number
  readonly window: number
  readonly minBook: bigint
  readonly treasuryBps: number
  readonly activation: number
  readonly operatorNotice: number
  readonly channelNotice: number
  readonly bondMinimum: bigint
  readonly bondRecord: bigint
  readonly bondRatio: number
  readonly bounty: number
  readonly bondNotice?: number
  readonly poolTime: number
  readonly demandFee: bigint
  readonly demandTime?: number
  readonly receiptFees: number
  readonly appealStake: bigint
  readonly rulingTime: number
  readonly keyNotice: number
  readonly votingDelay: number
  readonly votingPeriod: number
  readonly threshold: bigint
  readonly quorum: number
  readonly lateQuorum: number
  readonly timelock?: number
}

type Row = readonly [flags: string, meaning: string, parse: (text: string) => unknown, standard?: string]

const groups: Readonly<Record<string, readonly Row[]>> = {
  'Offices:': [
    [
      '--guardian <address>',
      'who may pause, resume, and cancel what a vote decided; only a vote if not given',
      addressValue,
    ],
    ['--arbiter <address>', 'who rules appeals; only a vote if not given', addressValue],
    ['--treasury <address>', 'where the treasury’s account is paid; the signer if not given', addressValue],
    [
      '--holder <address>',
      'who receives the whole supply of OPEN, and its votes; the signer if not given',
      addressValue,
    ],
  ],
  'Books:': [
    ['--epoch <duration>', 'length of an epoch, 1 hour to 30 days', seconds(HOUR, 30 * DAY), '1d'],
    [
      '--window <duration>',
      'how long after a book closes its records can be voided, 1 to 14 days',
      seconds(DAY, 14 * DAY),
      '2d',
    ],
    ['--min-book <OPEN>', 'fees from which a book closes with its epoch, at most 1,000', openAmount, '1'],
    ['--treasury-bps <bps>', 'the treasury’s share of fees', wholeNumber(100, 1_000), '200'],
  ],
  'Models and channels:': [
    [
      '--activation <duration>',
      'how long a fine-tune waits before its first record, 1 to 14 days',
      seconds(DAY, 14 * DAY),
      '3d',
    ],
    [
      '--operator-notice <duration>',
      'how long a removed operator may still record, 1 to 14 days',
      seconds(DAY, 14 * DAY),
      '2d',
    ],
    [
      '--channel-notice <duration>',
      'how long a channel’s withdrawal waits, 1 to 14 days',
      seconds(DAY, 14 * DAY),
      '2d',
    ],
  ],
  'Bonds:': [
    ['--bond-minimum <OPEN>', 'the smallest bond that lets an operator record, at least 1', openAmount, '10'],
    ['--bond-record <OPEN>', 'bond required for an unsettled record', openAmount, '0.01'],
    ['--bond-ratio <bps>', 'bond required for its fee; 10,000 is the fee itself', wholeNumber(5_000, 30_000), '10000'],
    ['--bounty <bps>', 'the part of a slashed bond that a challenger gets', wholeNumber(0, 5_000), '3000'],
    [
      '--bond-notice <duration>',
      'how long a bond’s withdrawal waits: a window and an epoch at least (a day more)',
      seconds(0, 60 * DAY),
    ],
    [
      '--pool-time <duration>',
      'how long a settled book keeps its pool in a model’s bond, 7 to 60 days',
      seconds(7 * DAY, 60 * DAY),
      '14d',
    ],
  ],
  'Challenges:': [
    ['--demand-fee <OPEN>', 'what a demand stakes', openAmount, '1'],
    [
      '--demand-time <duration>',
      'how long there is to answer one: a third of a window at most (a quarter)',
      seconds(HOUR, 5 * DAY),
    ],
    ['--receipt-fees <number>', 'what a broken or unrecorded receipt costs, in fees', wholeNumber(2, 100), '10'],
    ['--appeal-stake <OPEN>', 'what an appeal stakes, 1 to 1,000', openAmount, '10'],
    ['--ruling-time <duration>', 'how long the arbiter has, 7 to 30 days', seconds(7 * DAY, 30 * DAY), '14d'],
    ['--key-notice <duration>', 'how long a new receipt key waits, 1 hour to 14 days', seconds(HOUR, 14 * DAY), '2d'],
  ],
  'Votes:': [
    ['--voting-delay <duration>', 'from a proposal to its vote', seconds(0, YEAR), '1d'],
    ['--voting-period <duration>', 'how long a vote lasts', seconds(1, YEAR), '5d'],
    ['--threshold <OPEN>', 'votes that a proposer needs', openAmount, '100000'],
    ['--quorum <percent>', 'part of the supply that must vote', wholeNumber(1, 100), '4'],
    ['--late-quorum <duration>', 'how long a vote lasts at least once the quorum is reached', seconds(0, YEAR), '1d'],
    [
      '--timelock <duration>',
      'how long a decided change waits (a day more than a bond’s withdrawal)',
      seconds(0, YEAR),
    ],
  ],
}

/** Seconds, or a duration such as 3d, within bounds. */
function seconds(min: number, max: number): (text: string) => number {
  const bounded = wholeNumber(min, max)
  return (text) => bounded(/^\d+$/.test(text) ? text : `${durationSeconds(text)}`)
}

export function withTerms(command: Command): Command {
  for (const [group, rows] of Object.entries(groups)) {
    for (const [flags, meaning, parse, standard] of rows) {
      const option = new Option(flags, meaning).argParser(parse).helpGroup(group)
      if (standard !== undefined) option.default(parse(standard), standard)
      command.addOption(option)
    }
  }
  return command
}

/** The terms that options name. Bounds that depend on each other are checked here. */
export function termsOf(options: TermOptions, deployer: Address): DeploymentTerms {
  const { window: windowSeconds, epoch: epochSeconds, bondNotice, demandTime, guardian, arbiter, timelock } = options
  if (bondNotice !== undefined && bondNotice < windowSeconds + epochSeconds)
    throw new UsageError(`--bond-notice takes a window and an epoch at least: ${windowSeconds + epochSeconds} seconds.`)
  if (demandTime !== undefined && demandTime > Math.floor(windowSeconds / 3))
    throw new UsageError(`--demand-time takes a third of a window at most: ${Math.floor(windowSeconds / 3)} seconds.`)
  return {
    ...(guardian !== undefined && { guardian }),
    ...(arbiter !== undefined && { arbiter }),
    treasuryPayout: options.treasury ?? deployer,
    tokenHolder: options.holder ?? deployer,
    ledger: { epochSeconds, windowSeconds, minBookGwei: options.minBook, treasuryBps: options.treasuryBps },
    models: { activationSeconds: options.activation, noticeSeconds: options.operatorNotice },
    channelNoticeSeconds: options.channelNotice,
    bonds: {
      minimumGwei: options.bondMinimum,
      perRecordGwei: options.bondRecord,
      ratioBps: options.bondRatio,
      bountyBps: options.bounty,
      ...(bondNotice !== undefined && { noticeSeconds: bondNotice }),
      modelSeconds: options.poolTime,
    },
    court: {
      demandFeeGwei: options.demandFee,
      ...(demandTime !== undefined && { demandSeconds: demandTime }),
      receiptFees: options.receiptFees,
      appealStakeGwei: options.appealStake,
      rulingSeconds: options.rulingTime,
      keyNoticeSeconds: options.keyNotice,
    },
    voting: {
      delaySeconds: options.votingDelay,
      periodSeconds: options.votingPeriod,
      proposalThreshold: options.threshold * WEI_PER_GWEI,
      quorumPercent: options.quorum,
      lateQuorumSeconds: options.lateQuorum,
    },
    ...(timelock !== undefined && { timelockSeconds: timelock }),
  }
}
