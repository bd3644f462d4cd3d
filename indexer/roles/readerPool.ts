import cluster, { type Worker } from 'node:cluster'
import { fileURLToPath } from 'node:url'
import { backoffMs, pause } from '../../chain/backoff.ts'
import { StopError } from '../../sdk/errors.ts'
import type { Role } from '../api/health.ts'
import { limits } from '../api/limits.ts'
import type { Server } from '../api/server.ts'
import type { IndexerEvent } from '../events.ts'
import type { Metrics } from '../operate/metrics.ts'
import type { MetricsSnapshot } from '../operate/readerMetrics.ts'
import type { FromReader, ReaderSettings, ToReader } from './readerMessages.ts'

export interface ReaderPoolOptions {
  readonly count: number
  readonly settings: Omit<ReaderSettings, 'number' | 'role'>
  readonly role: () => Role
  readonly metrics: Metrics | undefined
}

const LOOK_EVERY_MS = 250
/** A reader that reports nothing for so long hangs. */
const SILENT_MS = 30_000
const SNAPSHOT_WITHIN_MS = 1_000
const PAGE_EVERY_MS = 1_000
const CLOSE_WITHIN_MS = 3_000
/** One that served for so long did not fail at once. */
const SOUND_AFTER_MS = 60_000

interface Reader {
  readonly worker: Worker
  readonly ended: Promise<string>
  heardAt: number
}

/**
 * Serves the API from processes of their own, which share the port: each takes connections by
 * itself, so that this process takes part in no request. One that ends or hangs is replaced.
 */
export async function serveFromProcesses(
  { count, settings, role, metrics }: ReaderPoolOptions,
  report: (event: IndexerEvent) => void,
): Promise<Server> {
  cluster.schedulingPolicy = cluster.SCHED_NONE
  cluster.setupPrimary({
    exec: fileURLToPath(new URL('./readerProcess.ts', import.meta.url)),
    args: [],
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${limits.memoryMb.most}`],
  })
  const closing = new AbortController()
  const readers = new Map<number, Reader>()
  const snapshots = new Map<number, (metrics: MetricsSnapshot) => void>()
  let port = settings.port
  let toldRole = role()
  let asked = 0

  const send = ({ worker }: Reader, message: ToReader) => {
    // One that has just ended receives nothing.
    if (worker.isConnected()) worker.send(message, () => {})
  }

  /** Resolves with its address once it serves; rejects if it cannot. */
  const start = (number: number): Promise<string> => {
    const worker = cluster.fork()
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const ended = new Promise<string>((over) => {
      worker.once('exit', (status, signal) => over(signal ?? `status ${status}`))
    })
    ended.then((how) => reject(new Error(`A process that answers ended with ${how}`)))
    const reader: Reader = { worker, ended, heardAt: performance.now() }
    readers.set(number, reader)
    worker.on('message', (message: FromReader) => {
      reader.heardAt = performance.now()
      switch (message.kind) {
        case 'asksSettings':
          return send(reader, { kind: 'start', settings: { ...settings, port, number, role: toldRole } })
        case 'serves':
          return resolve(message.url)
        case 'refuses':
          return reject(new StopError(message.what, message.facts, message.remedy))
        case 'failedAnswer':
          return report({ kind: 'failedAnswer', error: message.stack, id: message.id })
        case 'snapshot':
          return snapshots.get(message.id)?.(message.metrics)
        case 'asksPage':
          page().then(
            (made) => send(reader, { kind: 'page', ...made }),
            (error) => report({ kind: 'failedAnswer', error, id: 'metrics' }),
          )
          return
        case 'alive':
          return
        default:
          return message satisfies never
      }
    })
    return promise
  }

  const snapshotOf = (reader: Reader): Promise<MetricsSnapshot> =>
    new Promise((resolve) => {
      asked += 1
      const id = asked
      const answer = (found: MetricsSnapshot) => {
        clearTimeout(timer)
        snapshots.delete(id)
        resolve(found)
      }
      const timer = setTimeout(() => answer([]), SNAPSHOT_WITHIN_MS)
      snapshots.set(id, answer)
      send(reader, { kind: 'snapshot', id })
    })

  let made: { readonly at: number; readonly page: ReturnType<Metrics['page']> } | undefined
  const page = (): ReturnType<Metrics['page']> => {
    const now = performance.now()
    if (made === undefined || now - made.at > PAGE_EVERY_MS) {
      const all = Promise.all([...readers.values()].map(snapshotOf))
      const whole = all.then((found) => metrics?.page(found) ?? { contentType: 'text/plain', text: '' })
      made = { at: now, page: whole }
    }
    return made.page
  }

  /** Replaces a reader whenever it ends. */
  const supervise = async (number: number): Promise<void> => {
    for (let failures = 0; ; ) {
      const begun = performance.now()
      const how = await readers.get(number)?.ended
      if (closing.signal.aborted) return
      failures = performance.now() - begun > SOUND_AFTER_MS ? 1 : failures + 1
      report({ kind: 'readerEnded', number, how: how ?? 'nothing' })
      await pause(backoffMs(failures), closing.signal)
      if (closing.signal.aborted) return
      await start(number).catch((error: unknown) => {
        readers.get(number)?.worker.process.kill('SIGKILL')
        return error
      })
    }
  }

  const close = async () => {
    closing.abort()
    clearInterval(watching)
    await Promise.all(
      [...readers.values()].map(async (reader) => {
        send(reader, { kind: 'close' })
        const slow = setTimeout(() => reader.worker.process.kill('SIGKILL'), CLOSE_WITHIN_MS)
        await reader.ended
        clearTimeout(slow)
      }),
    )
  }

  const watching = setInterval(() => {
    const now = role()
    if (now !== toldRole) {
      toldRole = now
      for (const reader of readers.values()) send(reader, { kind: 'role', role: now })
    }
    for (const reader of readers.values()) {
      if (performance.now() - reader.heardAt > SILENT_MS) reader.worker.process.kill('SIGKILL')
    }
  }, LOOK_EVERY_MS)

  try {
    const urls = await Promise.all(Array.from({ length: count }, (_, i) => start(i + 1)))
    const url = urls[0] ?? ''
    port = Number(new URL(url).port)
    for (const number of readers.keys()) void supervise(number)
    return { url, close }
  } catch (error) {
    for (const { worker } of readers.values()) worker.process.kill('SIGKILL')
    await close()
    throw error
  }
}
