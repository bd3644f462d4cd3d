import type { PostgresServer } from '../../test/support/postgres.ts'
import { install } from '../index/install.ts'
import { PONDER } from '../index/ponder.ts'
import { type Dialect, ours, ponder, postgraphile } from './questions.ts'
import { copyRows, makeRows } from './rows.ts'
import { makePonderTables, POSTGRAPHILE, type Server, servePonder, startOurs, startPostgraphile } from './servers.ts'

/** An API over the rows, in a database of its own on the same server. */
export interface Contender {
  readonly dialect: Dialect
  /** Its name and version. */
  readonly version: string
  start(): Promise<Server>
}

export interface Source {
  readonly url: string
  /** Where the tables are. */
  readonly schema: string
  /** Where the views are that readers use. */
  readonly served: string
}

export function ourselves({ url, served }: Source): Contender {
  return { dialect: ours, version: 'ours', start: () => startOurs({ url, schema: served }) }
}

export async function makePonder(source: Source, postgres: PostgresServer): Promise<Contender> {
  const version = await install(PONDER)
  const { url } = await postgres.newDatabase()
  await makePonderTables(url)
  await copyRows(source, url, 'bench.inference')
  return { dialect: ponder, version, start: () => servePonder(url) }
}

export async function makePostgraphile(source: Source, postgres: PostgresServer): Promise<Contender> {
  const version = await install(POSTGRAPHILE)
  const { url } = await postgres.newDatabase()
  await makeRows(url)
  await copyRows(source, url, 'rows.inference')
  return { dialect: postgraphile, version, start: () => startPostgraphile(url) }
}
