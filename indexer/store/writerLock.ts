import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { RetryError } from '../../sdk/errors.ts'
import type { Patience } from './doors.ts'
import type { History } from './history.ts'

const LOOK_EVERY_MS = 500

/**
 * The server ends a session, and gives up its lock, when the machine at the other end has been silent for 3 + 3 seconds, be
 * it in the middle of a statement.
 */
const noticeSilence = {
  tcp_keepalives_idle: '3',
  tcp_keepalives_interval: '1',
  tcp_keepalives_count: '3',
  tcp_user_timeout: '5000',
  client_connection_check_interval: '2000',
}

/** One who follows the chain writes a status each second: where even that stays away, the process hangs. */
const noticeIdleness = { idle_session_timeout: '7000', idle_in_transaction_session_timeout: '7000' }

/** Takes the lock of a history's one writer for as long as the connection lives. */
export async function takeLock(
  client: pg.ClientBase,
  { lockKey }: History,
  where: string,
  patience: Patience | undefined,
): Promise<void> {
  let isWaiting = false
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [lockKey])
    if (rows[0]?.locked === true) break
    if (patience === undefined) {
      throw new RetryError(
        `Another indexer is writing to ${where}`,
        {},
        'Stop that one, or give this one another database.',
      )
    }
    if (patience.signal.aborted)
      throw new RetryError('Waiting for the database’s lock was given up', {}, 'Start again.')
    if (!isWaiting) patience.waits(`another connection to ${where}`)
    isWaiting = true
    // A blocking call would keep the server from cleaning up for as long as it waits.
    await sleep(LOOK_EVERY_MS, undefined, { signal: patience.signal }).catch(() => {})
  }
  await setWhereKnown(client, patience === undefined ? noticeSilence : { ...noticeSilence, ...noticeIdleness })
  patience?.holds()
}

/** Not every server of PostgreSQL's kind has all of them. */
async function setWhereKnown(client: pg.ClientBase, settings: Readonly<Record<string, string>>): Promise<void> {
  await client.query(
    `select set_config(name, wanted, false) from unnest($1::text[], $2::text[]) s (name, wanted) join pg_settings using (name)`,
    [Object.keys(settings), Object.values(settings)],
  )
}
