import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { newFolder } from '../../test/support/folder.ts'
import { type PostgresServer, startPostgres } from '../../test/support/postgres.ts'

export type Door = DatabaseLocation['kind']

/** A new, empty database for every run, and nothing left of it afterwards that would cost the next one time. */
export interface Databases {
  make(door: Door): Promise<DatabaseLocation>
  drop(location: DatabaseLocation): Promise<void>
  stop(): Promise<void>
}

export async function openDatabases(): Promise<Databases> {
  const folder = newFolder('bench')
  // Durable, as people run it: what is gained by doing without would be nobody's figure.
  const server: PostgresServer = await startPostgres({ durable: true })
  let folders = 0
  return {
    make: async (door) => {
      if (door === 'postgres') return await server.newDatabase()
      folders += 1
      const its = join(folder, `${folders}`)
      mkdirSync(its)
      return { kind: 'embedded', folder: its }
    },
    drop: async (location) => {
      if (location.kind === 'embedded') rmSync(location.folder, { recursive: true, force: true })
      else await dropDatabase(location.url)
    },
    stop: async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function dropDatabase(url: string): Promise<void> {
  const server = new URL(url)
  const name = server.pathname.slice(1)
  server.pathname = '/postgres'
  await withClient(server.href, (client) => client.query(`drop database ${name} with (force)`))
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
