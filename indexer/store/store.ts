import { type Kysely, sql } from 'kysely'
import type { Identity } from '../../chain/node/identity.ts'
import { StopError } from '../../sdk/errors.ts'
import { type Catalogue, readCatalogue } from './catalogue.ts'
import type { Connections, LockWait, Writer } from './connections.ts'
import { deferIndexes } from './deferredIndexes.ts'
import { type History, historyOf, mustBePlain, schemaOf } from './history.ts'
import { claimIdentity } from './identity.ts'
import { migrate } from './migrate.ts'
import type { Database } from './schema.ts'
import { mustBeOurs, servedIn, serveHistory } from './views.ts'

/**
 * An open history of one deployment on one chain, with the newest tables. Only this process writes
 * it.
 */
export interface Store extends Writer {
  readonly history: History
  /** The schema of views that readers use. */
  readonly schema: string
  /** The same history through other connections. */
  readonly read: Kysely<Database>
  readonly catalogue: Catalogue
}

export interface StoreOptions {
  /** The schema of views; by default named after the deployment. */
  readonly schema?: string | undefined
  /** The history's version; by default this indexer's own. */
  readonly version?: number | undefined
  readonly lockWait?: LockWait | undefined
}

/**
 * Creates missing tables and views. Waits while another process writes the history; throws without
 * `lockWait`.
 */
export async function openStore(
  connections: Connections,
  identity: Identity,
  options: StoreOptions = {},
): Promise<Store> {
  const schema = options.schema ?? schemaOf(identity.deployment)
  mustBePlain(schema)
  const history = historyOf(identity, options.version)
  const writer = await connections.writer(history, options.lockWait)
  try {
    await refuseFirstEdition(writer.write)
    await mustBeOurs(writer.write, schema, identity)
    await migrate(writer.write, history.schema)
    const catalogue = await readCatalogue(writer.write)
    await claimIdentity(writer.write, catalogue, identity)
    await deferIndexes(writer.write)
    const served = await servedIn(writer.write, schema)
    // A version newer than the served one must be filled first.
    if (served === undefined || served.history === history.schema) await serveHistory(writer.write, history, schema)
    return { ...writer, history, schema, catalogue, read: connections.reader(history.schema) }
  } catch (error) {
    await writer.close()
    throw error
  }
}

/**
 * Throws on a database of the first edition, whose contracts were others. Its tables are left
 * untouched.
 */
export async function refuseFirstEdition(db: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{ schema: string }>`
    select n.nspname as schema from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relname = 'tab_funded' and c.relkind = 'r' and (n.nspname = 'public' or n.nspname ~ '^history_[0-9a-f]{12}$')
    order by 1 limit 1`.execute(db)
  const [found] = rows
  if (found === undefined) return
  throw new StopError(
    'The database holds a history of the first edition of the ledger, which this indexer does not read',
    { schema: found.schema },
    'Index again into a new database or folder; the old one is untouched.',
  )
}
