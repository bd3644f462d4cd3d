import { markdownTable } from '../../scripts/documentTables.ts'
import { type Measured, perCpuSecond } from './load.ts'
import type { PageCost } from './pages.ts'

/** The figures as a document shows them. */

export interface Result {
  readonly contender: string
  /** By what was asked. */
  readonly kinds: Readonly<Record<string, Measured>>
}

/** The first result is ours, and has a quotient by each of the others. */
export function rivalTable(results: readonly Result[]): string {
  const [first] = results
  const rows = Object.keys(first?.kinds ?? {}).flatMap((kind) =>
    results.map(({ contender, kinds }) => {
      const its = kinds[kind] as Measured
      const ours = first?.kinds[kind] as Measured
      return [
        `${kind}, ${contender}`,
        Math.round(perCpuSecond(its)).toLocaleString('en-US'),
        its.serverMs.toFixed(2),
        its.databaseMs.toFixed(2),
        its.p50Ms.toFixed(1),
        its.p99Ms.toFixed(1),
        its === ours ? '' : `× ${(perCpuSecond(ours) / perCpuSecond(its)).toFixed(1)}`,
      ]
    }),
  )
  const head = [
    'asked',
    'requests a CPU-second',
    'ms of the API’s CPU',
    'ms of PostgreSQL’s',
    'p50, ms',
    'p99, ms',
    'ours is',
  ]
  return markdownTable(head, rows, 'right')
}

export function pageTable(pages: readonly PageCost[]): string {
  const rows = pages.map(({ asked, databaseMs, p50Ms }) => [asked, databaseMs.toFixed(1), p50Ms.toFixed(1)])
  return markdownTable(['a query of', 'ms of PostgreSQL’s CPU', 'p50, ms'], rows, 'right')
}
