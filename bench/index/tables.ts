import { markdownTable } from '../../scripts/documentTables.ts'
import { type Outcome, titleOf } from './backfills.ts'
import type { Curve } from './curve.ts'
import type { Door } from './databases.ts'
import type { Latency } from './live.ts'

/** The figures as a document shows them. */

/** Each has a column where it ran. One that knows only PostgreSQL is what ours on either database is compared with. */
const RIVALS = [
  { name: 'Ponder', who: 'ponder' },
  { name: 'SQD', who: 'sqd' },
] as const

export interface BackfillTable {
  readonly title: string
  readonly facts: number
  readonly outcomes: readonly Outcome[]
}

export function backfillTable({ title, facts, outcomes }: BackfillTable): string {
  const rivals = RIVALS.flatMap(({ name, who }) => {
    const its = new Map(outcomes.filter(({ run }) => run.who === who).map(({ run, best }) => [run.door, best.seconds]))
    return its.size === 0 ? [] : [{ name, secondsAt: (door: Door) => its.get(door) ?? its.get('postgres') }]
  })
  const plain = outcomes.find(({ run }) => run.who === 'plain' && !run.balances)?.best
  const rows = outcomes.map(({ run, best, median, rounds }) => {
    const memory = Math.max(...rounds.map(({ peakMiB }) => peakMiB))
    const itsServer = Math.max(...rounds.map(({ childrenPeakMiB }) => childrenPeakMiB))
    const hasServer = run.who === 'ours' && run.door === 'embedded'
    return [
      titleOf(run),
      grouped(facts / best.seconds),
      grouped(facts / median.seconds),
      run.who === 'plain' ? '' : best.startSeconds.toFixed(1),
      withServer(best.cpuSeconds.toFixed(1), best.childrenCpuSeconds.toFixed(1), hasServer),
      best.nodeCpuSeconds.toFixed(1),
      withServer(memory.toFixed(0), itsServer.toFixed(0), hasServer),
      ...rivals.map(({ secondsAt }) => {
        const seconds = run.who === 'ours' ? secondsAt(run.door) : undefined
        return seconds === undefined ? '' : `× ${(seconds / best.seconds).toFixed(1)}`
      }),
      plain === undefined || run.who === 'plain' ? '' : `× ${(best.seconds / plain.seconds).toFixed(2)}`,
    ]
  })
  const head = [
    title,
    'a second',
    'median',
    'start, s',
    'its CPU, s',
    'the node’s',
    'peak MiB',
    ...rivals.map(({ name }) => `${name}’s speed`),
    'the least time',
  ]
  return markdownTable(head, rows, 'right')
}

/** The server of an embedded database is listed beside its indexer. */
function withServer(own: string, server: string, hasServer: boolean): string {
  return hasServer ? `${own} + ${server}` : own
}

export function liveTable(latencies: readonly Latency[]): string {
  const rows = latencies.map(({ door, by, blocks, p50Ms, p99Ms, maxMs }) => {
    const title = `${door === 'postgres' ? 'PostgreSQL' : 'embedded'}, ${by}`
    return [title, `${blocks}`, ...[p50Ms, p99Ms, maxMs].map((ms) => ms.toFixed(0))]
  })
  return markdownTable(['from the node to GraphQL, ms', 'blocks', 'p50', 'p99', 'slowest'], rows, 'right')
}

export function curveTables({ windows, restartSeconds, queries, tables, inferences }: Curve): string {
  const written = markdownTable(
    ['inferences stored', 'µs each', 'µs of CPU', 'MiB in use'],
    windows.map((one) => [
      grouped(one.facts),
      one.microsecondsAFact.toFixed(1),
      one.cpuMicrosecondsAFact.toFixed(1),
      one.residentMiB.toFixed(0),
    ]),
    'right',
  )
  const asked = markdownTable(
    [`asked of ${grouped(inferences)} inferences, ms`, 'p50', 'p99'],
    queries.map(({ asked, p50Ms, p99Ms }) => [asked, p50Ms.toFixed(1), p99Ms.toFixed(1)]),
    'right',
  )
  const bytes = tables.reduce((sum, one) => sum + one.bytes, 0)
  const stored = markdownTable(
    ['on disk, indexes included', 'rows', 'bytes a row', 'MiB a million inferences'],
    [
      ...tables
        .filter((one) => one.bytes * 200 > bytes)
        .map((one) => [
          `\`${one.table}\``,
          grouped(one.rows),
          (one.bytes / one.rows).toFixed(0),
          grouped(((one.bytes / inferences) * 1e6) / 2 ** 20),
        ]),
      ['all', '', '', grouped(((bytes / inferences) * 1e6) / 2 ** 20)],
    ],
    'right',
  )
  const restart = `Started again on that history, it is ready after ${restartSeconds.toFixed(1)} s.`
  return [written, restart, asked, stored].join('\n\n')
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
