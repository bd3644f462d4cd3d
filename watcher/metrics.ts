import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StopError } from '../sdk/errors.ts'

/** The watcher's metrics, in Prometheus' text format. */
export interface Metrics {
  /** Adds to a counter. */
  count(name: Counter, amount: number, labels?: Labels): void
  /** Sets a gauge. */
  set(name: Gauge, value: number, labels?: Labels): void
  text(): string
}

type Labels = Readonly<Record<string, string>>
type Counter = keyof typeof counters
type Gauge = keyof typeof gauges

const counters = {
  watcher_faults_found_total: 'Faults found in row indexes, by kind.',
  watcher_challenges_won_total: 'Calls that were granted, by kind.',
  watcher_challenges_lost_total: 'Calls that another sender preceded, or that were refused, by kind.',
  watcher_reorgs_total: 'Times that the chain left the branch that was watched.',
  watcher_troubles_total: 'Times that the watcher had to retry.',
} as const

const gauges = {
  watcher_challenges_pending: 'Challenges committed to and not sent yet.',
  watcher_demands_open: 'Demands of units, items and records that wait for an answer.',
  watcher_models: 'Models, by what is known of their row index.',
  watcher_receipts: 'Receipts that are compared with the records.',
  watcher_bounty_gwei: 'Bounties earned, in gwei-OPEN.',
  watcher_last_block: 'The newest block that was watched.',
  watcher_lag_blocks: 'How many blocks the node’s head is further.',
} as const

export function metrics(): Metrics {
  const values = new Map<string, Map<string, number>>()
  const seriesOf = (name: string): Map<string, number> => {
    const series = values.get(name) ?? new Map<string, number>()
    values.set(name, series)
    return series
  }
  return {
    count: (name, amount, labels = {}) => {
      const series = seriesOf(name)
      series.set(labelled(labels), (series.get(labelled(labels)) ?? 0) + amount)
    },
    set: (name, value, labels = {}) => {
      seriesOf(name).set(labelled(labels), value)
    },
    text: () => {
      const lines = Object.entries({ ...counters, ...gauges }).flatMap(([name, help]) => [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${name in counters ? 'counter' : 'gauge'}`,
        ...[...(values.get(name) ?? [['', 0]])].map(([labels, value]) => `${name}${labels} ${value}`),
      ])
      return `${lines.join('\n')}\n`
    },
  }
}

function labelled(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** Serves the metrics at `/metrics` on 127.0.0.1. */
export async function serveMetrics({ text }: Metrics, port: number): Promise<{ readonly url: string; close(): void }> {
  const server = createServer(({ url }, response) => {
    if (url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text())
  })
  await listen(server, port)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`, close: () => server.close() }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new StopError(
          `Port ${port} is taken by another program`,
          {},
          'Stop that program, or choose another port.',
          cause,
        ),
      ),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
}
