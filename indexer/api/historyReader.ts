import type { Kysely } from 'kysely'
import type { Identity } from '../../chain/node/identity.ts'
import type { Connections } from '../store/connections.ts'
import type { History } from '../store/history.ts'
import { isReadable } from '../store/migrate.ts'
import type { Database } from '../store/schema.ts'
import { readStatus, type Status } from '../store/status.ts'
import { servedIn } from '../store/views.ts'
import { type Health, healthOf } from './health.ts'
import { BadRequest } from './query/badRequest.ts'

/** A history that answers are made from: always a whole one, so that no answer mixes two. */
export interface Reading {
  readonly db: Kysely<Database>
  readonly identity: Identity
  /** As its writer last told it; undefined where none has. */
  status(): Promise<Status | undefined>
  health(): Promise<Health>
}

export interface HistoryReaderOptions {
  readonly connections: Connections
  /** The schema whose views say which history is served. */
  readonly schema: string
  /** What this process writes, or would, and what it knows of it while it does. */
  readonly own?: { readonly history: History; readonly status: () => Status | undefined } | undefined
}

const LOOK_EVERY_MS = 1_000
const ASK_EVERY_MS = 500

/**
 * What to answer from, looked up once a second: the history that the views show; or, where that lacks what this version of the
 * indexer reads, our own.
 */
export function historyReader({ connections, schema, own }: HistoryReaderOptions): () => Promise<Reading> {
  const readings = new Map<string, Reading>()
  const anywhere = connections.reader(own?.history.schema ?? 'public')

  const open = async (history: string): Promise<Reading | undefined> => {
    const known = readings.get(history)
    if (known !== undefined) return known
    const db = connections.reader(history)
    if (!(await isReadable(db, history))) return undefined
    const identity = await db.selectFrom('identity').selectAll().executeTakeFirst()
    if (identity === undefined) return undefined
    const heard = remembered(ASK_EVERY_MS, () => readStatus(db))
    const live = () => (own?.history.schema === history ? own.status() : undefined)
    const reading: Reading = {
      db,
      identity,
      status: async () => live() ?? (await heard()),
      health: async () => live()?.state ?? healthOf(await heard()),
    }
    readings.set(history, reading)
    return reading
  }

  return remembered(LOOK_EVERY_MS, async () => {
    const served = await servedIn(anywhere, schema)
    const found =
      (served && (await open(served.history))) ?? (own === undefined ? undefined : await open(own.history.schema))
    if (found === undefined) throw new BadRequest('No history is indexed yet; ask again in a moment', 'NOT_READY')
    return found
  })
}

/** Asks again when the last answer is older than `ms`; all who ask meanwhile wait for the same answer. */
function remembered<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly answer: Promise<T>; readonly at: number } | undefined
  return () => {
    const now = performance.now()
    if (last === undefined || now - last.at >= ms) {
      const answer = ask()
      const asked = { answer, at: now }
      last = asked
      // A failure is no answer to keep.
      answer.catch(() => {
        if (last === asked) last = undefined
      })
    }
    return last.answer
  }
}
