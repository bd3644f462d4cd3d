// Cases of both courts (contracts/court/): receipt keys, demands, appeals.

import type { Hex } from 'viem'
import { bookKeyOf } from '../../sdk/book.ts'
import type { ExpectedSlot } from '../storage/expectedSlot.ts'
import { mappedSlot, packed, plainSlot, slotAfter } from '../storage/words.ts'
import type { Appeal, CourtsWorld } from '../world/courts.ts'
import { timeIn } from './clock.ts'
import { expectTold, type Handlers, type Step } from './step.ts'

const [CURRENT_KEYS, KEYS, RECORD_DEMANDS, APPEAL_COUNT, APPEALS] = [5, 6, 7, 8, 9]
const UNIT_DEMANDS = 4
const FOR_GOOD = 2n ** 40n - 1n
const ALL_ROWS = 2n ** 32n - 1n
const [OPEN, SHOWN, CLOSED] = [1, 2, 3]

export const courtHandlers: Handlers = {
  receiptKeySet: ({ world, at }, { operator, key, validFrom, previous, previousUntil }) => {
    const before = world.keys.get(`${operator}/${previous}`)
    if (before !== undefined)
      world.keys.set(`${operator}/${previous}`, { ...before, until: previousUntil, isCurrent: false, at })
    world.keys.set(`${operator}/${key}`, { operator, key, from: validFrom, until: FOR_GOOD, isCurrent: true, at })
  },
  receiptDemanded: (step, { recordHash, operator, demander, model, dueAt, stakeGwei }) => {
    const { world, at } = step
    const due = timeIn(step) + (world.settings.courtTerms?.demandSeconds ?? 0n)
    expectTold(step, 'When a demanded record is due', dueAt, due)
    world.recordDemands.set(recordHash, { demander, operator, model, dueAt, stakeGwei, state: OPEN, at })
  },
  recordShown: (step, { recordHash }) => decide(step, recordHash, SHOWN),
  receiptUnrecorded: (step, { recordHash }) => decide(step, recordHash, CLOSED),
  unitDemanded: (step, { model, unit, row, demander, stakeGwei, dueAt }) => {
    const { world, at } = step
    const due = timeIn(step) + (world.settings.unitCourtTerms?.demandSeconds ?? 0n)
    expectTold(step, 'When demanded rows are due', dueAt, due)
    const demand = { model, unit, row: row ?? ALL_ROWS, demander, stakeGwei, dueAt, isAnswered: false, at }
    world.unitDemands.set(demandKey(model, unit, row), demand)
  },
  unitAnswered: ({ world, at }, { model, unit, row }) => {
    const known = world.unitDemands.get(demandKey(model, unit, row))
    if (known !== undefined) world.unitDemands.set(demandKey(model, unit, row), { ...known, isAnswered: true, at })
  },
  unitProvedFalse: ({ world, at }, { model, unit, fault }) => {
    if (fault !== 'Withheld') return
    for (const [key, demand] of world.unitDemands) {
      if (demand.model !== model || demand.unit !== unit || demand.isAnswered) continue
      world.unitDemands.set(key, { ...demand, isAnswered: undefined, at })
    }
  },
  appealFiled: (step, row) => {
    const { world, at } = step
    const { appeal, appellant, unit, dueAt, stakeGwei, heldGwei, feeGwei } = row
    expectTold(step, 'Appeals are not numbered one after the other', appeal, world.appeals.size + 1)
    expectTold(step, 'When an appeal is due', dueAt, timeIn(step) + (world.settings.courtTerms?.rulingSeconds ?? 0n))
    const book = row.batch === null ? undefined : world.batches.get(row.batch)?.book
    const ofRecord = book === undefined ? undefined : bookKeyOf(book)
    const model = row.model ?? ofRecord?.model ?? 0
    const accused = ofRecord?.operator ?? world.models.get(model)?.owner ?? 0
    const payer = ofRecord === undefined ? 0 : world.asidePayer
    const filed = { appellant, accused, model, unit: unit ?? undefined, payer, isOver: false }
    world.appeals.set(appeal, { ...filed, dueAt, stakeGwei, heldGwei, feeGwei, at })
  },
  appealRuled: (step, { appeal }) => close(step, appeal),
  appealLapsed: (step, { appeal }) => close(step, appeal),
}

export function* courtSlots({ keys, recordDemands, appeals }: CourtsWorld): Iterable<ExpectedSlot> {
  const contract = 'court'
  for (const { operator, key, from, until, isCurrent, at } of keys.values()) {
    const subject = `receipt key of account ${operator}`
    const term = packed([from, 40], [until, 40])
    yield { contract, slot: mappedSlot(KEYS, operator, key), word: term, subject: `term of ${subject}`, at }
    if (isCurrent) yield { contract, slot: mappedSlot(CURRENT_KEYS, operator), word: BigInt(key), subject, at }
  }
  for (const [recordHash, { demander, operator, model, dueAt, state, stakeGwei, at }] of recordDemands) {
    const parties = [demander, operator, model].map((number) => [number, 32] as const)
    const word = packed(...parties, [dueAt, 40], [state, 8], [stakeGwei, 64])
    yield { contract, slot: mappedSlot(RECORD_DEMANDS, recordHash), word, subject: `demand of ${recordHash}`, at }
  }
  yield { contract, slot: plainSlot(APPEAL_COUNT), word: BigInt(appeals.size), subject: 'number of appeals' }
  for (const [appeal, filed] of appeals) yield* appealSlots(appeal, filed)
}

export function* unitCourtSlots({ unitDemands }: CourtsWorld): Iterable<ExpectedSlot> {
  for (const { model, unit, row, demander, dueAt, stakeGwei, isAnswered, at } of unitDemands.values()) {
    const word = packed([demander, 32], [dueAt, 40], [stakeGwei, 64], [isAnswered ? 1 : 0, 8])
    const mask = isAnswered === undefined ? 2n ** 136n - 1n : undefined
    const slot = mappedSlot(UNIT_DEMANDS, model, (BigInt(unit) << 32n) | row)
    const subject = `demand of ${row === ALL_ROWS ? 'all rows' : `row ${row}`} of unit ${unit} of model ${model}`
    yield { contract: 'unitCourt', slot, word, mask, subject, at }
  }
}

function* appealSlots(appeal: bigint, filed: Appeal): Iterable<ExpectedSlot> {
  const { appellant, accused, model, unit, dueAt, stakeGwei, heldGwei, feeGwei, payer, isOver, at } = filed
  const parties = [appellant, accused, model].map((number) => [number, 32] as const)
  const isUnit = unit === undefined ? 0 : 1
  const first = packed(...parties, [isUnit, 8], [unit ?? 0, 16], [dueAt, 40], [stakeGwei, 64])
  const second = packed([heldGwei, 64], [feeGwei, 64], [payer, 32])
  const slot = mappedSlot(APPEALS, appeal)
  const subject = `appeal ${appeal}`
  yield { contract: 'court', slot, word: isOver ? 0n : first, subject, at }
  yield {
    contract: 'court',
    slot: slotAfter(slot, 1),
    word: isOver ? 0n : second,
    subject: `amounts of ${subject}`,
    at,
  }
}

function decide({ world, at }: Step, recordHash: Hex, state: number): void {
  const known = world.recordDemands.get(recordHash)
  if (known !== undefined) world.recordDemands.set(recordHash, { ...known, state, at })
}

function close({ world, at }: Step, appeal: bigint): void {
  const known = world.appeals.get(appeal)
  if (known !== undefined) world.appeals.set(appeal, { ...known, isOver: true, at })
}

function demandKey(model: number, unit: number, row: bigint | null): string {
  return `${model}/${unit}/${row ?? 'all'}`
}
