import { type Abi, decodeEventLog, hexToBytes } from 'viem'
import type { ChainLog } from '../chain/events/contracts.ts'
import { decodeToldChannels } from '../sdk/channel.ts'
import { abis } from '../sdk/contracts.ts'
import type { Deployment } from '../sdk/deployment.ts'
import { UNIT_FAULTS } from '../sdk/rowsRead.ts'
import { ALL_ROWS, type Chronicle, demandKey, type Event, recordKey, unitKey } from './chronicle.ts'

/** Adds what logs tell to a chronicle, in chain order. */
export function append(chronicle: Chronicle, { contracts }: Deployment, logs: readonly ChainLog[]): void {
  const abiAt = new Map(read.map((name) => [contracts[name].toLowerCase(), abis[name] as Abi]))
  for (const log of logs) {
    const abi = abiAt.get(log.address.toLowerCase())
    const [selector, ...indexed] = log.topics
    if (abi === undefined || selector === undefined) continue
    const { eventName, args } = decodeEventLog({ abi, topics: [selector, ...indexed], data: log.data })
    tellers.get(eventName ?? '')?.(chronicle, args as never, log)
  }
}

const read = ['datasets', 'fineTunes', 'models', 'ledger', 'court', 'unitCourt', 'bonds'] as const

type Teller<Args> = (chronicle: Chronicle, args: Args, log: ChainLog) => void

const placeOf = ({ blockHash, logIndex }: ChainLog): string => `${blockHash}/${logIndex}`

const datasets: {
  ContributionSubmitted: Teller<Event<'datasets', 'ContributionSubmitted'>>
  ContributionAccepted: Teller<Event<'datasets', 'ContributionAccepted'>>
} = {
  ContributionSubmitted: ({ contributions }, args, { block }) => {
    contributions.set(args.contribution, { ...args, block })
  },
  ContributionAccepted: ({ accepted }, args, { block }) => {
    accepted.set(args.contribution, { ...args, block })
  },
}

const models: {
  FineTuneBegun: Teller<Event<'fineTunes', 'FineTuneBegun'>>
  UnitsRegistered: Teller<Event<'fineTunes', 'UnitsRegistered'>>
  FineTuneRegistered: Teller<Event<'fineTunes', 'FineTuneRegistered'>>
  FineTuneEntered: Teller<Event<'models', 'FineTuneEntered'>>
  UnitStruck: Teller<Event<'models', 'UnitStruck'>>
} = {
  FineTuneBegun: ({ begun }, args, { block }) => {
    begun.set(args.model, { ...args, block })
  },
  UnitsRegistered: ({ pages }, args, log) => {
    pages.set(placeOf(log), { ...args, block: log.block })
  },
  FineTuneRegistered: ({ registered }, args, { block }) => {
    registered.set(args.model, { ...args, block })
  },
  FineTuneEntered: ({ entered }, args, { block }) => {
    entered.set(args.model, { ...args, block })
  },
  UnitStruck: ({ struckUnits }, args, { block }) => {
    struckUnits.set(unitKey(args.model, args.unit), { ...args, block })
  },
}

const ledger: {
  BookOpened: Teller<Event<'ledger', 'BookOpened'>>
  BookClosing: Teller<Event<'ledger', 'BookClosing'>>
  BatchRecorded: Teller<Event<'ledger', 'BatchRecorded'>>
  RecordVoided: Teller<Event<'ledger', 'RecordVoided'>>
  GivenToBook: Teller<Event<'ledger', 'GivenToBook'>>
  BookReleased: Teller<Event<'ledger', 'BookReleased'>>
} = {
  BookOpened: ({ books }, args, { block }) => {
    books.set(args.book, { ...args, block })
  },
  BookClosing: ({ closings }, args, { block }) => {
    closings.set(args.book, { closesAt: args.closesAt, block })
  },
  BatchRecorded: ({ batches }, { channels, records, ...args }, { block }) => {
    batches.set(args.batch, {
      ...args,
      recordedIn: Number(block),
      channels: decodeToldChannels(hexToBytes(channels)),
      records: hexToBytes(records),
      block,
    })
  },
  RecordVoided: ({ voided }, { batch, index }, { block }) => {
    voided.set(recordKey(batch, index), { batch, index, block })
  },
  GivenToBook: ({ given }, args, log) => {
    given.set(placeOf(log), { ...args, block: log.block })
  },
  BookReleased: ({ settled }, { book }, { block }) => {
    settled.set(book, { block })
  },
}

const courts: {
  UnitDemanded: Teller<Event<'unitCourt', 'UnitDemanded'>>
  UnitAnswered: Teller<Event<'unitCourt', 'UnitAnswered'>>
  ItemDemanded: Teller<Event<'unitCourt', 'ItemDemanded'>>
  ItemAnswered: Teller<Event<'unitCourt', 'ItemAnswered'>>
  UnitProvedFalse: Teller<Event<'unitCourt', 'UnitProvedFalse'>>
  ReceiptDemanded: Teller<Event<'court', 'ReceiptDemanded'>>
  RecordShown: Teller<Event<'court', 'RecordShown'>>
  ReceiptUnrecorded: Teller<Event<'court', 'ReceiptUnrecorded'>>
  RecordAppealed: Teller<Event<'court', 'RecordAppealed'>>
  UnitAppealed: Teller<Event<'court', 'UnitAppealed'>>
  AppealRuled: Teller<Event<'court', 'AppealRuled'>>
  AppealLapsed: Teller<Event<'court', 'AppealLapsed'>>
  BondSlashed: Teller<Event<'bonds', 'BondSlashed'>>
} = {
  UnitDemanded: ({ unitDemands }, { model, unit, demander, dueAt }, { block }) => {
    unitDemands.set(demandKey(model, unit, ALL_ROWS), { model, unit, index: ALL_ROWS, demander, dueAt, block })
  },
  UnitAnswered: ({ unitAnswers }, { model, unit }, { block }) => {
    unitAnswers.set(demandKey(model, unit, ALL_ROWS), { block })
  },
  ItemDemanded: ({ unitDemands }, { model, unit, index, demander, dueAt }, { block }) => {
    unitDemands.set(demandKey(model, unit, index), { model, unit, index, demander, dueAt, block })
  },
  ItemAnswered: ({ unitAnswers }, { model, unit, index }, { block }) => {
    unitAnswers.set(demandKey(model, unit, index), { block })
  },
  UnitProvedFalse: ({ withheld }, { model, unit, fault }, log) => {
    if (UNIT_FAULTS[fault] === 'Withheld') withheld.set(placeOf(log), { model, unit, block: log.block })
  },
  ReceiptDemanded: ({ recordDemands }, args, { block }) => {
    recordDemands.set(args.recordHash, { ...args, block })
  },
  RecordShown: ({ recordAnswers }, { recordHash }, { block }) => {
    recordAnswers.set(recordHash, { block })
  },
  ReceiptUnrecorded: ({ recordAnswers }, { recordHash }, { block }) => {
    recordAnswers.set(recordHash, { block })
  },
  RecordAppealed: ({ appeals }, { appeal, ...facts }, { block }) => {
    appeals.set(appeal, { facts, block })
  },
  UnitAppealed: ({ appeals }, { appeal, ...facts }, { block }) => {
    appeals.set(appeal, { facts, block })
  },
  AppealRuled: ({ decided }, { appeal, upheld }, { block }) => {
    decided.set(appeal, { how: upheld ? 'upheld' : 'denied', block })
  },
  AppealLapsed: ({ decided }, { appeal }, { block }) => {
    decided.set(appeal, { how: 'lapsed', block })
  },
  BondSlashed: ({ bounties }, { beneficiary, bountyGwei }, log) => {
    bounties.set(placeOf(log), { account: beneficiary, gwei: bountyGwei, block: log.block })
  },
}

const tellers = new Map<string, Teller<never>>(
  [datasets, models, ledger, courts].flatMap((told) => Object.entries<Teller<never>>(told)),
)
