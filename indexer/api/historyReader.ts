import type { Kysely } from 'kysely'
import type { Identity } from '../../chain/node/identity.ts'
import type { Connections } from '../store/connections.ts'
import { isReadable } from '../store/migrate.ts'
import type { QueryPool } from '../store/queryPool.ts'
import type { Database } from '../store/schema.ts'
import { readStatus, type Status } from '../store/status.ts'
import { servedIn } from '../store/views.ts'
import { headLooks, type Look } from './headLooks.ts'
import { type Health, healthOf } from './health.ts'
import { limits } from './limits.ts'
import { BadRequest } from './query/badRequest.ts'

/** The history that a request reads. No answer mixes two histories. */
export interface ReadableHistory {
  /** The schema of its tables. */
  readonly schema: string
  /** For questions of this process's own, which do not wait behind those of strangers. */
  readonly db: Kysely<Database>
  /** For the questions of strangers. */
  readonly queries: QueryPool
  readonly identity: Identity
  /** Looks at its head. */
  readonly look: Look
  /** Its writer's last status; undefined if there is none. */
  status(): Promise<Status | undefined>
  health(): Promise<Health>
}

export interface HistoryReaderOptions {
  readonly connections: Connections
  /** The schema whose views say which history is served. */
  readonly schema: string
  /** The history that this process writes, or is the standby of, and its status while it writes. */
  readonly own?: { readonly schema: string; readonly status?: () => Status | undefined } | undefined
}

const LOOK_EVERY_MS = 1_000
const ASK_EVERY_MS = 500

/**
 * The history to read, looked up once a second: the one that the views show, or else this process's
 * own.
 */
export function historyReader({ connections, schema, own }: HistoryReaderOptions): () => Promise<ReadableHistory> {
  const readings = new Map<string, ReadableHistory>()
  const anywhere = connections.reader(own?.schema ?? 'public')

  const open = async (history: string): Promise<ReadableHistory | undefined> => {
    const known = readings.get(history)
    if (known !== undefined) return known
    const db = connections.reader(history)
    if (!(await isReadable(db, history))) return undefined
    const identity = await db.selectFrom('identity').selectAll().executeTakeFirst()
    if (identity === undefined) return undefined
    const stored = remembered(ASK_EVERY_MS, () => readStatus(db))
    const live = () => (own?.schema === history ? own.status?.() : undefined)
    const reading: ReadableHistory = {
      schema: history,
      db,
      queries: connections.queries(history, limits.statementMs.most),
      identity,
      look: headLooks(connections.prepared(history)),
      status: async () => live() ?? (await stored()),
      health: async () => live()?.state ?? healthOf(await stored()),
    }
    readings.set(history, reading)
    return reading
  }

  return remembered(LOOK_EVERY_MS, async () => {
    const served = await servedIn(anywhere, schema)
    const found = (served && (await open(served.history))) ?? (own === undefined ? undefined : await open(own.schema))
    if (found === undefined) throw new BadRequest('No history is indexed yet; ask again in a moment', 'NOT_READY')
    return found
  })
}

/** Caches an answer for `ms`. Concurrent callers share one request. */
function remembered<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly answer: Promise<T>; readonly at: number } | undefined
  return () => {
    const now = performance.now()
    if (last === undefined || now - last.at >= ms) {
      const answer = ask()
      const asked = { answer, at: now }
      last = asked
      // A failure is not cached.
      answer.catch(() => {
        if (last === asked) last = undefined
      })
    }
    return last.answer
  }
}
