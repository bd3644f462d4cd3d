import { setPriority } from 'node:os'
import { isExplained } from '../../sdk/errors.ts'
import type { Role } from '../api/health.ts'
import { readerMetrics } from '../operate/readerMetrics.ts'
import { openDatabase } from '../store/database.ts'
import { answer } from './answer.ts'
import type { FromReader, ReaderSettings, ToReader } from './readerMessages.ts'

/**
 * A process that answers strangers. It has one of its own so that nothing they ask reaches the
 * writer's memory or event loop.
 */

const ALIVE_EVERY_MS = 1_000
/** A flood of failures must not reach the writer either. */
const FAILURES_A_SECOND = 5
/** The writer goes first where processors are short. */
const NICE = 2

let role: Role = 'reader'
let closing: (() => Promise<void>) | undefined
let failures = 0
let pages: PromiseWithResolvers<{ contentType: string; text: string }> | undefined
let metrics: ReturnType<typeof readerMetrics> | undefined

// The writer decides when its readers end; a terminal signals all of them.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => {})
process.on('message', (message: ToReader) => {
  handle(message).catch(fail)
})
tell({ kind: 'asksSettings' })
setInterval(() => {
  failures = 0
  tell({ kind: 'alive' })
}, ALIVE_EVERY_MS).unref()

async function handle(message: ToReader): Promise<void> {
  switch (message.kind) {
    case 'start':
      return await start(message.settings)
    case 'role':
      role = message.role
      return
    case 'snapshot':
      if (metrics !== undefined) tell({ kind: 'snapshot', id: message.id, metrics: await metrics.snapshot() })
      return
    case 'page':
      pages?.resolve(message)
      pages = undefined
      return
    case 'close':
      await closing?.()
      process.exit(0)
  }
}

async function start(settings: ReaderSettings): Promise<void> {
  setPriority(NICE)
  role = settings.role
  const { databaseUrl, schema, history, number, chain } = settings
  const counted = readerMetrics({ chain, number })
  metrics = counted
  const connections = await openDatabase({ kind: 'postgres', url: databaseUrl })
  const server = await answer(
    settings,
    { connections, schema, own: history === undefined ? undefined : { schema: history }, role: () => role },
    { metrics: { http: counted.http, refused: counted.refused, page }, failed },
  )
  closing = async () => {
    await server.close()
    await connections.close()
  }
  tell({ kind: 'serves', url: server.url })
}

/** All processes' metrics, of which the one that started this knows. */
function page(): Promise<{ contentType: string; text: string }> {
  if (pages === undefined) {
    pages = Promise.withResolvers()
    tell({ kind: 'asksPage' })
  }
  return pages.promise
}

function failed(error: unknown, id: string): void {
  metrics?.failed()
  failures += 1
  if (failures > FAILURES_A_SECOND) return
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  tell({ kind: 'failedAnswer', stack, id })
}

function fail(error: unknown): void {
  if (isExplained(error)) tell({ kind: 'refuses', what: error.message, facts: error.facts, remedy: error.remedy })
  else throw error
}

function tell(message: FromReader): void {
  if (process.connected) process.send?.(message)
}
