import { describe, expect, it } from 'vitest'
import { type Certificate, MEASURE_NAMES } from '../../pipeline/certify/certificate.ts'
import { DOCUMENTED } from '../../scripts/certify/list.ts'
import { countsOf, parseSplit, sizesOf, spellSplit } from '../../scripts/certify/splits.ts'
import { tablesOf } from '../../scripts/certify/tables.ts'

const around = (estimate: number, half: number) => ({ estimate, low: estimate - half, high: estimate + half })

/** A certificate in which net influence follows every worth by `estimate`, and an equal split by a fifth less. */
function certificateOf(estimate: number): Certificate {
  const hash = `0x${'0'.repeat(64)}` as const
  const lead = { difference: around(0.2, 0.25), verdict: 'inconclusive' } as const
  return {
    format: 2,
    run: {
      base: 'base',
      adapterHash: hash,
      gradientsHash: hash,
      rows: 10,
      contributions: 2,
      kept: 9,
      units: 2,
      sketch: { source: 'gradient', method: 'pca', dims: 64 },
      task: 'mail',
    },
    sample: { answers: 4, seeds: 2, halves: 4, halfSeeds: 2, replicates: 100, seed: 1 },
    worth: MEASURE_NAMES.map((name) => ({
      name,
      reliability: around(0.81, 0.1),
      ceiling: 0.9,
      ceilingOverAnswers: name === 'answer by answer' ? null : 0.7,
      rules: [
        { rule: 'net influence', figure: around(estimate, 0.3), referenceLess: null, lessEqualSplit: lead },
        { rule: 'equal split', figure: around(estimate - 0.2, 0.3), referenceLess: lead, lessEqualSplit: null },
      ],
    })),
    earnings: [
      { kind: 'flipped', rows: 3, most: 0.05, rules: [{ rule: 'net influence', ratio: around(estimate / 4, 0.1) }] },
    ],
    flippedBySelfInfluence: around(0.96, 0.04),
    queries: 'served answers',
    rounding: around(0.95, 0.01),
    steering: [{ floorBps: 10_000, allAnswers: estimate, fiveAnswers: 0.5, alone: 0.4, fiveUnits: 0.9 }],
    contributors: { absent: 'They are many.' },
    verdict: {
      recommended: { rule: 'net-influence', baseBps: 5_000, floorBps: 10_000, sketched: true },
      sentences: ['Contributors are paid.', 'Register it.'],
      because: ['It is inconclusive.'],
      warning: null,
    },
  }
}

describe('the tables of the certificate’s document', () => {
  const tables = tablesOf(
    [
      { split: 'mail:2', certificate: certificateOf(0.4) },
      { split: 'mail:3', certificate: certificateOf(0.6) },
      { split: 'mail:2:market', certificate: certificateOf(0.9) },
      { split: 'speeches:2:400', certificate: certificateOf(0.2) },
    ],
    ['mail:2', 'mail:3', 'mail:2:market', 'speeches:2:400', 'speeches:3:400'],
  )
  const line = (cell: string): string => `| **net influence** | ${MEASURE_NAMES.map(() => cell).join(' | ')} |`

  it('take means over the splits of a task and a kind of world, and narrow the interval by as many', () => {
    expect([...tables.matchAll(/^### .*$/gm)].map(([title]) => title)).toEqual([
      '### All worlds',
      '### mail, seeds 2, 3',
      '### mail, market, seeds 2',
      '### speeches, 400 contributors, seeds 2',
    ])
    expect(tables).toContain(line('0.50 ± 0.21'))
    expect(tables).toContain(line('0.90 ± 0.30'))
    expect(tables).toContain('| **net influence** | 0.13 |')
  })

  it('mark what is beaten by several splits together, though by none alone', () => {
    expect(tables).toContain('| equal split | 0.30 ± 0.21 ▾ |')
    expect(tables).toContain('| equal split | 0.00 ± 0.30 |')
    expect(tables).toContain('together: net influence less an equal split 0.20 ± 0.18,')
  })

  it('give both ceilings, the worst λ of the splits, and every split’s verdict', () => {
    expect(tables).toContain('| ceiling on others | 0.70 |')
    expect(tables).toContain('| 1 | 0.60 | 0.50 | 0.40 | 0.90 |')
    expect(tables).toContain('- `speeches:2:400`: net influence, a base of 50 % and a floor of 1. It is inconclusive.')
  })

  it('begin with a line for each world, and leave out a rule that not every split of a world has', () => {
    expect(tables).toContain(
      '| mail (2) | 4 | 0.50 ± 0.21 |  | 0.30 ± 0.21 | 0.70 | 0.50 ± 0.21 |  | 0.30 ± 0.21 | 0.70 |',
    )
    expect(tables).toContain('| speeches, 400 contributors (1) | 4 | 0.20 ± 0.30 |')
  })

  it('name what was asked for and is not there', () => {
    expect(tables).toContain('Not measured yet: `speeches:3:400`.')
  })
})

describe('a split', () => {
  it('is a task, a seed, and contributors, dealt alike or as on a market', () => {
    const forty = { contributors: 40, world: 'alike' }
    expect(parseSplit('speeches:12')).toEqual({ task: 'speeches', seed: 12, ...forty })
    expect(parseSplit('mail:1:market')).toEqual({ task: 'mail', seed: 1, ...forty, world: 'market' })
    expect(parseSplit('years:1:market:400')).toEqual({ task: 'years', seed: 1, contributors: 400, world: 'market' })
    for (const text of ['speeches:12', 'years:1:market:400', ...DOCUMENTED])
      expect(spellSplit(parseSplit(text))).toBe(text)
    expect(() => parseSplit('speeches')).toThrow(
      'A split is a task and a seed, as in mail:2, mail:2:market or definitions:2:400, not "speeches"',
    )
  })

  it('has more rows for many contributors, more questions where the corpus has them, and fewer seeds', () => {
    expect([sizesOf(parseSplit('mail:1')), countsOf(parseSplit('mail:1'))]).toEqual([
      { contributors: 40, rows: 1_600, heldOut: 400 },
      { seeds: 5, halves: 60, halfSeeds: 3 },
    ])
    expect([sizesOf(parseSplit('years:1:400')), countsOf(parseSplit('years:1:400'))]).toEqual([
      { contributors: 400, rows: 8_000, heldOut: 1_600 },
      { seeds: 2, halves: 60, halfSeeds: 2 },
    ])
  })

  it('is of a task that there is', () => {
    expect(() => parseSplit('letters:1')).toThrow('There is no task "letters"')
  })
})
