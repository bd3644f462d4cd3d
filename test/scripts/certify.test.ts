import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type Certificate, MEASURE_NAMES } from '../../pipeline/certify/certificate.ts'
import { parseSplit } from '../../scripts/certify/splits.ts'
import { tablesOf } from '../../scripts/certify/tables.ts'
import { reportTo } from '../../scripts/eta.ts'

const around = (estimate: number, half: number) => ({ estimate, low: estimate - half, high: estimate + half })

/** A certificate in which the ledger follows every worth by `estimate`, and beats counting rows by a fifth. */
function certificateOf(estimate: number): Certificate {
  const hash = `0x${'0'.repeat(64)}` as const
  return {
    format: 1,
    run: {
      base: 'base',
      adapterHash: hash,
      gradientsHash: hash,
      rows: 10,
      contributions: 2,
      duplicates: 0,
      flagged: 0,
      sketch: { source: 'gradient', method: 'pca', dims: 64, topK: 8, duplicateCosinePercent: 80 },
      task: 'mail',
    },
    sample: { answers: 4, seeds: 2, halves: 4, halfSeeds: 2, replicates: 100, seed: 1 },
    worth: MEASURE_NAMES.map((name) => ({
      name,
      reliability: around(0.81, 0.1),
      ceiling: 0.9,
      rules: [
        { rule: 'ledger', figure: around(estimate, 0.3), ledgerLess: null },
        {
          rule: 'count of rows',
          figure: around(estimate - 0.2, 0.3),
          ledgerLess: { difference: around(0.2, 0.25), verdict: 'not told apart' },
        },
      ],
    })),
    earnings: [{ kind: 'flipped', rows: 3, most: 0.25, rules: [{ rule: 'ledger', ratio: around(estimate / 4, 0.1) }] }],
    flippedBySelfInfluence: around(0.96, 0.04),
    rounding: { queries: 'served answers', correlation: around(0.95, 0.01) },
    contributors: { absent: 'They are many.' },
    verdict: { recommended: 'equal-split', because: ['It is not told apart.'] },
  }
}

describe('the tables of the certificate’s document', () => {
  const tables = tablesOf([
    { split: 'mail:2', certificate: certificateOf(0.4) },
    { split: 'mail:3', certificate: certificateOf(0.6) },
    { split: 'speeches:2', certificate: certificateOf(0.2) },
  ])

  it('take means over a task’s splits, and narrow the interval by as many', () => {
    expect(tables).toContain('### mail, split seeds 2, 3')
    expect(tables).toContain(`| **ledger** | ${Array(MEASURE_NAMES.length).fill('0.50 ± 0.21').join(' | ')} |`)
    expect(tables).toContain(`| **ledger** | ${Array(MEASURE_NAMES.length).fill('0.20 ± 0.30').join(' | ')} |`)
    expect(tables).toContain('| **ledger** | 0.13 |')
  })

  it('mark what is beaten by several splits together, though by none alone', () => {
    expect(tables).toContain('| count of rows | 0.30 ± 0.21 ▾ |')
    expect(tables).toContain('| count of rows | 0.00 ± 0.30 |')
  })

  it('give every split’s verdict', () => {
    expect(tables).toContain('- `speeches:2`: equal-split. It is not told apart.')
  })
})

describe('a split', () => {
  it('is a task and a seed', () => {
    expect(parseSplit('speeches:12')).toEqual({ task: 'speeches', seed: 12 })
    expect(() => parseSplit('speeches')).toThrow('--split takes a task and a seed, as in mail:2, not "speeches"')
    expect(() => parseSplit('letters:1')).toThrow('There is no task "letters"')
  })
})

describe('progress of a long command', () => {
  it('says how long the step at hand will take, now and then', () => {
    let now = 0
    let written = ''
    const out = new Writable({
      write: (piece, _encoding, done) => {
        written += piece
        done()
      },
    })
    const report = reportTo(out, () => now)
    for (const done of [0, 1, 2, 3, 4]) {
      report({ step: 'Retrain', done, total: 4 })
      now += 6_000
    }
    expect(written.split('\n')).toEqual(['Retrain: 0 of 4', 'Retrain: 2 of 4, about 12 s left', 'Retrain: 4 of 4', ''])
  })
})
