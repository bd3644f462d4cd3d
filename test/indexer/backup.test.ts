import { type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, globSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DatabaseLocation, openDatabase } from '../../indexer/store/database.ts'
import { historiesIn, prunable, prune } from '../../indexer/store/histories.ts'
import { HISTORY_VERSION } from '../../indexer/store/history.ts'
import { digestOf } from '../support/digest.ts'
import { indexTo } from '../support/indexing.ts'
import { freePort } from '../support/localLedger.ts'
import { type Setting, startSetting } from '../support/setting.ts'

/** PostgreSQL as Debian installs it, with the programs that no package of npm has. */
const INSTALLED = globSync('/usr/lib/postgresql/*/bin/pg_dump')
  .map((program) => ({ bin: dirname(program), major: Number(program.split('/')[4]) }))
  .filter(({ major }) => major >= 14)
  .toSorted((a, b) => a.major - b.major)[0]

const AS = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

async function run(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options })
  const [status] = await once(child, 'exit')
  expect([program, status]).toEqual([program, 0])
}

describe('a backup', () => {
  let setting: Setting
  beforeAll(async () => {
    setting = await startSetting(63)
    await setting.scenario.play(20)
  })
  afterAll(async () => {
    await setting?.stop()
  })

  /** A server of an older PostgreSQL than the project's own, where one is installed; else one like it. */
  async function olderServer(): Promise<{
    readonly location: DatabaseLocation & { kind: 'postgres' }
    stop(): Promise<void>
  }> {
    if (INSTALLED === undefined) return { location: await setting.postgres.newDatabase(), stop: async () => {} }
    const folder = join(setting.ledger.folder, 'older')
    mkdirSync(folder)
    if (AS.uid !== undefined) chownSync(folder, AS.uid, AS.gid)
    chmodSync(setting.ledger.folder, 0o755)
    const options = { ...AS, cwd: folder }
    const { bin } = INSTALLED
    await run(
      `${bin}/initdb`,
      ['-D', `${folder}/data`, '-U', 'indexer', '-E', 'UTF8', '--locale=C', '--no-sync'],
      options,
    )
    const port = await freePort()
    const flags = [
      '-D',
      `${folder}/data`,
      '-p',
      `${port}`,
      '-k',
      folder,
      '-c',
      'fsync=off',
      '-c',
      'listen_addresses=127.0.0.1',
    ]
    const server = spawn(`${bin}/postgres`, flags, { ...options, stdio: 'ignore' })
    const url = `postgres://indexer@127.0.0.1:${port}/postgres`
    for (;;) {
      const client = new pg.Client({ connectionString: url })
      const isUp = await client.connect().then(
        () => true,
        () => false,
      )
      await client.end().catch(() => {})
      if (isUp) break
    }
    const stop = async () => {
      server.kill('SIGINT')
      await once(server, 'exit')
    }
    return { location: { kind: 'postgres', url }, stop }
  }

  async function copy(from: string, to: string): Promise<void> {
    if (INSTALLED === undefined) {
      // CREATE DATABASE copies all files of another, as a cold backup does.
      const [source, target] = [new URL(from), new URL(to)].map(({ pathname }) => pathname.slice(1))
      const client = new pg.Client({ connectionString: from.replace(/[^/]*$/, 'postgres') })
      await client.connect()
      await client.query(`drop database ${target}`)
      await client.query(`create database ${target} template ${source}`)
      await client.end()
      return
    }
    const file = join(setting.ledger.folder, 'backup.dump')
    await run(`${INSTALLED.bin}/pg_dump`, ['--format=custom', `--file=${file}`, from])
    await run(`${INSTALLED.bin}/pg_restore`, ['--no-owner', '--exit-on-error', `--dbname=${to}`, file])
  }

  it('of a server is restored into a newer one, served, and followed by the history of a newer version', async () => {
    const { ledger, scenario, postgres } = setting
    const older = await olderServer()
    const before = await indexTo(ledger, older.location, { historyVersion: HISTORY_VERSION - 1 })
    await before.closeAtHead()
    const kept = await digestOf(older.location)
    const restored = await postgres.newDatabase()
    await copy(older.location.url, restored.url)
    await older.stop()
    expect(await digestOf(restored)).toEqual(kept)

    await scenario.play(5)
    const same = await indexTo(ledger, restored, { historyVersion: HISTORY_VERSION - 1 })
    await same.closeAtHead()
    const fresh = await postgres.newDatabase()
    await (await indexTo(ledger, fresh)).closeAtHead()
    expect(await digestOf(restored)).toEqual(await digestOf(fresh))

    const newer = await indexTo(ledger, restored)
    await newer.ready
    await newer.closeAtHead()
    const connections = await openDatabase(restored)
    try {
      const [old, ...others] = await prunable(connections, () => Date.now() + 120_000)
      expect([old?.servedAs, others]).toEqual([[], []])
      if (old !== undefined) expect(await prune(connections, old)).toBe(true)
      expect((await historiesIn(connections.reader('public'))).map(({ servedAs }) => servedAs)).toEqual([['test']])
    } finally {
      await connections.close()
    }
    expect(await digestOf(restored)).toEqual(await digestOf(fresh))
  })

  it('of a folder is a copy of it, made while nothing runs in it', async () => {
    const { ledger, scenario, postgres } = setting
    const folder = join(ledger.folder, 'embedded')
    const backup = join(ledger.folder, 'embedded.backup')
    await (await indexTo(ledger, { kind: 'embedded', folder })).closeAtHead()
    await run('cp', ['-a', folder, backup])
    const kept = await digestOf({ kind: 'embedded', folder })
    await scenario.play(5)
    await (await indexTo(ledger, { kind: 'embedded', folder })).closeAtHead()
    expect(await digestOf({ kind: 'embedded', folder: backup })).toEqual(kept)
    await (await indexTo(ledger, { kind: 'embedded', folder: backup })).closeAtHead()
    const fresh = await postgres.newDatabase()
    await (await indexTo(ledger, fresh)).closeAtHead()
    expect(await digestOf({ kind: 'embedded', folder: backup })).toEqual(await digestOf(fresh))
  })
})
