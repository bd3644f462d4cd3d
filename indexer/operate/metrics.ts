import { readFileSync } from 'node:fs'
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { FalseAnswer, NodeContradictsItself } from '../../chain/contradiction.ts'
import { type Meter, troubleKinds } from '../../chain/meter.ts'
import type { Verdict } from '../../chain/verify/verification.ts'
import type { IndexerEvent, StoredEvent } from '../events.ts'
import { type ApiMetrics, apiMetrics } from './apiMetrics.ts'
import type { MetricsSnapshot } from './readerMetrics.ts'

/**
 * The metrics at `/metrics`. Those that Ponder has too use its names (with `indexer_` for
 * `ponder_`), labels and units (milliseconds where the name gives none), so that its dashboards and
 * alerts work.
 */
export interface Metrics extends ApiMetrics {
  readonly meter: Meter
  handle(event: IndexerEvent): void
  /** All metrics of this process, and with them those of the processes that answer for it. */
  page(readers?: readonly MetricsSnapshot[]): Promise<{ readonly contentType: string; readonly text: string }>
}

export interface MetricsOptions {
  /** The label `chain` of every series: the deployment's name. */
  readonly chain: string
  /** The chosen settings, for `indexer_settings_info`. */
  readonly chosen: Readonly<Record<'command' | 'database' | 'verify', string>>
  readonly now: () => number
}

/** From a tenth of a millisecond, for pure computation, to the longest node timeout. */
const DURATIONS_MS = [0.1, 0.5, 1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000]
const SIZES = [1, 10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000]

export function metricsOf({ chain, chosen, now }: MetricsOptions): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ chain })
  const registers = [registry]
  const gauge = <label extends string>(name: string, help: string, ...labelNames: label[]) =>
    new Gauge({ name: `indexer_${name}`, help, labelNames, registers })
  const counter = <label extends string>(name: string, help: string, ...labelNames: label[]) =>
    new Counter({ name: `indexer_${name}`, help, labelNames, registers })
  const histogram = <label extends string>(name: string, help: string, buckets: number[], ...labelNames: label[]) =>
    new Histogram({ name: `indexer_${name}`, help, buckets, labelNames, registers })

  collectDefaultMetrics({ register: registry })
  gauge('version_info', 'Which version runs', 'version').set({ version: versionOf() }, 1)
  gauge('settings_info', 'What was chosen', 'command', 'database', 'verify').set(chosen, 1)

  const sync = {
    block: gauge('sync_block', 'The newest block stored'),
    timestamp: gauge('sync_block_timestamp', 'Its time, in seconds since 1970'),
    isRealtime: gauge('sync_is_realtime', 'Whether the history has caught up with the node and follows it (0 or 1)'),
    nodeHead: gauge('node_head_block', "The node's newest block"),
    lag: gauge('lag_blocks', "How many blocks the node's head is further than what is stored"),
    safe: gauge('safe_block', 'The newest block that the node tags as safe'),
    finalised: gauge('finalised_block', 'The newest block that counts as final'),
    journals: gauge('journals_held_block', 'The newest block at which the journals were compared with storage', 'by'),
    leader: gauge('is_leader', 'Whether this process writes (1) or only serves (0)'),
  }
  const historical = {
    started: gauge('historical_start_timestamp_seconds', 'When the backfill began'),
    ended: gauge('historical_end_timestamp_seconds', 'When it first caught up with the node'),
    total: gauge('historical_total_blocks', 'Blocks that the backfill has to store'),
    completed: gauge('historical_completed_blocks', 'Blocks of these that are stored'),
  }
  const realtime = {
    reorgs: counter('realtime_reorg_total', 'Times that the chain left the stored branch'),
    reverted: counter('reverted_blocks_total', 'Stored blocks that were rolled back'),
    latency: histogram(
      'realtime_latency',
      'From the moment a node gave a block until it was stored, in ms',
      DURATIONS_MS,
    ),
    arrival: histogram(
      'realtime_block_arrival_latency',
      "From a block's own time until a node gave it, in ms",
      DURATIONS_MS,
    ),
  }
  const stored = {
    events: counter('indexing_completed_events', 'Facts stored by this process'),
    timestamp: gauge('indexing_timestamp', 'The chain time up to which everything is stored, in seconds since 1970'),
    stretchBlocks: histogram('stretch_blocks', 'Blocks in a stretch: what is stored at once', SIZES),
    stretchEvents: histogram('stretch_events', 'Facts in a stretch', SIZES),
    verdict: counter('verified_blocks_total', 'Blocks stored, by why their facts count as complete', 'verdict'),
  }
  const nodes = {
    duration: histogram('rpc_request_duration', 'How long nodes took to answer, in ms', DURATIONS_MS, 'method', 'node'),
    failed: counter('rpc_request_error_total', 'Requests to nodes that failed', 'method', 'node'),
    lies: counter('verification_failures_total', 'False answers of nodes, by what was wrong', 'node', 'kind'),
    rests: counter('node_rests_total', 'Times that a node was paused after a failure', 'node'),
    troubles: counter('node_troubles_total', 'Times that a node did not give what was asked, by why', 'node', 'kind'),
    perSecond: gauge('node_calls_per_second', 'The most calls a second to a node; 0 where none are too many', 'node'),
    together: gauge(
      'node_calls_per_request',
      'The most calls in a request to a node; 0 where none are too many',
      'node',
    ),
    disabled: gauge('node_given_up', 'Nodes that are disabled (1)', 'node'),
  }
  const stages = histogram('stage_duration', 'How long each stage of a stretch took, in ms', DURATIONS_MS, 'stage')
  const database = {
    duration: histogram(
      'database_method_duration',
      'How long the database took, in ms',
      DURATIONS_MS,
      'service',
      'method',
    ),
    failed: counter('database_method_error_total', 'Failures of the database', 'service', 'method'),
  }
  const readerEnds = counter('reader_restarts_total', 'Processes that answer which ended, and were started again')
  const stopped = gauge('is_stopped', 'Whether the sync has stopped for good (1)')

  for (const verdict of ['receipts', 'bloom', 'told'] satisfies Verdict[]) stored.verdict.inc({ verdict }, 0)
  let nodeHead: { readonly number: bigint; readonly at: number } | undefined
  let begun: bigint | undefined
  let isRealtime = false

  const measureLag = (block: bigint) => {
    sync.block.set(Number(block))
    if (nodeHead !== undefined) sync.lag.set(Number(nodeHead.number > block ? nodeHead.number - block : 0n))
  }
  const looked = (number: bigint, timestamp: bigint) => {
    if (nodeHead?.number === number) return
    nodeHead = { number, at: now() }
    sync.nodeHead.set(Number(number))
    if (isRealtime) realtime.arrival.observe(Math.max(0, now() - Number(timestamp) * 1_000))
  }
  const store = (event: StoredEvent) => {
    const { first, block, timestamp, events, verdict, safe, finalised } = event
    measureLag(block)
    sync.timestamp.set(Number(timestamp))
    stored.timestamp.set(Number(timestamp))
    if (safe !== undefined) sync.safe.set(Number(safe))
    if (finalised !== undefined) sync.finalised.set(Number(finalised))
    stored.events.inc(events)
    stored.stretchBlocks.observe(Number(block - first) + 1)
    stored.stretchEvents.observe(events)
    stored.verdict.inc({ verdict }, Number(block - first) + 1)
    if (isRealtime) {
      if (nodeHead !== undefined) realtime.latency.observe(now() - nodeHead.at)
      return
    }
    if (begun === undefined) historical.started.set(now() / 1_000)
    begun ??= first
    historical.total.set(Number(event.nodeHead - begun) + 1)
    historical.completed.set(Number(block - begun) + 1)
  }

  return {
    ...apiMetrics(registry),
    meter: {
      spent: (stage, ms) => {
        stages.observe({ stage }, ms)
        if (stage === 'store') database.duration.observe({ service: 'store', method: 'append' }, ms)
      },
      asked: ({ node, method, ms, isAnswered }) => {
        if (isAnswered) nodes.duration.observe({ node, method }, ms)
        else nodes.failed.inc({ node, method })
      },
      troubled: (node, kind) => {
        for (const one of troubleKinds) nodes.troubles.inc({ node, kind: one }, one === kind ? 1 : 0)
      },
      paced: (node, perSecond, together) => {
        nodes.perSecond.set({ node }, Number.isFinite(perSecond) ? perSecond : 0)
        nodes.together.set({ node }, Number.isFinite(together) ? Math.floor(together) : 0)
      },
    },
    handle: (event) => {
      switch (event.kind) {
        case 'looked':
          return looked(event.nodeHead, event.timestamp)
        case 'stored':
          return store(event)
        case 'undone':
          realtime.reorgs.inc()
          realtime.reverted.inc(Number(event.depth))
          return measureLag(event.ancestor)
        case 'caughtUp':
          if (!isRealtime) historical.ended.set(now() / 1_000)
          isRealtime = true
          sync.isRealtime.set(1)
          return measureLag(event.block)
        case 'journalsHeld':
          return sync.journals.set({ by: event.by }, Number(event.block))
        case 'troubled':
          if (event.error instanceof FalseAnswer) nodes.lies.inc({ node: event.error.node, kind: event.error.what })
          else if (event.node !== undefined) nodes.rests.inc({ node: event.node })
          else database.failed.inc({ service: 'store', method: 'append' })
          return
        case 'gaveUpNode':
          return nodes.disabled.set({ node: event.node }, 1)
        case 'readerEnded':
          return readerEnds.inc()
        case 'standsBy':
          return sync.leader.set(0)
        case 'leads':
          return sync.leader.set(1)
        case 'stopped':
          sync.isRealtime.set(0)
          stopped.set(1)
          if (event.error instanceof NodeContradictsItself) nodes.disabled.set({ node: event.error.node }, 1)
          return
        case 'unready':
          return sync.isRealtime.set(0)
        case 'failedAnswer':
        case 'notOffered':
        case 'leftNode':
        case 'switched':
        case 'lateContract':
          return
        default:
          return event satisfies never
      }
    },
    page: async (readers = []) => {
      const { contentType } = registry
      if (readers.length === 0) return { contentType, text: await registry.metrics() }
      const own = (await registry.getMetricsAsJSON()) as MetricsSnapshot
      // Readers have a label of their own, so that nothing is added up.
      const all = [own, ...readers].map((metrics) => metrics.map((one) => ({ ...one, aggregator: 'sum' })))
      return { contentType, text: await AggregatorRegistry.aggregate(all).metrics() }
    },
  }
}

function versionOf(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return (manifest as { version: string }).version
}
