import { type Abi, type Hex, toEventSelector } from 'viem'
import type { View } from '../../auditor/history/readHistory.ts'
import type { ChainLog } from '../../chain/events/contracts.ts'
import { abis } from '../../sdk/contracts.ts'
import { type Corruption, flipped, namesLog, type ToldFinding, whereOf } from './corruption.ts'
import type { Material, ToldLog } from './material.ts'

/** Events that are otherwise once they are proven, as if the proofs had missed it: what lies behind them must notice. */

const isSame = (a: ChainLog, b: ChainLog) => a.blockHash === b.blockHash && a.logIndex === b.logIndex

export function droppedLog({ random, logs }: Material): Corruption {
  const log = random.pick(logs)
  const view: View = (all) => all.filter((one) => !isSame(one, log))
  return { kind: 'a log dropped', where: whereOf(log), options: { view }, names: (finding) => namesLog(log, finding) }
}

export function alteredLog({ random, logs }: Material): Corruption {
  const log = random.pick(logs.filter(({ data }) => data.length > 2))
  const byte = random.below((log.data.length - 2) / 2)
  return altered('a byte of a log’s data altered', log, byte, (finding) => namesLog(log, finding))
}

/** Of a contract that keeps a journal: the order of transfers between others changes nothing. */
export function movedLog({ random, logs }: Material): Corruption {
  const ours = logs.filter(({ contract }) => contract !== 'openToken')
  const first = random.pick(ours.slice(0, -1))
  const second = ours.slice(ours.indexOf(first) + 1).find(({ contract }) => contract === first.contract)
  if (second === undefined) throw new RangeError('It is the contract’s last event')
  // Each keeps its place, and says what the other said.
  const view: View = (all) =>
    all.map((one) => {
      const { topics, data } = isSame(one, first) ? second : isSame(one, second) ? first : one
      return { ...one, topics, data }
    })
  const names = (finding: ToldFinding) => namesLog(first, finding) || namesLog(second, finding)
  return { kind: 'two logs exchanged', where: `${whereOf(first)} and ${whereOf(second)}`, options: { view }, names }
}

/** An amount or a byte that only a computation can hold to something: it must be named at that very event, by that check. */
const deep: Readonly<
  Record<string, readonly [contract: keyof typeof abis, event: string, check: string, byteOf: Byte]>
> = {
  'a voucher beyond its amount': ['channels', 'VoucherPresented', 'channels', () => 63],
  'a payment that covers more': ['channels', 'WalkInCovered', 'channels', () => 63],
  'a deposit raised': ['channels', 'ChannelFunded', 'channels', () => 63],
  'a record’s commitment altered': ['ledger', 'BatchRecorded', 'batches', inRecords(3)],
  'a record’s fee altered': ['ledger', 'BatchRecorded', 'batches', inRecords(2)],
  'a batch’s fees altered': ['ledger', 'BatchRecorded', 'batches', () => 63],
  'a batch’s root altered': ['ledger', 'BatchRecorded', 'batches', () => 95],
  'a sum of sketches altered': ['ledger', 'RecordVoided', 'batches', () => 159],
  'a weight altered': ['settlement', 'UnitsWeighed', 'settlements', inList(16)],
  'a page of pay altered': ['settlement', 'UnitsPaid', 'settlements', inList(8)],
  'an operator’s pay altered': ['settlement', 'BookSettled', 'settlements', () => 31],
  'a treasury’s share altered': ['settlement', 'BookSettled', 'settlements', () => 127],
  'a claim altered': ['earnings', 'RewardClaimed', 'arithmetic', () => 31],
  'a bond’s balance altered': ['bonds', 'BondDeposited', 'arithmetic', () => 63],
}

type Byte = (log: ToldLog, below: (n: number) => number) => number

export const deepKinds: readonly string[] = [...Object.keys(deep), 'a unit’s sketch altered']

export function deeplyAltered(kind: string, { random, logs }: Material): Corruption {
  if (kind === 'a unit’s sketch altered') return alteredSketch({ random, logs })
  const [contract, event, check, byteOf] = deep[kind] as (typeof deep)[string]
  const log = random.pick(logs.filter(isEvent(contract, event)))
  const names = ({ check: by, place }: ToldFinding) =>
    by === check && place.transaction === log.transactionHash && place.logIndex === `${log.logIndex}`
  return altered(kind, log, byteOf(log, random.below), names)
}

/** The last byte of a page of units is a unit's last two codes. */
function alteredSketch({ random, logs }: Pick<Material, 'random' | 'logs'>): Corruption {
  const pages = logs.filter(isEvent('fineTunes', 'UnitsRegistered'))
  const log = random.pick(pages.filter(({ data }) => unitsEnd(data) > 0))
  const names = ({ check, place }: ToldFinding) =>
    ['units', 'unitCode'].includes(check) &&
    place.transaction === log.transactionHash &&
    place.logIndex === `${log.logIndex}`
  return altered('a unit’s sketch altered', log, unitsEnd(log.data), names)
}

/** 0 of a page without sketches. */
function unitsEnd(data: Hex): number {
  const offset = Number(wordAt(data, 2))
  const length = Number(wordAt(data, offset / 32))
  return length > 16 ? offset + 32 + length - 1 : 0
}

function altered(kind: string, log: ToldLog, byte: number, names: Corruption['names']): Corruption {
  const view: View = (all) => all.map((one) => (isSame(one, log) ? { ...one, data: flipped(one.data, byte) } : one))
  return { kind, where: `${whereOf(log)}, byte ${byte}`, options: { view }, names }
}

function isEvent(contract: keyof typeof abis, name: string): (log: ToldLog) => boolean {
  const event = (abis[contract] as Abi).find((item) => item.type === 'event' && item.name === name)
  const selector = event?.type === 'event' ? toEventSelector(event) : undefined
  return (log) => log.contract === contract && log.topics[0] === selector
}

/** The last byte of one of the integers of the event's only list. */
function inList(size: number): Byte {
  return ({ data }, below) => 96 + size * below(Number(wordAt(data, 2)) / size) + size - 1
}

/** A byte of the first record. */
function inRecords(byte: number): Byte {
  return ({ data }) => Number(wordAt(data, 4)) + 32 + byte
}

function wordAt(data: Hex, word: number): bigint {
  return BigInt(`0x${data.slice(2 + 64 * word, 66 + 64 * word)}`)
}
