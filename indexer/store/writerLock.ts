import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { RetryError } from '../../sdk/errors.ts'
import type { LockWait } from './connections.ts'
import { type History, quoted } from './history.ts'
import { refuseNewer } from './migrate.ts'
import { setWhereKnown } from './session.ts'

const LOOK_EVERY_MS = 500

/**
 * The server ends a session, and releases its lock, after 3 + 3 seconds of silence of its client,
 * even during a statement.
 */
const noticeSilence = {
  tcp_keepalives_idle: '3',
  tcp_keepalives_interval: '1',
  tcp_keepalives_count: '3',
  tcp_user_timeout: '5000',
  client_connection_check_interval: '2000',
}

/** A writer stores its status each second: one that does not hangs, and loses the lock. */
const noticeIdleness = { idle_session_timeout: '7000', idle_in_transaction_session_timeout: '7000' }

/** Takes the lock of a history's one writer for as long as the connection lives. */
export async function takeLock(
  client: pg.ClientBase,
  { lockKey, schema }: History,
  where: string,
  lockWait: LockWait | undefined,
): Promise<void> {
  let isWaiting = false
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [lockKey])
    if (rows[0]?.locked === true) break
    if (lockWait === undefined) {
      throw new RetryError(
        `Another indexer is writing to ${where}`,
        {},
        'Stop that one, or give this one another database.',
      )
    }
    if (lockWait.signal.aborted)
      throw new RetryError("The wait for the database's lock was cancelled", {}, 'Start again.')
    if (!isWaiting) lockWait.waits(`another connection to ${where}`)
    isWaiting = true
    // A blocking lock call would hold back the server's vacuum while it waits.
    await sleep(LOOK_EVERY_MS, undefined, { signal: lockWait.signal }).catch(() => {})
  }
  await mustTakeWriting(client, where)
  await setWhereKnown(client, lockWait === undefined ? noticeSilence : { ...noticeSilence, ...noticeIdleness })
  await refuseNewer(await migrationsIn(client, schema))
  lockWait?.holds()
}

/** A newer version may have held the lock since this process last did. */
async function migrationsIn(client: pg.ClientBase, schema: string): Promise<readonly string[]> {
  const table = `${quoted(schema)}.kysely_migration`
  const found = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [table])
  if (found.rows[0]?.there !== true) return []
  const { rows } = await client.query<{ name: string }>(`select name from ${table}`)
  return rows.map(({ name }) => name)
}

/** A replica grants locks that exclude no one on the primary. */
async function mustTakeWriting(client: pg.ClientBase, where: string): Promise<void> {
  const { rows } = await client.query<{ follows: boolean }>('select pg_is_in_recovery() as follows')
  if (rows[0]?.follows !== true) return
  throw new RetryError(
    `The database ${where} is a replica, and accepts no writes`,
    {},
    "Give the writer the primary's address; to serve from a replica, run `attribution index serve`.",
  )
}
