import type pg from 'pg'
import { backoffMs, pause } from '../../chain/backoff.ts'
import { walletOn } from '../../sdk/chain.ts'
import { explain, isExplained } from '../../sdk/errors.ts'
import { toldOfBook } from '../store/batches.ts'
import { dropCalls } from '../store/calls.ts'
import type { Batching } from './batching.ts'
import { followSent } from './followSent.ts'
import { recordDue } from './recordDue.ts'
import { settleDue } from './settleDue.ts'

/**
 * Records what was answered. Of all processes that share a database one at a time does it for an operator: it holds a lock that the
 * database releases when that process ends, however it ends.
 */
export interface Batcher {
  /** Records all that waits, full batches or not, and waits until it is on chain; false where another process records. */
  recordAll(): Promise<boolean>
  stop(): Promise<void>
}

const PASS_MS = 1_000
const SETTLE_MS = 60_000

export function startBatcher(its: Batching, passMs = PASS_MS): Batcher {
  const stopping = new AbortController()
  let leader: pg.Client | undefined
  let settledAt = 0
  let turn: Promise<unknown> = Promise.resolve()
  /** One pass at a time. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work)
    turn = next.catch(() => {})
    return next
  }
  const pass = async (isForced: boolean): Promise<'elsewhere' | 'waiting' | 'done'> => {
    leader ??= await takeLead(its, () => {
      leader = undefined
    })
    if (leader === undefined) return 'elsewhere'
    await dropCalls(its.database, 'those of ended processes')
    const sent = await followSent(its, leader)
    let recorded = 0
    for (const serving of its.servings) {
      if (sent.some(({ model }) => model === serving.model.model)) continue
      recorded += await recordDue(its, leader, serving, isForced)
    }
    if (its.settles && its.now() - settledAt >= SETTLE_MS && sent.length === 0 && recorded === 0) {
      settledAt = its.now()
      await settleAll(its)
    }
    return sent.length > 0 || recorded > 0 ? 'waiting' : 'done'
  }
  const run = async () => {
    for (let failures = 0; !stopping.signal.aborted; ) {
      try {
        await alone(() => pass(false))
        failures = 0
      } catch (error) {
        failures += 1
        if (!stopping.signal.aborted) its.log.error({ reason: reasonOf(error) }, 'recording failed, it is tried again')
      }
      await pause(failures === 0 ? passMs : backoffMs(failures), stopping.signal)
    }
  }
  const running = run()
  return {
    recordAll: async () => {
      for (;;) {
        const passed = await alone(() => pass(true))
        if (passed !== 'waiting') return passed === 'done'
        await pause(50, stopping.signal)
      }
    },
    stop: async () => {
      stopping.abort()
      await running
      await turn
      await leader?.end().catch(() => {})
    },
  }
}

/** Every model's books that are due. */
async function settleAll(its: Batching): Promise<void> {
  const { connection, account, servings, database, log } = its
  for (const serving of servings) {
    const wallet = walletOn(connection.reader, account)
    const settled = await settleDue(connection, wallet, serving, (book) => toldOfBook(database.pool, book))
    if (settled.length > 0) log.info({ model: serving.model.model, transactions: settled.length }, 'books settled')
  }
}

/** A connection of its own that holds the lock; undefined where another process has it. */
async function takeLead({ database, operator }: Batching, onLost: () => void): Promise<pg.Client | undefined> {
  const client = await database.client()
  client.on('end', onLost)
  try {
    const key = `${database.schema} records for ${operator}`
    const { rows } = await client.query('select pg_try_advisory_lock(hashtextextended($1, 1)) as held', [key])
    if (rows[0]?.held === true) return client
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
  await client.end()
  return undefined
}

export function reasonOf(error: unknown): string {
  if (isExplained(error)) return explain(error)
  return error instanceof Error ? error.message : String(error)
}
