import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { backoffMs, pause } from '../chain/backoff.ts'
import { StopError } from '../sdk/errors.ts'
import { type ChildProcess, startChild } from './childProcess.ts'
import { endOrphanedServer } from './orphanedServer.ts'
import { type Binaries, binariesHere } from './postgresBinaries.ts'
import { type ServerUser, serverUser } from './serverUser.ts'

/**
 * A PostgreSQL server for one folder, as a child of this process: private to it, and ended with it.
 */
export interface FolderServer {
  readonly url: string
  stop(): Promise<void>
}

/** The server's programs, files and user. */
interface Installation {
  readonly binaries: Binaries
  readonly data: string
  readonly log: string
  readonly url: string
  readonly user: ServerUser
}

/** The limit of a socket's path in bytes, and the socket's name in it. */
const LONGEST_PATH = 107
const SOCKET = '.s.PGSQL.5432'

const LINES_SHOWN = 3

/** It listens only on a socket in the data folder, which only its owner may enter. */
const settings = [
  'listen_addresses=',
  // A crash may lose the last transactions, never a part of one. They are indexed again.
  'synchronous_commit=off',
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_connections=100',
  // Containers often have little shared memory for parallel queries.
  'max_parallel_workers_per_gather=0',
  'jit=off',
  'log_checkpoints=off',
]

/** Starts the server, and restarts it whenever it fails, as on a full disk. */
export async function startFolderServer(folder: string): Promise<FolderServer> {
  const data = join(folder, 'data')
  mustFit(join(data, SOCKET))
  const installation: Installation = {
    binaries: await binariesHere(),
    data,
    log: join(folder, 'postgres.log'),
    url: `postgres://postgres@localhost/postgres?host=${encodeURIComponent(data)}`,
    user: serverUser(folder, data),
  }
  if (!existsSync(data)) await initialise(installation)
  const stopping = new AbortController()
  let server = await start(installation, stopping.signal)

  const supervise = async () => {
    for (let failures = 0; ; ) {
      await server.ended
      if (stopping.signal.aborted) return
      failures += 1
      await pause(backoffMs(failures), stopping.signal)
      const started = await start(installation, stopping.signal).catch(() => undefined)
      if (started === undefined) continue
      server = started
      failures = 0
    }
  }
  const supervised = supervise()
  return {
    url: installation.url,
    stop: async () => {
      stopping.abort()
      await supervised
    },
  }
}

async function start({ binaries, data, log, url, user }: Installation, stopping: AbortSignal): Promise<ChildProcess> {
  await endOrphanedServer(data, stopping)
  stopping.throwIfAborted()
  const output = openSync(log, 'a')
  const flags = settings.flatMap((setting) => ['-c', setting])
  const command = [...user.by, binaries.postgres, '-D', data, '-k', data, ...flags]
  const server = startChild(command, { output, as: user.as, until: stopping })
  closeSync(output)
  // After a crash it recovers first, for any length of time.
  while (!(await answers(url))) {
    const hasEnded = await Promise.race([server.ended.then(() => true), sleep(25, false)])
    if (hasEnded) throw new Error(lastLines(log))
  }
  return server
}

/** Creates the files under a draft name, and renames them once complete. */
async function initialise({ binaries, data, log, user }: Installation): Promise<void> {
  const draft = `${data}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  if (user.as !== undefined) chownSync(draft, user.as.uid, user.as.gid)
  const options = ['-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8']
  const output = openSync(log, 'a')
  const [program = '', ...args] = [...user.by, binaries.initdb, '-D', draft, ...options]
  const child = spawn(program, args, { ...user.as, stdio: ['ignore', output, output] })
  closeSync(output)
  const [status] = await once(child, 'exit')
  if (status !== 0) throw new Error(lastLines(log))
  renameSync(draft, data)
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

function lastLines(log: string): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LINES_SHOWN).join(' ')
}

function mustFit(socket: string): void {
  const bytes = Buffer.byteLength(socket)
  if (bytes <= LONGEST_PATH) return
  throw new StopError(
    'The path of the database folder is too long for a socket in it',
    { socket, bytes, most: LONGEST_PATH },
    'Give --database a shorter path.',
  )
}
