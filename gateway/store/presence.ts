import { randomInt } from 'node:crypto'
import type pg from 'pg'
import { backoffMs, pause } from '../../chain/backoff.ts'

/**
 * Who is there: each process holds a lock of its own, which the database releases when it ends, however it ends. What a process had
 * begun and not finished by then is nobody's.
 */
export interface Presence {
  readonly process: number
  leave(): Promise<void>
}

/** An SQL array of the processes that are there; $1 is the schema. */
export const LIVING = `array(
  select objid::bigint::int from pg_locks
  where locktype = 'advisory' and classid = (hashtext($1)::bigint & 4294967295)::oid and objsubid = 2 and granted)`

export async function beThere(connect: () => Promise<pg.Client>, schema: string): Promise<Presence> {
  const process = randomInt(1, 2 ** 31 - 1)
  const leaving = new AbortController()
  let client: pg.Client | undefined
  const enter = async () => {
    const entered = await connect()
    await entered.query('select pg_advisory_lock(hashtext($1), $2)', [schema, process])
    client = entered
    entered.once('end', () => void enterAgain())
  }
  const enterAgain = async () => {
    for (let failures = 1; !leaving.signal.aborted; failures++) {
      await pause(backoffMs(failures), leaving.signal)
      if (leaving.signal.aborted) return
      if (await enter().then(yes, no)) return
    }
  }
  await enter()
  return {
    process,
    leave: async () => {
      leaving.abort()
      await client?.end().catch(() => {})
    },
  }
}

const yes = () => true
const no = () => false
