import fc from 'fast-check'
import { type Hex, numberToHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { payBook } from '../../../attribution/bookPay.ts'
import { bookSum } from '../../../attribution/bookSum.ts'
import { batchSum } from '../../../attribution/querySum.ts'
import { quantise } from '../../../attribution/sketch.ts'
import { rowsOf } from '../../../pipeline/certify/certificationSet.ts'
import { paidTo } from '../../../pipeline/certify/measures.ts'
import { modelOfRows, type SketchedModel } from '../../../pipeline/certify/paidModel.ts'
import { rowsByLot } from '../../../pipeline/certify/rules/blind.ts'
import {
  bookOutcomes,
  bookSums,
  contributorsAlike,
  equalSplit,
  netInfluences,
  payContributions,
  unroundedOutcome,
} from '../../../pipeline/certify/rules/books.ts'
import { positivePartRule, rawInfluenceRule } from '../../../pipeline/certify/rules/influence.ts'
import { type Outcome, outcomeOfRows, type RowRule } from '../../../pipeline/certify/rules/outcome.ts'
import { positiveShares, topShares } from '../../../pipeline/certify/rules/shares.ts'
import { agreeingEmbeddingRule, bm25Rule, embeddingRule } from '../../../pipeline/certify/rules/similarity.ts'
import { once } from '../../../pipeline/certify/worth.ts'
import { createRandom } from '../../../pipeline/math/random.ts'
import { spearman } from '../../../pipeline/statistics/ranks.ts'
import { sketchAnswer } from '../../../pipeline/train/answerSketch.ts'

const item = (text: string, kind: 'honest' | 'flipped' = 'honest') => ({ label: 'ham', text, kind })
/** Rows 0 and 1 are one contributor's, 2 to 4 another's, of which one is flipped. */
const rows = rowsOf({
  contributions: [
    [item('a'), item('b')],
    [item('c'), item('d', 'flipped'), item('e')],
  ],
})

describe('rows of a certification set', () => {
  it('are numbered through the contributions, and gathered by contributor and kind', () => {
    expect(rows).toMatchObject({
      contributors: 2,
      contributorOf: Uint32Array.of(0, 0, 1, 1, 1),
      cells: [
        { contributor: 0, kind: 'honest', rows: 2 },
        { contributor: 1, kind: 'honest', rows: 2 },
        { contributor: 1, kind: 'flipped', rows: 1 },
      ],
      cellOf: Uint32Array.of(0, 0, 1, 2, 1),
      areKindsKnown: true,
    })
  })

  it('say where kinds are not known', () => {
    expect(rowsOf({ contributions: [[{ label: 'ham', text: 'a' }]] }).areKindsKnown).toBe(false)
  })
})

const sharesOf = ({ scores, shares }: RowRule, answer: number) => shares(scores(answer), answer)
const paid = ({ pay }: Outcome, answers = 10, over = rows) => [...paidTo(over, { pay }, once(answers))]

describe('shares', () => {
  const scores = fc
    .array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 30 })
    .map((xs) => Float64Array.from(xs))

  it('go to the highest positive scores, earlier rows first among equals, and sum to one', () => {
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 16 }), (drawn, topK) => {
        const shares = topShares(drawn, topK)
        const best = [...drawn.keys()]
          .filter((row) => (drawn[row] as number) > 0)
          .sort((a, b) => (drawn[b] as number) - (drawn[a] as number) || a - b)
          .slice(0, topK)
        expect(shares.map(({ row }) => row)).toEqual(best)
        if (best.length > 0) expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12)
      }),
    )
  })

  it('of all positive scores are those of the top of as many rows as there are', () => {
    fc.assert(
      fc.property(scores, (drawn) => {
        const byRow = topShares(drawn, drawn.length).toSorted((a, b) => a.row - b.row)
        const all = positiveShares(drawn)
        expect(all.map(({ row }) => row)).toEqual(byRow.map(({ row }) => row))
        for (const [i, { share }] of all.entries()) expect(share).toBeCloseTo(byRow[i]?.share ?? Number.NaN, 12)
      }),
    )
  })
})

const K = 64
const SIZES = [30, 20, 24, 5, 7] as const
const people = rowsOf({
  contributions: SIZES.map((size, c) => Array.from({ length: size }, (_, i) => item(`${c} ${i}`))),
})

/** Five contributors of 30 to 5 rows, of which the last two share a joint unit; the third pushes against the others. */
function drawModel(seed: number): SketchedModel {
  const random = createRandom(seed, 'model')
  const noise = () => 2 * random.uniform() - 1
  const way = Float32Array.from({ length: K }, noise)
  const towards = (strength: number) => way.map((x) => strength * x + noise())
  const vectors = SIZES.flatMap((size, c) => Array.from({ length: size }, () => towards(c === 2 ? -0.5 : 0.5)))
  const mapped = { n: vectors.length, width: K, values: Float32Array.from(vectors.flatMap((vector) => [...vector])) }
  const idOf = (contribution: number): Hex => numberToHex(contribution + 1, { size: 32 })
  const source = SIZES.flatMap((size, c) => Array.from({ length: size }, () => idOf(c))).map((contribution, row) => ({
    contribution,
    itemHash: numberToHex(row + 1, { size: 32 }),
  }))
  const contributions = SIZES.map((items, c) => ({ id: idOf(c), items }))
  const identity = {
    dims: K,
    width: K,
    map: Float32Array.from({ length: K * K }, (_, at) => (at % (K + 1) === 0 ? 1 : 0)),
  }
  // Row 1 copies row 0.
  const model = modelOfRows(source, contributions, { codes: vectors.map(quantise), mapped }, new Map([[1, 0]]))
  return { ...model, answers: Array.from({ length: 12 }, () => sketchAnswer(identity, towards(0.7))) }
}

describe('rules of a book', () => {
  const model = drawModel(1)
  const outcomes = new Map(bookOutcomes(model, people).map((outcome) => [outcome.name, outcome]))
  const outcome = (name: Parameters<typeof outcomes.get>[0]) => outcomes.get(name) as Outcome

  it('form units of contributions, and one of those that are too small for their own', () => {
    expect(model.members).toEqual([
      [{ contribution: 0, kept: 29 }],
      [{ contribution: 1, kept: 20 }],
      [{ contribution: 2, kept: 24 }],
      [
        { contribution: 3, kept: 5 },
        { contribution: 4, kept: 7 },
      ],
    ])
    expect(model.units.map(({ kept }) => kept)).toEqual([29, 20, 24, 12])
    expect([...model.multipliers].map((multiplier) => multiplier === 0).indexOf(true)).toBe(1)
  })

  it('pay what the chain pays for the same records, to the gwei', () => {
    const records = model.answers.map(({ bits }) => ({ feeUnits: 3, sketch: bits }))
    const batches = [records.slice(0, 5), records.slice(5)].map((batch) => ({
      feeUnits: 3 * batch.length,
      sum: batchSum(batch, K),
    }))
    const book = { ...bookSum(batches, K), given: 0n }
    const terms = { baseBps: 1_000, floorBps: 10_000, sketched: true }
    const whole = { contributorBps: 10_000, operatorBps: 0, royaltiesBps: [], treasuryBps: 0, feeUnit: 1_000_000_000n }
    const { units } = payBook({ ...whole, ...terms }, model.units, book)
    const own = payContributions(model, terms, bookSums(model)(once(12).map((x) => 3 * x)), 5)
    const gwei = [...own].map((fees) => BigInt(Math.round(fees * 1e9)))
    expect(gwei.slice(0, 3)).toEqual(units.slice(0, 3))
    const joint = units[3] as bigint
    expect(gwei.slice(3)).toEqual([(joint * 5n) / 12n, (joint * 7n) / 12n])
  })

  it('pay nobody for harm, and everybody’s fees in all', () => {
    const net = paid(outcome('net influence'), 12, people)
    expect(net[2]).toBe(0)
    expect(net.reduce((sum, fees) => sum + fees, 0)).toBeCloseTo(12, 6)
    expect(netInfluences(model, once(12), 5)[2]).toBeLessThan(0)
  })

  it('pay a base by kept rows first', () => {
    const [none, half] = [outcome('net influence'), outcome('net influence, base 50 %')].map((one) =>
      paid(one, 12, people),
    )
    for (const [c, kept] of [29, 20, 24, 5, 7].entries())
      expect(half?.[c]).toBeCloseTo((none?.[c] as number) / 2 + (6 * kept) / 85, 6)
  })

  it('by fixed weights pay the same whatever is answered', () => {
    const fixed = outcome('fixed weights')
    const perAnswer = (counts: Float64Array, fees: number) => [...fixed.pay(counts)].map((x) => x / fees)
    const [all, one] = [
      perAnswer(once(12), 12),
      perAnswer(
        once(12).map((_, i) => (i === 3 ? 1 : 0)),
        1,
      ),
    ]
    for (const [cell, share] of all.entries()) expect(one[cell]).toBeCloseTo(share, 6)
    expect(all[2]).toBe(0)
  })

  it('alike to all rows or all contributors are that, near-copies and all', () => {
    expect(paid(equalSplit(people), 86, people)).toEqual([...SIZES])
    expect(paid(contributorsAlike(people), 10, people)).toEqual([2, 2, 2, 2, 2])
  })

  it('rank contributors nearly as they would without any rounding', () => {
    const pays = [outcome('net influence'), unroundedOutcome(model, people)].map((one) =>
      Float64Array.from(paid(one, 12, people)),
    )
    expect(spearman(pays[0] as Float64Array, pays[1] as Float64Array)).toBeGreaterThan(0.6)
  })
})

describe('rules of rows', () => {
  const model = drawModel(2)

  it('in the first edition paid the positive part of the best rows, near-copies left out', () => {
    const rule = positivePartRule(model)
    const shares = sharesOf(rule, 0)
    const scores = rule.scores(0)
    expect(shares).toHaveLength(8)
    expect(shares.every(({ row }) => row !== 1 && (scores[row] as number) > 0)).toBe(true)
    expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12)
  })

  it('pay lengths and all where the influence is raw, and never a negative one', () => {
    const raw = rawInfluenceRule(model)
    const scores = raw.scores(0)
    expect(sharesOf(raw, 0).map(({ row }) => row)).toEqual(
      [...scores.keys()].filter((row) => (scores[row] as number) > 0),
    )
  })

  it('are paid book by book as often as an answer is counted', () => {
    const outcome = outcomeOfRows(rawInfluenceRule(model), 12, people)
    const [once0, twice] = [1, 2].map((times) => outcome.pay(once(12).map((_, i) => (i === 0 ? times : 0))))
    expect(twice).toEqual(once0?.map((x) => 2 * x))
  })
})

describe('rules by likeness', () => {
  const texts = ['cheap watches for sale', 'the minutes of the meeting', 'cheap tickets to the meeting']

  it('find words, and pay nobody where there are none in common', () => {
    const rule = bm25Rule(texts, ['meeting minutes', 'zebra'])
    expect(sharesOf(rule, 0).map(({ row }) => row)).toEqual([1, 2])
    expect(sharesOf(rule, 1)).toEqual([])
  })

  it('compare embeddings, or only those whose label agrees with the answer', () => {
    const h0 = Float32Array.of(1, 0, 0.5, 0.5, -1, 0, 1, 0.1)
    const rule = embeddingRule({ count: 4, hidden: new Float32Array(), z0: new Float32Array(), h0 }, 3)
    const [a, b, c] = rule.scores(0)
    expect(sharesOf(rule, 0).map(({ row }) => row)).toEqual([0, 1])
    expect(c).toBeCloseTo(-(a ?? 0), 12)
    const agreeing = agreeingEmbeddingRule(rule, Uint8Array.of(0, 1, 0), Uint8Array.of(1))
    expect([...agreeing.scores(0)]).toEqual([-(a ?? 0), b, -(c ?? 0)])
  })
})

describe('random rows', () => {
  it('are drawn anew for every answer, the same for the same seed', () => {
    const [first, again, other] = [rowsByLot(rows, 1), rowsByLot(rows, 1), rowsByLot(rows, 2)]
    expect(sharesOf(first, 3)).toEqual(sharesOf(again, 3))
    expect(sharesOf(first, 3)).not.toEqual(sharesOf(first, 4))
    expect(sharesOf(first, 3)).not.toEqual(sharesOf(other, 3))
    expect(paid(outcomeOfRows(first, 10, rows)).reduce((sum, x) => sum + x, 0)).toBeCloseTo(10, 9)
  })
})
