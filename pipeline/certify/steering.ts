/**
 * λ: the largest part of a fee's pool that any query sketch moves to a unit, or to several together. A payer, or
 * records one, can move no more with it.
 *
 *     λ = max over units g and sketches q of   ( pay_g(Q + f · q, F + f) − pay_g(Q, F) ) / f          in pools
 *
 * Sketches are looked for in floats: along the gradient of pay, whose sign is the best sketch while no unit changes sides, and then
 * bit by bit. What is found is paid by the chain's integers, in a book of all answers, of five of them, and of that call alone.
 */
import { type PaidUnit, type PayTerms, payBook } from '../../attribution/bookPay.ts'
import { normFloor } from '../../attribution/fixedWeights.ts'
import { isSet } from '../../attribution/querySketch.ts'
import { createRandom, type Random, shuffled } from '../math/random.ts'
import type { AnswerSketch } from '../train/answerSketch.ts'

export interface Steering {
  /** One call more in a book of all answers, of a fiftieth of their fees. */
  readonly allAnswers: number
  /** In books of five answers, of a twentieth of their fees. */
  readonly fiveAnswers: number
  /** A book of nothing else. */
  readonly alone: number
  /** Five units together, in a book of all answers. */
  readonly fiveUnits: number
}

/** Fee units of an answer: so many that a small part of a book's fees is a whole number of them. */
const FEE = 100
const PART = 50
const PART_OF_FIVE = 20
const SMALL_BOOKS = 6
const GROUPS = 20
const TOGETHER = 5
const SWEEPS = 4

interface Book {
  readonly fees: number
  /** Q (k). */
  readonly query: Float64Array
}

export function measureSteering(
  units: readonly PaidUnit[],
  answers: readonly AnswerSketch[],
  floorBps: number,
  seed: number,
): Steering {
  const field = fieldOf(units, floorBps)
  const random = createRandom(seed, 'steering')
  const everyAnswer = answers.map((_, i) => i)
  const whole = bookOf(answers, everyAnswer, field.k)
  const singles = units.map((_, unit) => [unit])
  const part = (book: Book, divisor: number) => Math.max(1, Math.round(book.fees / divisor))
  const best = (groups: readonly (readonly number[])[], book: Book, fee: number): number =>
    Math.max(0, ...groups.map((group) => moved(field, group, book, fee)))
  const small = Array.from({ length: SMALL_BOOKS }, () =>
    bookOf(answers, shuffled(everyAnswer, random).slice(0, 5), field.k),
  )
  const fee = part(whole, PART)
  return {
    allAnswers: best(singles, whole, fee),
    fiveAnswers: Math.max(...small.map((book) => best(singles, book, part(book, PART_OF_FIVE)))),
    alone: best(singles, { fees: 0, query: new Float64Array(field.k) }, FEE),
    fiveUnits: best([...groupsOf(units.length, random), gathered(field, whole, fee)], whole, fee),
  }
}

/** Units as floats, and how their pay follows from a book. */
interface Field {
  readonly k: number
  readonly units: readonly PaidUnit[]
  readonly terms: PayTerms
  /** scale · code (k) of every unit. */
  readonly vectors: readonly Float64Array[]
  /** D of a book of one fee unit. */
  readonly floor: number
  /** Shares by fixed weights. */
  readonly fixed: Float64Array
}

function fieldOf(units: readonly PaidUnit[], floorBps: number): Field {
  const weights = units.map(({ fixed }) => Number(fixed))
  const byRows = units.map(({ kept }) => kept)
  const used = weights.some((weight) => weight > 0) ? weights : byRows
  const total = used.reduce((sum, weight) => sum + weight, 0) || 1
  return {
    k: units[0]?.codes.length ?? 0,
    units,
    terms: {
      contributorBps: 10_000,
      operatorBps: 0,
      royaltiesBps: [],
      treasuryBps: 0,
      baseBps: 0,
      floorBps,
      sketched: true,
      feeUnit: 1_000_000_000n,
    },
    vectors: units.map(({ scale, codes }) => Float64Array.from(codes, (code) => scale * code)),
    floor: (floorBps / 10_000) * Number(normFloor(units)),
    fixed: Float64Array.from(used, (weight) => weight / total),
  }
}

/** The part of the fee's pool that the best sketch found moves to a group, by the chain's integers. */
function moved(field: Field, group: readonly number[], book: Book, fee: number): number {
  const before = paidExactly(field, group, book)
  const gains = startsFor(field, group, book, fee).map((start) => {
    const sketch = improved(field, group, book, fee, start)
    const query = book.query.map((x, d) => x + fee * (sketch[d] as number))
    return (paidExactly(field, group, { fees: book.fees + fee, query }) - before) / fee
  })
  return Math.max(...gains)
}

function paidExactly({ units, terms }: Field, group: readonly number[], { fees, query }: Book): number {
  const sum = { feeUnits: BigInt(fees), query: BigInt64Array.from(query, (x) => BigInt(x)) }
  const paid = payBook(terms, units, { ...sum, given: 0n })
  return group.reduce((all, unit) => all + Number(paid.units[unit]), 0) / Number(terms.feeUnit)
}

/** Signs of the group's own direction, and of the gradients of its pay with the floor and without. */
function startsFor(field: Field, group: readonly number[], book: Book, fee: number): readonly Int8Array[] {
  const { vectors, fixed, k } = field
  const own = sumOf(vectors, group, k)
  const products = productsOf(field, book)
  const helping = [...products.keys()].filter((unit) => (products[unit] as number) > 0)
  const others = sumOf(vectors, helping, k)
  const share = paidOf(field, group, products, book.fees) / (book.fees || fee)
  const byFixed = group.reduce((sum, unit) => sum + (fixed[unit] as number), 0)
  const against = (part: number) => Int8Array.from(own, (x, d) => (x - part * (others[d] as number) >= 0 ? 1 : -1))
  return [against(0), against(share), against(byFixed)]
}

/** Turns bits while that pays the group more. */
function improved(field: Field, group: readonly number[], book: Book, fee: number, start: Int8Array): Int8Array {
  const sketch = start.slice()
  const products = productsOf(field, book)
  for (const [unit, vector] of field.vectors.entries()) {
    let sum = 0
    for (let d = 0; d < field.k; d++) sum += (vector[d] as number) * (sketch[d] as number)
    products[unit] = (products[unit] as number) + fee * sum
  }
  let most = paidOf(field, group, products, book.fees + fee)
  for (let sweep = 0, turned = true; turned && sweep < SWEEPS; sweep++) {
    turned = false
    for (let d = 0; d < field.k; d++) {
      const by = -2 * fee * (sketch[d] as number)
      addAlong(products, field.vectors, d, by)
      const paid = paidOf(field, group, products, book.fees + fee)
      if (paid > most) {
        most = paid
        sketch[d] = -(sketch[d] as number)
        turned = true
      } else addAlong(products, field.vectors, d, -by)
    }
  }
  return sketch
}

function addAlong(products: Float64Array, vectors: readonly Float64Array[], d: number, by: number): void {
  for (const [unit, vector] of vectors.entries())
    products[unit] = (products[unit] as number) + by * (vector[d] as number)
}

/** Q · scale · code of every unit. */
function productsOf({ vectors }: Field, { query }: Book): Float64Array {
  return Float64Array.from(vectors, (vector) => vector.reduce((sum, x, d) => sum + x * (query[d] as number), 0))
}

/** What the group is paid in fee units. */
function paidOf({ floor, fixed }: Field, group: readonly number[], products: Float64Array, fees: number): number {
  let weighed = 0
  for (const product of products) if (product > 0) weighed += product
  const divisor = Math.max(weighed, fees * floor)
  if (divisor === 0) return group.reduce((sum, unit) => sum + fees * (fixed[unit] as number), 0)
  const left = 1 - weighed / divisor
  let paid = 0
  for (const unit of group) paid += Math.max(0, products[unit] as number) / divisor + left * (fixed[unit] as number)
  return fees * paid
}

function sumOf(vectors: readonly Float64Array[], which: readonly number[], k: number): Float64Array {
  const sum = new Float64Array(k)
  for (const unit of which)
    for (let d = 0; d < k; d++) sum[d] = (sum[d] as number) + ((vectors[unit] as Float64Array)[d] as number)
  return sum
}

function bookOf(answers: readonly AnswerSketch[], which: readonly number[], k: number): Book {
  const query = new Float64Array(k)
  for (const at of which) {
    const { bits } = answers[at] as AnswerSketch
    for (let d = 0; d < k; d++) query[d] = (query[d] as number) + (isSet(bits, d) ? FEE : -FEE)
  }
  return { fees: FEE * which.length, query }
}

function groupsOf(units: number, random: Random): readonly (readonly number[])[] {
  const all = Array.from({ length: units }, (_, unit) => unit)
  return Array.from({ length: GROUPS }, () => shuffled(all, random).slice(0, TOGETHER))
}

/** A group that is put together for it: each next unit is the one with which the group's own direction moves most. */
function gathered(field: Field, book: Book, fee: number): readonly number[] {
  const group: number[] = []
  const before = productsOf(field, book)
  const gain = (units: readonly number[]): number => {
    const own = sumOf(field.vectors, units, field.k)
    const products = before.slice()
    for (let d = 0; d < field.k; d++) addAlong(products, field.vectors, d, (own[d] as number) >= 0 ? fee : -fee)
    return paidOf(field, units, products, book.fees + fee) - paidOf(field, units, before, book.fees)
  }
  while (group.length < Math.min(TOGETHER, field.units.length)) {
    const left = field.units.flatMap((_, unit) => (group.includes(unit) ? [] : [unit]))
    const gains = left.map((unit) => gain([...group, unit]))
    group.push(left[gains.indexOf(Math.max(...gains))] as number)
  }
  return group
}
