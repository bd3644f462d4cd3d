import { type Abi, decodeEventLog, hexToBytes } from 'viem'
import type { ChainLog } from '../chain/events/contracts.ts'
import { decodeToldChannels } from '../sdk/channel.ts'
import { abis } from '../sdk/contracts.ts'
import type { Deployment } from '../sdk/deployment.ts'
import { UNIT_FAULTS } from '../sdk/rowsRead.ts'
import { ALL_ROWS, demandKey, type Event, recordKey, unitKey, type WatchState } from './watchState.ts'

/** Applies logs to the state, in chain order. */
export function applyLogs(state: WatchState, { contracts }: Deployment, logs: readonly ChainLog[]): void {
  const abiAt = new Map(read.map((name) => [contracts[name].toLowerCase(), abis[name] as Abi]))
  for (const log of logs) {
    const abi = abiAt.get(log.address.toLowerCase())
    const [selector, ...indexed] = log.topics
    if (abi === undefined || selector === undefined) continue
    const { eventName, args } = decodeEventLog({ abi, topics: [selector, ...indexed], data: log.data })
    handlers.get(eventName ?? '')?.(state, args as never, log)
  }
}

const read = ['datasets', 'fineTunes', 'models', 'ledger', 'court', 'unitCourt', 'bonds'] as const

type Handler<Args> = (state: WatchState, args: Args, log: ChainLog) => void

const logKey = ({ blockHash, logIndex }: ChainLog): string => `${blockHash}/${logIndex}`

const datasets: {
  ContributionSubmitted: Handler<Event<'datasets', 'ContributionSubmitted'>>
  ContributionAccepted: Handler<Event<'datasets', 'ContributionAccepted'>>
} = {
  ContributionSubmitted: ({ contributions }, args, { block }) => {
    contributions.set(args.contribution, { ...args, block })
  },
  ContributionAccepted: ({ accepted }, args, { block }) => {
    accepted.set(args.contribution, { ...args, block })
  },
}

const models: {
  FineTuneBegun: Handler<Event<'fineTunes', 'FineTuneBegun'>>
  UnitsRegistered: Handler<Event<'fineTunes', 'UnitsRegistered'>>
  FineTuneRegistered: Handler<Event<'fineTunes', 'FineTuneRegistered'>>
  FineTuneEntered: Handler<Event<'models', 'FineTuneEntered'>>
  UnitStruck: Handler<Event<'models', 'UnitStruck'>>
} = {
  FineTuneBegun: ({ begun }, args, { block }) => {
    begun.set(args.model, { ...args, block })
  },
  UnitsRegistered: ({ pages }, args, log) => {
    pages.set(logKey(log), { ...args, block: log.block })
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
  BookOpened: Handler<Event<'ledger', 'BookOpened'>>
  BookClosing: Handler<Event<'ledger', 'BookClosing'>>
  BatchRecorded: Handler<Event<'ledger', 'BatchRecorded'>>
  RecordVoided: Handler<Event<'ledger', 'RecordVoided'>>
  GivenToBook: Handler<Event<'ledger', 'GivenToBook'>>
  BookReleased: Handler<Event<'ledger', 'BookReleased'>>
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
    given.set(logKey(log), { ...args, block: log.block })
  },
  BookReleased: ({ settled }, { book }, { block }) => {
    settled.set(book, { block })
  },
}

const courts: {
  UnitDemanded: Handler<Event<'unitCourt', 'UnitDemanded'>>
  UnitAnswered: Handler<Event<'unitCourt', 'UnitAnswered'>>
  ItemDemanded: Handler<Event<'unitCourt', 'ItemDemanded'>>
  ItemAnswered: Handler<Event<'unitCourt', 'ItemAnswered'>>
  UnitProvedFalse: Handler<Event<'unitCourt', 'UnitProvedFalse'>>
  ReceiptDemanded: Handler<Event<'court', 'ReceiptDemanded'>>
  RecordShown: Handler<Event<'court', 'RecordShown'>>
  ReceiptUnrecorded: Handler<Event<'court', 'ReceiptUnrecorded'>>
  RecordAppealed: Handler<Event<'court', 'RecordAppealed'>>
  UnitAppealed: Handler<Event<'court', 'UnitAppealed'>>
  AppealRuled: Handler<Event<'court', 'AppealRuled'>>
  AppealLapsed: Handler<Event<'court', 'AppealLapsed'>>
  BondSlashed: Handler<Event<'bonds', 'BondSlashed'>>
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
    if (UNIT_FAULTS[fault] === 'Withheld') withheld.set(logKey(log), { model, unit, block: log.block })
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
    bounties.set(logKey(log), { account: beneficiary, gwei: bountyGwei, block: log.block })
  },
}

const handlers = new Map<string, Handler<never>>(
  [datasets, models, ledger, courts].flatMap((named) => Object.entries<Handler<never>>(named)),
)
