import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candidatesOf } from '../../../attribution/attribution.ts'
import { rowsOf } from '../../../pipeline/certify/exam.ts'
import { paidTo } from '../../../pipeline/certify/measures.ts'
import { countOfRows, equalSplit, rowsByLot } from '../../../pipeline/certify/rules/blind.ts'
import {
  ledgerRule,
  rawInfluenceRule,
  type Sketched,
  unquantisedRule,
} from '../../../pipeline/certify/rules/influence.ts'
import { outcomeOf, type Rule } from '../../../pipeline/certify/rules/outcome.ts'
import { positiveShares, topShares } from '../../../pipeline/certify/rules/shares.ts'
import { agreeingEmbeddingRule, bm25Rule, embeddingRule } from '../../../pipeline/certify/rules/similarity.ts'

const item = (text: string, kind: 'honest' | 'flipped' = 'honest') => ({ label: 'ham', text, kind })
/** Rows 0 and 1 are one contributor's, 2 to 4 another's, of which one is flipped. */
const rows = rowsOf({
  contributions: [
    [item('a'), item('b')],
    [item('c'), item('d', 'flipped'), item('e')],
  ],
})

describe('rows of an exam', () => {
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

const sharesOf = ({ scores, shares }: Rule, answer: number) => shares(scores(answer), answer)

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

describe('rules by gradients', () => {
  const rowCodes = [
    Int8Array.of(7, 0, 0, 0),
    Int8Array.of(7, 7, 0, 0),
    Int8Array.of(-7, 0, 0, 0),
    Int8Array.of(7, 0, 7, 0),
  ]
  const sketched: Sketched = {
    dims: 4,
    topK: 2,
    rowCodes,
    rows: rowCodes.map((codes, i) => Float32Array.from(codes, (code) => code * (i + 1))),
    queryCodes: [Int8Array.of(7, 1, 0, 0)],
    queries: [Float32Array.of(7, 1, 0, 0)],
    // Row 1 joined another's cluster.
    candidates: candidatesOf(
      [0, 2, 3].map((row) => ({ row, codes: rowCodes[row] as Int8Array })),
      4,
    ),
  }

  it('pay as the ledger does: unit rows, the top K, none without a leaf', () => {
    const shares = sharesOf(ledgerRule(sketched), 0)
    expect(shares.map(({ row }) => row)).toEqual([0, 3])
    expect(shares[0]?.share).toBeCloseTo(1 / (1 + Math.SQRT1_2), 4)
    expect(shares.reduce((sum, { share }) => sum + share, 0)).toBe(1)
  })

  it('pay nearly the same from floats that hardly needed rounding', () => {
    const [first, second] = sharesOf(unquantisedRule(sketched), 0)
    expect([first?.row, second?.row]).toEqual([0, 3])
    expect(first?.share).toBeCloseTo(1 / (1 + Math.SQRT1_2), 6)
  })

  it('pay lengths and all where the influence is raw, and never a negative one', () => {
    const raw = rawInfluenceRule(sketched)
    expect([...raw.scores(0)]).toEqual([49, 112, -147, 196])
    expect(sharesOf(raw, 0)).toEqual([
      { row: 0, share: 49 / 357 },
      { row: 1, share: 112 / 357 },
      { row: 3, share: 196 / 357 },
    ])
  })
})

describe('rules by likeness', () => {
  const texts = ['cheap watches for sale', 'the minutes of the meeting', 'cheap tickets to the meeting']

  it('find words, and pay nobody where there are none in common', () => {
    const rule = bm25Rule(texts, ['meeting minutes', 'zebra'], 8)
    expect(sharesOf(rule, 0).map(({ row }) => row)).toEqual([1, 2])
    expect(sharesOf(rule, 1)).toEqual([])
  })

  it('compare embeddings, or only those whose label agrees with the answer', () => {
    const h0 = Float32Array.of(1, 0, 0.5, 0.5, -1, 0, 1, 0.1)
    const rule = embeddingRule({ count: 4, hidden: new Float32Array(), z0: new Float32Array(), h0 }, 3, 2)
    const [a, b, c] = rule.scores(0)
    expect(sharesOf(rule, 0).map(({ row }) => row)).toEqual([0, 1])
    expect(c).toBeCloseTo(-(a ?? 0), 12)
    const agreeing = agreeingEmbeddingRule(rule, Uint8Array.of(0, 1, 0), Int8Array.of(1), 2)
    expect([...agreeing.scores(0)]).toEqual([-(a ?? 0), b, -(c ?? 0)])
  })
})

describe('blind rules', () => {
  const paid = (rule: Rule) => [...paidTo(rows, outcomeOf(rule, 10, rows).paid, new Float64Array(10).fill(1))]

  it('pay each row alike, or each contributor alike, to the last bit', () => {
    expect(paid(countOfRows(rows))).toEqual([4, 6])
    expect(paid(equalSplit(rows))).toEqual([5, 5])
  })

  it('draw rows anew for every answer, the same for the same seed', () => {
    const [first, again, other] = [rowsByLot(rows, 8, 1), rowsByLot(rows, 8, 1), rowsByLot(rows, 8, 2)]
    expect(sharesOf(first, 3)).toEqual(sharesOf(again, 3))
    expect(sharesOf(first, 3)).not.toEqual(sharesOf(first, 4))
    expect(sharesOf(first, 3)).not.toEqual(sharesOf(other, 3))
    expect(paid(first).reduce((sum, x) => sum + x, 0)).toBeCloseTo(10, 9)
  })
})
