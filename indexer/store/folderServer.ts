import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { backoffMs, pause } from '../../chain/backoff.ts'
import { StopError } from '../../sdk/errors.ts'
import { type Kept, keep } from './keeper.ts'
import { type Binaries, binariesHere } from './postgresBinaries.ts'
import { endPredecessor } from './predecessor.ts'
import { type ServerUser, serverUser } from './serverUser.ts'

/** A PostgreSQL server for the files of one folder, as a child of this process: nobody else's, and gone with it. */
export interface FolderServer {
  readonly url: string
  stop(): Promise<void>
}

/** Where everything is, and whom it belongs to. */
interface Place {
  readonly binaries: Binaries
  readonly data: string
  readonly log: string
  readonly url: string
  readonly user: ServerUser
}

/** A socket's path has room for so many bytes, and this is its name there. */
const LONGEST_PATH = 107
const SOCKET = '.s.PGSQL.5432'

const LINES_TOLD = 3

/** Nobody comes in but by the socket in the data folder, which only its owner may enter. */
const settings = [
  'listen_addresses=',
  // A crash may lose the last fraction of a second, never a part of a transaction; what is lost is indexed again.
  'synchronous_commit=off',
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_connections=40',
  // Containers often give the shared memory of parallel queries little room.
  'max_parallel_workers_per_gather=0',
  'jit=off',
  'log_checkpoints=off',
]

/** Starts the server, and again whenever it breaks down, for want of room on the disk say. */
export async function startFolderServer(folder: string): Promise<FolderServer> {
  const data = join(folder, 'data')
  mustFit(join(data, SOCKET))
  const place: Place = {
    binaries: await binariesHere(),
    data,
    log: join(folder, 'postgres.log'),
    url: `postgres://postgres@localhost/postgres?host=${encodeURIComponent(data)}`,
    user: serverUser(folder, data),
  }
  if (!existsSync(data)) await initialise(place)
  const stopping = new AbortController()
  let server = await start(place, stopping.signal)

  const tend = async () => {
    for (let failures = 0; ; ) {
      await server.ended
      if (stopping.signal.aborted) return
      failures += 1
      await pause(backoffMs(failures), stopping.signal)
      const started = await start(place, stopping.signal).catch(() => undefined)
      if (started === undefined) continue
      server = started
      failures = 0
    }
  }
  const tended = tend()
  return {
    url: place.url,
    stop: async () => {
      stopping.abort()
      await tended
    },
  }
}

async function start({ binaries, data, log, url, user }: Place, stopping: AbortSignal): Promise<Kept> {
  await endPredecessor(data, stopping)
  stopping.throwIfAborted()
  const output = openSync(log, 'a')
  const flags = settings.flatMap((setting) => ['-c', setting])
  const command = [...user.by, binaries.postgres, '-D', data, '-k', data, ...flags]
  const server = keep(command, { output, as: user.as, until: stopping })
  closeSync(output)
  // After a crash it repairs itself first, which takes as long as it takes.
  while (!(await answers(url))) {
    const hasEnded = await Promise.race([server.ended.then(() => true), sleep(25, false)])
    if (hasEnded) throw new Error(lastLines(log))
  }
  return server
}

/** Under another name until it is whole. */
async function initialise({ binaries, data, log, user }: Place): Promise<void> {
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
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LINES_TOLD).join(' ')
}

function mustFit(socket: string): void {
  const bytes = Buffer.byteLength(socket)
  if (bytes <= LONGEST_PATH) return
  throw new StopError(
    'The path of the database’s folder is too long for a socket in it',
    { socket, bytes, most: LONGEST_PATH },
    'Give --database a shorter one.',
  )
}
