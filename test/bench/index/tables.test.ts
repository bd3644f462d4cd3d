import { describe, expect, it } from 'vitest'
import type { Outcome, Run } from '../../../bench/index/backfills.ts'
import { backfillTable } from '../../../bench/index/tables.ts'

function outcome(run: Run, seconds: number): Outcome {
  const one = {
    seconds,
    startSeconds: 1,
    cpuSeconds: 2,
    peakMiB: 300,
    childrenCpuSeconds: 0.5,
    childrenPeakMiB: 40,
    nodeCpuSeconds: 3,
  }
  return { run, rounds: [one], best: one, median: one }
}

const plain = outcome({ who: 'plain', door: 'postgres', balances: false }, 1)
const onPostgres = outcome({ who: 'ours', door: 'postgres', verify: 'off' }, 2)
const embedded = outcome({ who: 'ours', door: 'embedded', verify: 'off' }, 4)

const cellsOf = (table: string) => table.split('\n').map((line) => line.split(' | ').slice(-3))

describe('the table of backfills', () => {
  it('holds ours against each rival that ran, on the same database where it knows that', () => {
    const ponder = [outcome({ who: 'ponder', door: 'postgres' }, 20), outcome({ who: 'ponder', door: 'embedded' }, 30)]
    const sqd = outcome({ who: 'sqd', door: 'postgres' }, 10)
    const outcomes = [plain, onPostgres, embedded, ...ponder, sqd]
    expect(cellsOf(backfillTable({ title: 'transfers', facts: 1_000, outcomes }))).toEqual([
      ['Ponder’s speed', 'SQD’s speed', 'the least time |'],
      ['---:', '---:', '---: |'],
      ['', '', ' |'],
      ['× 10.0', '× 5.0', '× 2.00 |'],
      ['× 7.5', '× 2.5', '× 4.00 |'],
      ['', '', '× 20.00 |'],
      ['', '', '× 30.00 |'],
      ['', '', '× 10.00 |'],
    ])
  })

  it('has no column for a rival that did not run', () => {
    expect(backfillTable({ title: '1,000 transfers', facts: 1_000, outcomes: [plain, onPostgres, embedded] })).toBe(
      [
        '| 1,000 transfers | a second | median | start, s | its CPU, s | the node’s | peak MiB | the least time |',
        '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
        '| fetch, decode, COPY | 1,000 | 1,000 |  | 2.0 | 3.0 | 300 |  |',
        '| ours, `--verify=off`, PostgreSQL | 500 | 500 | 1.0 | 2.0 | 3.0 | 300 | × 2.00 |',
        '| ours, `--verify=off`, embedded | 250 | 250 | 1.0 | 2.0 + 0.5 | 3.0 | 300 + 40 | × 4.00 |',
      ].join('\n'),
    )
  })
})
