import * as fc from 'fast-check'
import { type Abi, type AbiEvent, decodeEventLog, type Hex } from 'viem'
import { describe, expect, it } from 'vitest'
import { readAccounts } from '../../../chain/events/accounts.ts'
import { readBonds } from '../../../chain/events/bonds.ts'
import { readChannels } from '../../../chain/events/channels.ts'
import { readClock } from '../../../chain/events/clock.ts'
import type { ChainLog } from '../../../chain/events/contracts.ts'
import { readCourt } from '../../../chain/events/court.ts'
import { readDatasets } from '../../../chain/events/datasets.ts'
import { readEarnings } from '../../../chain/events/earnings.ts'
import { readEvaluations } from '../../../chain/events/evaluations.ts'
import { readFineTunes } from '../../../chain/events/fineTunes.ts'
import { readLedger } from '../../../chain/events/ledger.ts'
import { readModels } from '../../../chain/events/models.ts'
import { readSettlement } from '../../../chain/events/settlement.ts'
import { readTransfer } from '../../../chain/events/transfer.ts'
import { readUnitCourt } from '../../../chain/events/unitCourt.ts'
import { abis } from '../../../sdk/contracts.ts'
import { anyEmission } from '../../support/anyEvent.ts'

type Told = Pick<ChainLog, 'topics' | 'data'>

const readers: readonly (readonly [Abi, (log: ChainLog) => unknown])[] = [
  [abis.accounts, readAccounts],
  [abis.bonds, readBonds],
  [abis.channels, readChannels],
  [abis.clock, readClock],
  [abis.court, readCourt],
  [abis.datasets, readDatasets],
  [abis.earnings, readEarnings],
  [abis.evaluations, readEvaluations],
  [abis.fineTunes, readFineTunes],
  [abis.ledger, readLedger],
  [abis.models, readModels],
  [abis.settlement, readSettlement],
  [abis.unitCourt, readUnitCourt],
  [abis.openToken.filter((entry) => entry.type === 'event' && entry.name === 'Transfer'), readTransfer],
]

const events = readers.flatMap(([abi, read]) =>
  abi
    .filter((entry): entry is AbiEvent => entry.type === 'event' && entry.name !== 'EIP712DomainChanged')
    .map((event) => ({ name: event.name, event, abi, read })),
)

const hot = [
  'BatchRecorded',
  'AccountOpened',
  'ContributionSubmitted',
  'ContributionAccepted',
  'ChannelFunded',
  'VoucherPresented',
  'RecordVoided',
  'UnitsWeighed',
  'UnitsPaid',
  'RewardClaimed',
  'RewardsClaimed',
  'JointDrawn',
  'InferenceRated',
  'Transfer',
]

const logOf = ({ topics, data }: Told): ChainLog => ({
  address: `0x${'ab'.repeat(20)}`,
  topics,
  data,
  block: 7n,
  blockHash: `0x${'aa'.repeat(32)}`,
  logIndex: 3n,
  transactionHash: `0x${'bb'.repeat(32)}`,
})

const byViem = (abi: Abi, { topics, data }: Told): unknown =>
  decodeEventLog({ abi, topics: topics as [Hex, ...Hex[]], data })

/** viem writes addresses in letters of both cases. */
const inSmallLetters = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, one) => {
      if (typeof one === 'bigint') return { bigint: one.toString() }
      return typeof one === 'string' && /^0x[0-9a-f]{40}$/i.test(one) ? one.toLowerCase() : one
    }),
  )

/** What comes of it: a value, or a refusal. */
const outcome = (decode: () => unknown): unknown => {
  try {
    return inSmallLetters(decode())
  } catch {
    return 'refused'
  }
}

/** The same log with a digit changed, a piece missing or something more. */
const spoilt = (told: Told): fc.Arbitrary<Told> => {
  const digits = told.data.slice(2)
  const change = (hex: string, at: number, to: string) => hex.slice(0, at) + to + hex.slice(at + 1)
  const digit = fc.constantFrom(...'0123456789abcdef')
  const cases = [
    fc.nat(digits.length / 2).map((bytes): Told => ({ ...told, data: `0x${digits.slice(0, 2 * bytes)}` })),
    fc.uint8Array({ minLength: 1, maxLength: 64 }).map((more): Told => {
      return { ...told, data: `0x${digits}${Buffer.from(more).toString('hex')}` }
    }),
    fc.tuple(fc.nat(told.topics.length), fc.boolean()).map(([at, isExtra]): Told => {
      const extra = isExtra ? [`0x${'00'.repeat(32)}` as const] : []
      return { ...told, topics: [...told.topics.slice(0, Math.max(1, at)), ...extra] }
    }),
    fc.tuple(fc.nat(told.topics.length - 1), fc.nat(63), digit).map(([which, at, to]): Told => {
      const topics = told.topics.map(
        (one, i): Hex => (i === which && i > 0 ? `0x${change(one.slice(2), at, to)}` : one),
      )
      return { ...told, topics }
    }),
    ...(digits.length === 0
      ? []
      : [
          fc.tuple(fc.nat(digits.length - 1), digit).map(([at, to]): Told => {
            return { ...told, data: `0x${change(digits, at, to)}` }
          }),
        ]),
  ]
  return fc.oneof(...cases)
}

describe('an event of ours', () => {
  it.each(events)('$name is decoded as viem decodes it', ({ event, abi, read }) => {
    fc.assert(
      fc.property(anyEmission(event), (told) => {
        expect(inSmallLetters(read(logOf(told)))).toEqual(inSmallLetters(byViem(abi, told)))
      }),
      { numRuns: hot.includes(event.name) ? 500 : 20 },
    )
  })

  it.each(events.filter(({ name }) => hot.includes(name)))(
    '$name, however malformed, means or is refused as viem has it',
    ({ event, abi, read }) => {
      fc.assert(
        fc.property(anyEmission(event).chain(spoilt), (told) => {
          expect(outcome(() => read(logOf(told)))).toEqual(outcome(() => byViem(abi, told)))
        }),
        { numRuns: 1_000 },
      )
    },
  )

  it.each(events.filter(({ name }) => hot.includes(name)))('$name is decoded without viem', ({ event, abi, read }) => {
    const logs = fc.sample(anyEmission(event), { numRuns: 200, seed: 5 }).map(logOf)
    const ours = quickest(() => logs.map(read))
    const viems = quickest(() => logs.map((log) => byViem(abi, log)))
    expect(viems / ours).toBeGreaterThan(3)
  })
})

function quickest(work: () => unknown): number {
  const times = Array.from({ length: 7 }, () => {
    const begun = performance.now()
    work()
    return performance.now() - begun
  })
  return Math.min(...times)
}
