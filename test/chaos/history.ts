import { resolve } from 'node:path'
import { CamelCasePlugin, Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import type { Database } from '../../indexer/store/schema.ts'
import { parsers } from '../../indexer/store/types.ts'
import { startFolderServer } from '../../postgres/folderServer.ts'

/** A stored history, read past the indexer that may be writing to it: by its tables, not by what the indexer says of them. */
export interface History {
  readonly db: Kysely<Database>
  close(): Promise<void>
}

/** An embedded history can be read while no indexer has it open, for it belongs to one process. */
export async function openHistory(location: DatabaseLocation): Promise<History> {
  const server = location.kind === 'embedded' ? await startFolderServer(resolve(location.folder)) : undefined
  const url = location.kind === 'embedded' ? server?.url : location.url
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: poolOf(url ?? '') }),
    plugins: [new CamelCasePlugin()],
  })
  const { rows } = await sql<{ name: string }>`
    select nspname as name from pg_namespace where nspname like 'history\\_%' order by oid desc`.execute(db)
  // Histories have a schema each, and a database of these tests has one.
  await sql`select set_config('search_path', ${rows[0]?.name ?? 'public'}, false)`.execute(db)
  const close = async () => {
    await db.destroy()
    await server?.stop()
  }
  return { db, close }
}

/** One connection, so that what is set on it holds for every statement. */
function poolOf(connectionString: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: 1,
    idleTimeoutMillis: 0,
    types: { getTypeParser: (oid, format) => parsers[oid] ?? pg.types.getTypeParser(oid, format) },
  })
  pool.on('error', () => {})
  return pool
}
