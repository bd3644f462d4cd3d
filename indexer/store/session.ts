import type pg from 'pg'
import { quoted } from './history.ts'

/**
 * What this program depends on, whatever the server, the database or the role has as its default.
 * Statements end by themselves, and are not cut off: a backfill copies for as long as it takes.
 */
const settings: Readonly<Record<string, string>> = {
  bytea_output: 'hex',
  client_encoding: 'UTF8',
  timezone: 'UTC',
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  statement_timeout: '0',
  lock_timeout: '0',
  transaction_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
}

/** Set on the connection and not in the URL, so that it works through PgBouncer too. */
export async function beginSession(client: pg.ClientBase, schema: string): Promise<void> {
  await setWhereKnown(client, { ...settings, search_path: quoted(schema) })
}

/** Sets the settings that this server has: PostgreSQL-compatible servers may lack some. */
export async function setWhereKnown(client: pg.ClientBase, wanted: Readonly<Record<string, string>>): Promise<void> {
  await client.query(
    `select set_config(s.name, s.wanted, false)
     from unnest($1::text[], $2::text[]) s (name, wanted) join pg_settings known on lower(known.name) = s.name`,
    [Object.keys(wanted), Object.values(wanted)],
  )
}
