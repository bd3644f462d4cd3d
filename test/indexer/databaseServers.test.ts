import { chmodSync, chownSync, copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startReader } from '../../indexer/startReader.ts'
import { historyOf } from '../../indexer/store/history.ts'
import { openPostgres } from '../../indexer/store/postgres.ts'
import { openStore } from '../../indexer/store/store.ts'
import { startFolderServer } from '../../postgres/folderServer.ts'
import { explain, isExplained } from '../../sdk/errors.ts'
import { newFolder } from '../support/folder.ts'
import { identity } from '../support/identity.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { startTransactionPooler } from '../support/transactionPooler.ts'

const TLS = 'test/fixtures/tls'

describe('a PostgreSQL server', () => {
  let postgres: PostgresServer
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(async () => {
    await postgres?.stop()
  })

  async function run(url: string, ...statements: readonly string[]): Promise<void> {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    for (const statement of statements) await client.query(statement)
    await client.end()
  }

  /** What is said of a database that is opened, and written if `write`. */
  async function refusal(url: string, write = false): Promise<string> {
    try {
      const connections = await openPostgres(url)
      try {
        if (write) await (await openStore(connections, identity)).close()
        return 'opened'
      } finally {
        await connections.close()
      }
    } catch (error) {
      if (isExplained(error)) return explain(error)
      throw error
    }
  }

  const as = (url: string, user: string, password = user): string => {
    const other = new URL(url)
    other.username = user
    other.password = password
    return other.href
  }

  it('of any defaults is read and written alike', async () => {
    const { url } = await postgres.newDatabase()
    const name = new URL(url).pathname.slice(1)
    const hostile = {
      bytea_output: 'escape',
      timezone: 'Asia/Kathmandu',
      datestyle: 'SQL, DMY',
      intervalstyle: 'sql_standard',
      extra_float_digits: '-15',
      standard_conforming_strings: 'off',
      default_transaction_isolation: 'serializable',
      default_transaction_deferrable: 'on',
      statement_timeout: '400ms',
      lock_timeout: '400ms',
      idle_in_transaction_session_timeout: '400ms',
      idle_session_timeout: '400ms',
      client_encoding: 'LATIN1',
      search_path: 'nowhere',
    }
    const set = Object.entries(hostile).map(([setting, value]) => `alter database ${name} set ${setting} to '${value}'`)
    await run(url, ...set)
    const connections = await openPostgres(url)
    try {
      const { write, read } = await openStore(connections, identity)
      for (const db of [write, read]) {
        const { rows } = await sql<{ bytes: string; at: string; text: string }>`
          select '\\x00ff5c'::bytea as bytes, '2026-11-30 12:00+00'::timestamptz::text as at, 'a\\b' as text,
            pg_sleep(0.6)::text as slept`.execute(db)
        expect(rows[0]).toMatchObject({ bytes: '0x00ff5c', at: '2026-11-30 12:00:00+00', text: 'a\\b' })
        expect(await db.selectFrom('identity').selectAll().executeTakeFirst()).toEqual(identity)
      }
    } finally {
      await connections.close()
    }
  })

  it('is refused with a database of another encoding', async () => {
    const { url } = await postgres.newDatabase()
    await run(url, `create database latin encoding 'LATIN1' locale_provider libc locale 'C' template template0`)
    const latin = new URL(url)
    latin.pathname = '/latin'
    expect(await refusal(latin.href)).toBe(
      `The database 127.0.0.1:${postgres.port}/latin stores text as LATIN1, and not as UTF8. An encoding cannot be changed: create another database, by: create database "latin_utf8" encoding 'UTF8' template template0.`,
    )
  })

  it('is refused with a database that is not there, and with users and passwords that it does not know', async () => {
    const { url } = await postgres.newDatabase()
    const nowhere = new URL(url)
    nowhere.pathname = '/nowhere'
    expect(await refusal(nowhere.href)).toMatch(/\/nowhere does not exist.* Create it: create database "nowhere"/)
    for (const stranger of [as(url, 'alibaba', 'sesame'), as(url, 'indexer', 'sesame')]) {
      const said = await refusal(stranger)
      expect(said).toMatch(/refuses the user and password of its URL/)
      expect(said).not.toMatch(/alibaba|sesame|"indexer"/)
    }
    expect(await refusal(as(url, 'indexer', ''))).toMatch(/wants a password, and its URL has none/)
  })

  it('is refused where the user lacks rights, before anything is written', async () => {
    const { url } = await postgres.newDatabase()
    const name = new URL(url).pathname.slice(1)
    await run(url, `create role plain login password 'plain'`, `create role reader login password 'reader'`)
    expect(await refusal(as(url, 'plain'), true)).toBe(
      `The URL's user may not create schemas in the database 127.0.0.1:${postgres.port}/${name}. Let the owner run: grant create on database "${name}" to that user.`,
    )
    await run(url, `alter role plain set default_transaction_read_only to on`)
    expect(await refusal(as(url, 'plain'), true)).toMatch(
      /takes? no writes: default_transaction_read_only is on\. Set it off/,
    )
    await run(url, 'alter role plain reset all', `grant create on database ${name} to plain`)
    expect(await refusal(as(url, 'plain'), true)).toBe('opened')
    await run(url, `alter role reader in database ${name} reset all`, `grant create on database ${name} to reader`)
    expect(await refusal(as(url, 'reader'), true)).toMatch(
      /^The schema history_[0-9a-f]+ in .* belongs to another user/,
    )

    const read = () =>
      startReader({
        database: { kind: 'postgres', url: as(url, 'reader') },
        schema: 'nowhere',
        host: '127.0.0.1',
        port: 0,
      })
    const history = historyOf(identity).schema
    for (const schema of ['nowhere', history]) {
      await expect(read()).rejects.toThrow(`The URL's user may not read the schema ${schema}`)
      await run(url, `grant usage on schema ${schema} to reader`)
      await run(url, `grant select on all tables in schema ${schema} to reader`)
    }
    await (await read()).close()
  })

  it('encrypts where its URL says so, and says what to write where it does not match', async () => {
    const { url } = await postgres.newDatabase()
    expect(await refusal(`${url}?sslmode=require`)).toMatch(/does not encrypt connections.* \?sslmode=disable/)
    const { uid, gid } = statSync(postgres.dataFolder)
    for (const file of ['server.crt', 'server.key']) {
      const to = join(postgres.dataFolder, file)
      copyFileSync(`${TLS}/${file}`, to)
      chownSync(to, uid, gid)
      // A checkout is readable to all, and PostgreSQL takes no such key.
      chmodSync(to, 0o600)
    }
    const hba = join(postgres.dataFolder, 'pg_hba.conf')
    const before = readFileSync(hba, 'utf8')
    writeFileSync(hba, before.replaceAll(/^host /gm, 'hostssl '))
    await run(url, 'alter system set ssl to on', 'select pg_reload_conf()')
    await vi.waitFor(() => run(`${url}?sslmode=no-verify`, 'select 1'), { timeout: 20_000, interval: 100 })
    await vi.waitFor(() => expect(run(url, 'select 1')).rejects.toThrow('no encryption'), {
      timeout: 20_000,
      interval: 100,
    })
    try {
      const expected = {
        '': /takes encrypted connections only.* Add \?sslmode=verify-full/,
        '?sslmode=disable': /takes encrypted connections only/,
        '?sslmode=require': /^opened$/,
        '?sslmode=prefer': /^opened$/,
        '?sslmode=verify-full': /shows a certificate that is not trusted.* &sslrootcert=<file of its authority>/,
        '?sslmode=verify-full&sslrootcert=system': /shows a certificate that is not trusted/,
        [`?sslmode=verify-full&sslrootcert=${TLS}/server.crt`]: /^opened$/,
        [`?sslmode=verify-ca&sslrootcert=${TLS}/server.crt`]: /^opened$/,
      }
      for (const [options, said] of Object.entries(expected)) expect(await refusal(`${url}${options}`)).toMatch(said)
    } finally {
      writeFileSync(hba, before)
      await run(`${url}?sslmode=no-verify`, 'alter system reset ssl', 'select pg_reload_conf()')
    }
  })

  it('is refused behind a pooler of transactions, with any number of sessions', async () => {
    const folder = newFolder('pooled')
    const server = await startFolderServer(folder)
    try {
      for (const sessions of [1, 2, 5]) {
        const pooler = await startTransactionPooler(join(folder, 'data', '.s.PGSQL.5432'), sessions)
        await expect(openPostgres(pooler.url)).rejects.toMatchObject({
          message: expect.stringMatching(/ is behind a pooler that gives sessions away between transactions$/),
          remedy: expect.stringContaining('pool_mode = session'),
        })
        await pooler.stop()
      }
    } finally {
      await server.stop()
      rmSync(folder, { recursive: true })
    }
  })
})
