// Settlements (contracts/Settlement.sol), computed again once a book is settled: weights and pay of every unit, and what everybody
// else gets, from the batches as they stand. attribution/bookPay.ts is the rule.

import { type BookPay, payBook } from '../../attribution/bookPay.ts'
import { bookSum } from '../../attribution/bookSum.ts'
import { bookKeyOf } from '../../sdk/book.ts'
import { progressHash, STAGES, type Stage } from '../../sdk/settlement.ts'
import { placeOf, receiptOf } from '../report/finding.ts'
import { count, find } from '../report/tally.ts'
import type { ExpectedSlot } from '../storage/expectedSlot.ts'
import { mappedSlot, packed } from '../storage/words.ts'
import type { Book } from '../world/books.ts'
import type { Model } from '../world/models.ts'
import type { SettlementPage } from '../world/settlements.ts'
import type { World } from '../world/world.ts'
import { bookName, closesAt } from './books.ts'
import { timeIn } from './clock.ts'
import { credit, creditJoint } from './earnings.ts'
import { expectTold, type Handlers, type Step, wanting } from './step.ts'

const REACHED = 0

export const settlementHandlers: Handlers = {
  batchesSummed: (step, { book, first, end }) => addPage(step, book, STAGES.summing, first, end),
  unitsWeighed: (step, { book, first, end }) => addPage(step, book, STAGES.weighing, first, end),
  unitsPaid: (step, { book, first, end }) => addPage(step, book, STAGES.paying, first, end),
  unitWeighed: ({ world }, { book, unit, weight }) => {
    const known = world.books.get(book)
    if (known !== undefined) known.settling.weights[unit] = weight
  },
  unitPaid: (step, { book, unit, amountGwei }) => {
    const known = step.world.books.get(book)
    const paid = known && step.world.models.get(known.model)?.units[unit]
    if (known === undefined || paid === undefined) return
    known.settling.unitsGwei[unit] = amountGwei
    if (paid.payee === 0) creditJoint(step, known.model, unit, amountGwei)
    else credit(step, paid.payee, amountGwei)
  },
  royaltyPaid: (step, { book, model, position, amountGwei }) => {
    const owed = step.world.models.get(model)?.royalties[Number(position)]
    if (owed !== undefined) credit(step, owed.account, amountGwei)
    const due = step.world.lastPay?.book === book ? step.world.lastPay.royalties[Number(position)] : undefined
    if (due === undefined) return
    expectTold(step, `Royalty ${position} of ${bookName(bookKeyOf(book))}`, amountGwei, due, 'settlements')
  },
  bookSettled: (step, row) => {
    const { world } = step
    const book = world.books.get(row.book)
    const model = book && world.models.get(book.model)
    if (book === undefined || model === undefined) return
    const { operatorGwei, ownerGwei, royaltiesGwei, treasuryGwei, contributorsGwei } = row
    book.settled = { operatorGwei, ownerGwei, royaltiesGwei, treasuryGwei, contributorsGwei, at: step.at }
    credit(step, book.operator, row.operatorGwei)
    credit(step, model.owner, row.ownerGwei)
    credit(step, world.treasury, row.treasuryGwei)
    const end = closesAt(step, book) + book.windowSeconds
    if (timeIn(step) < end) {
      wanting(step, 'settlements', `${bookName(book)} was settled within its window`, `${timeIn(step)}`, `from ${end}`)
    }
    const pay = computed(step, book, model, end)
    if (pay === undefined) return
    const royalties = pay.royalties.reduce((sum, gwei) => sum + gwei, 0n)
    const contributors = pay.units.reduce((sum, gwei) => sum + gwei, 0n)
    for (const [who, told, due] of [
      ['operator', row.operatorGwei, pay.operator],
      ['owner', row.ownerGwei, pay.owner],
      ['royalties', row.royaltiesGwei, royalties],
      ['treasury', row.treasuryGwei, pay.treasury],
      ['contributors', row.contributorsGwei, contributors],
    ] as const) {
      expectTold(step, `The pay of ${who} of ${bookName(book)}`, told, due, 'settlements')
    }
    if (model.sketched) comparePages(step, book, STAGES.weighing, book.settling.weights, pay.weights)
    comparePages(step, book, STAGES.paying, book.settling.unitsGwei, pay.units)
    world.lastPay = { book: row.book, royalties: pay.royalties }
  },
}

/** What a book pays, from its batches as they stand. Struck units count nothing in books whose window was open. */
export function computed(step: Step, book: Book, model: Model, end: bigint): BookPay | undefined {
  const k = model.sketched ? model.dims : 0
  try {
    const sums = book.pending.map(({ header, sum }) => ({ feeUnits: Number(header.units), sum }))
    const struck = new Map(model.strikes.map(({ unit, struckAt }) => [unit, struckAt]))
    return payBook(
      {
        ...model,
        treasuryBps: book.treasuryBps,
        feeUnit: model.feeUnitGwei,
        royaltiesBps: model.royalties.map(({ bps }) => bps),
      },
      model.units.map((unit, u) => ({ ...unit, struck: (struck.get(u) ?? end) < end })),
      { ...bookSum(sums, k), given: book.givenGwei },
    )
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    wanting(step, 'settlements', `What ${bookName(book)} pays cannot be computed`, why, 'batches and terms that fit')
    return undefined
  }
}

/** How far settlements are that are not finished, and that the others are. */
export function* settlementSlots(world: World): Iterable<ExpectedSlot> {
  const contract = 'settlement'
  for (const [number, book] of world.books) {
    const { stage, next, progress } = reachedBy(world, book)
    const word = packed([stage, 8], [next, 32], [progress, 216])
    const at = book.settling.pages.at(-1)?.at ?? book.at
    yield { contract, slot: mappedSlot(REACHED, number), word, subject: `settlement of ${bookName(book)}`, at }
  }
}

function reachedBy({ models }: World, book: Book): { stage: Stage; next: number; progress: bigint } {
  const model = models.get(book.model)
  const units = model?.units.length ?? 0
  const last = book.settling.pages.at(-1)
  if (book.isSettled) return { stage: STAGES.settled, next: units, progress: 0n }
  if (last === undefined) return { stage: STAGES.summing, next: 0, progress: 0n }
  const k = model?.sketched ? model.dims : 0
  let { stage, end: next }: { stage: Stage; end: number } = last
  if (stage === STAGES.summing && next === book.batches) {
    stage = k === 0 ? STAGES.paying : STAGES.weighing
    next = 0
  }
  if (stage === STAGES.weighing && next === units) {
    stage = STAGES.paying
    next = 0
  }
  const summed = stage === STAGES.summing ? book.pending.slice(0, next) : book.pending
  const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n)
  const progress = progressHash({
    units: sum(summed.map(({ header }) => header.units)),
    totals: totalsOf(
      summed.map((batch) => batch.sum),
      k,
    ),
    net: sum(book.settling.weights),
    paidGwei: sum(book.settling.unitsGwei),
  })
  return { stage, next, progress: BigInt(progress) }
}

function totalsOf(sums: readonly Uint32Array[], k: number): `0x${string}` {
  const totals = new BigUint64Array(k)
  for (const sum of sums) for (let d = 0; d < k; d++) totals[d] = (totals[d] as bigint) + BigInt(sum[d] as number)
  return `0x${[...totals].map((total) => total.toString(16).padStart(16, '0')).join('')}`
}

function addPage(step: Step, number: bigint, stage: SettlementPage['stage'], first: bigint, end: bigint): void {
  const book = step.world.books.get(number)
  if (book === undefined) return
  const before = book.settling.pages.filter((page) => page.stage === stage).at(-1)?.end ?? 0
  expectTold(step, `Where a page of the settlement of ${bookName(book)} begins`, first, before, 'settlements')
  book.settling.pages.push({ stage, first: Number(first), end: Number(end), at: step.at })
}

/** Each unit's amount as its page told it, at that page. */
function comparePages(
  { tally }: Step,
  book: Book,
  stage: SettlementPage['stage'],
  told: readonly bigint[],
  due: readonly bigint[],
): void {
  count(tally, 'settlements', due.length)
  for (const [unit, expected] of due.entries()) {
    const found = told[unit]
    if (found === expected) continue
    const page = book.settling.pages.find((one) => one.stage === stage && one.first <= unit && unit < one.end)
    const at = page?.at ?? book.at
    find(tally, {
      check: 'settlements',
      severity: 'error',
      what: `The ${stage === STAGES.paying ? 'pay' : 'weight'} of a unit is not what its book gives`,
      place: placeOf(at, 'settlement', `unit ${unit}, ${bookName(book)}`),
      found: `${found ?? 'nothing'}`,
      expected: `${expected}`,
      reproduce: receiptOf(at),
    })
  }
}
