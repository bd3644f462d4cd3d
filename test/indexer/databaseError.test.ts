import { execFileSync } from 'node:child_process'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { cursorsOf, setCursor } from '../../indexer/store/cursors.ts'
import { openDatabase } from '../../indexer/store/database.ts'
import { databaseError } from '../../indexer/store/databaseError.ts'
import { openStore } from '../../indexer/store/store.ts'
import { RetryError, StopError } from '../../sdk/errors.ts'
import { newFolder } from '../support/folder.ts'
import { identity } from '../support/identity.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'

describe('a failure of the database', () => {
  let postgres: PostgresServer
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(async () => {
    await postgres?.stop()
  })

  const failureOf = async (statement: string, url?: string): Promise<unknown> => {
    const client = new pg.Client({ connectionString: url ?? (await postgres.newDatabase()).url })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.query(statement)
      return undefined
    } catch (error) {
      return databaseError(error)
    } finally {
      await client.end().catch(() => {})
    }
  }

  it('that passes is to be tried again, and says what it is', async () => {
    const passing = [
      [
        await failureOf('begin read only; create table t ()'),
        'The database takes no writes: it is a read replica, or has become one',
      ],
      [await failureOf('select pg_terminate_backend(pg_backend_pid())'), 'The database is shutting down or starting'],
      [await failureOf('select 1', 'postgres://nobody@127.0.0.1:1/none'), 'The database does not answer'],
      [
        databaseError(Object.assign(new Error('could not extend file'), { code: '53100' })),
        'The disk of the database is full',
      ],
      [databaseError(new Error('Connection terminated unexpectedly')), 'The database does not answer'],
      [
        databaseError(Object.assign(new Error('idle-in-transaction timeout'), { code: '25P03' })),
        'The database does not answer',
      ],
    ] as const
    for (const [error, what] of passing) {
      expect(error).toBeInstanceOf(RetryError)
      expect(error).toMatchObject({ message: what })
    }
  })

  it('that waiting does not cure stops, and says what to do', async () => {
    const { url } = await postgres.newDatabase()
    const stranger = new URL(url)
    stranger.password = 'wrong'
    const error = await failureOf('select 1', stranger.href)
    expect(error).toBeInstanceOf(StopError)
    expect(error).toMatchObject({ message: 'The database refuses the user that the URL names' })
  })

  it('that is none of ours is left as it is', async () => {
    expect(await failureOf('select 1/0')).toMatchObject({ code: '22012' })
  })

  it.skipIf(process.getuid?.() !== 0)(
    'by a full disk stores nothing, embedded too, and goes on when there is room',
    async () => {
      const folder = newFolder('small-disk')
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=192m', 'tmpfs', folder])
      const connections = await openDatabase({ kind: 'embedded', folder: join(folder, 'database') })
      try {
        const { write } = await openStore(connections, identity)
        const { bavail, bsize } = statfsSync(folder)
        const ballast = join(folder, 'ballast')
        writeFileSync(ballast, Buffer.alloc(bavail * bsize - (4 << 20)))
        const store = (bytes: number) =>
          write
            .transaction()
            .execute(async (tx) => {
              await setCursor(tx, 'openToken', 7n)
              await sql`create table ballast as select gen_random_uuid() from generate_series(1, ${bytes / 64})`.execute(
                tx,
              )
            })
            .catch((error) => databaseError(error))
        // Where not even its log can grow, the server breaks down, and is started again.
        expect(await store(64 << 20)).toMatchObject({
          message: expect.stringMatching(/The disk of the database is full|The database does not answer/),
        })
        expect(await store(64 << 20)).toBeInstanceOf(RetryError)
        rmSync(ballast)
        await vi.waitFor(async () => expect(await store(64)).toBeUndefined(), 20_000)
        expect(await cursorsOf(write)).toEqual(new Map([['openToken', 7n]]))
      } finally {
        await connections.close()
        execFileSync('umount', [folder])
        rmSync(folder, { recursive: true })
      }
    },
  )
})
