import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { keccak256 } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from '../../../indexer/commands/export/writeExport.ts'
import { exportHistory } from '../../../indexer/commands/export.ts'
import type { DatabaseLocation } from '../../../indexer/store/database.ts'
import { ask } from '../../support/ask.ts'
import { type Ran, runCommand } from '../../support/commands.ts'
import { indexTo } from '../../support/indexing.ts'
import { runIndexer } from '../../support/process.ts'
import { type Setting, startSetting } from '../../support/setting.ts'

describe('indexer export', () => {
  let setting: Setting
  let database: DatabaseLocation & { readonly kind: 'postgres' }
  let head: bigint

  beforeAll(async () => {
    setting = await startSetting(41)
    await setting.scenario.play(60)
    database = await setting.postgres.newDatabase()
    await (await indexTo(setting.ledger, database, { verify: 'bloom', maxRange: 20 })).closeAtHead()
    head = await setting.ledger.connection.reader.getBlockNumber()
  })
  afterAll(async () => {
    await setting?.stop()
  })

  const out = (name: string) => join(setting.ledger.folder, 'exports', name)
  const run = (name: string, ...more: readonly string[]): Promise<Ran> =>
    runCommand(exportHistory, ['--schema', 'test', '--database', database.url, '--out', out(name), ...more])
  const manifestIn = (name: string): Manifest => JSON.parse(readFileSync(join(out(name), 'manifest.json'), 'utf8'))
  const rowsIn = (name: string, table: string): readonly Readonly<Record<string, unknown>>[] =>
    readFileSync(join(out(name), `${table}.jsonl`), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))

  it('says of every file how many rows it has and what it hashes to, and of the whole what it is of', async () => {
    const { status, out: said, errors } = await run('whole')
    expect([status, errors]).toEqual([0, ''])
    expect(said.trimEnd().split('\n').at(-1)).toMatch(/^Wrote \d+ rows in \d+ files, as of block \d+, into .*whole$/)
    const { files, contracts, ...manifest } = manifestIn('whole')
    const { reader } = setting.ledger.connection
    const [block, genesis] = await Promise.all([reader.getBlock(), reader.getBlock({ blockNumber: 0n })])
    expect(manifest).toEqual({
      deployment: 'test',
      chainId: '31337',
      genesisHash: genesis.hash,
      block: { number: `${head}`, hash: block.hash, timestamp: `${block.timestamp}` },
      isFinal: false,
      verdicts: [{ first: `${setting.ledger.deployment.startBlock}`, last: `${head}`, verdict: 'bloom' }],
      followed: Object.fromEntries(
        Object.keys(contracts)
          .toSorted()
          .map((name) => [name, `${head}`]),
      ),
      format: 'csv',
    })
    expect(readdirSync(out('whole')).toSorted()).toEqual([...files.map(({ file }) => file), 'manifest.json'].toSorted())
    for (const { file, rows, sha256, keccak256: keccak } of files) {
      const content = readFileSync(join(out('whole'), file))
      expect({ file, sha256, keccak }).toEqual({
        file,
        sha256: createHash('sha256').update(content).digest('hex'),
        keccak: keccak256(content),
      })
      expect({ file, rows: content.toString().split('\n').length - 2 }).toEqual({ file, rows })
    }
    expect(files.find(({ table }) => table === 'inference')?.rows).toBeGreaterThan(0)
  })

  it('makes files that COPY reads back into the very same tables', async () => {
    await run('copied')
    const { url } = await setting.postgres.newDatabase()
    const [source, copy] = [database.url, url].map((connectionString) => new pg.Client({ connectionString }))
    if (source === undefined || copy === undefined) throw new Error('Two clients')
    await Promise.all([source.connect(), copy.connect()])
    for (const { table, file, rows } of manifestIn('copied').files) {
      const { rows: columns } = await source.query<{ name: string; type: string }>(
        `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type from pg_attribute a
         where a.attrelid = 'test.${table}'::regclass and a.attnum > 0 order by a.attnum`,
      )
      await copy.query(`create table ${table} (${columns.map(({ name, type }) => `"${name}" ${type}`).join(', ')})`)
      const into = copy.query(copyFrom(`copy ${table} from stdin (format csv, header match)`))
      await pipeline(createReadStream(join(out('copied'), file)), into)
      const digest = (of: string) =>
        `select count(*)::int as rows, md5(string_agg(t::text, ' ' order by t::text collate "C")) as hash from ${of} t`
      const [ours, theirs] = await Promise.all([source.query(digest(`test.${table}`)), copy.query(digest(table))])
      expect({ table, ...theirs.rows[0] }).toEqual({ table, ...ours.rows[0] })
      expect(theirs.rows[0].rows).toBe(rows)
    }
    await Promise.all([source.end(), copy.end()])
  })

  it('says the same as the API as of a block, and nothing of later ones', async () => {
    const block = head - 12n
    await run('earlier', '--format', 'jsonl', '--block', `${block}`)
    const indexer = await indexTo(setting.ledger, database)
    await indexer.atHead()
    const { inferences, accounts } = await ask<{
      inferences: { items: readonly Readonly<Record<string, unknown>>[] }
      accounts: { items: readonly { id: number }[] }
    }>(
      indexer.url,
      `query ($at: AsOfBlock) {
         inferences(limit: 500, block: $at, orderBy: position) { items { batch: batchId position feeGwei recordHash block } }
         accounts(limit: 500, block: $at, orderBy: id) { items { id: accountId } } }`,
      { at: { number: Number(block) } },
    )
    const exported = rowsIn('earlier', 'inference').map((row) => ({
      batch: row.batch,
      position: Number(row.position),
      feeGwei: row.fee_gwei,
      recordHash: row.record_hash,
      block: Number(row.block),
    }))
    expect(exported.length).toBeGreaterThan(0)
    expect(exported.toSorted(inOrder)).toEqual(inferences.items.toSorted(inOrder))
    const opened = rowsIn('earlier', 'account_opened').map(({ account }) => Number(account))
    expect(accounts.items.map(({ id }) => Number(id))).toEqual(opened.toSorted((a, b) => a - b))
    expect(rowsIn('earlier', 'block').at(-1)).toMatchObject({ number: `${block}` })
    await indexer.close()
  })

  it('makes the same files of the same chain, whichever database it comes from', async () => {
    await run('server')
    const folder = join(setting.ledger.folder, 'embedded')
    await (await indexTo(setting.ledger, { kind: 'embedded', folder }, { maxRange: 9 })).closeAtHead()
    const args = ['--schema', 'test', '--database', folder, '--out', out('embedded')]
    expect(await runCommand(exportHistory, args)).toMatchObject({ status: 0, errors: '' })
    expect(manifestIn('embedded').files).toEqual(manifestIn('server').files)
  })

  it('overwrites nothing, and knows what it cannot export', async () => {
    mkdirSync(out('taken'), { recursive: true })
    writeFileSync(join(out('taken'), 'precious'), 'data')
    const refusals: readonly (readonly [string, readonly string[], RegExp])[] = [
      ['taken', [], /taken exists already\. Give the name of a new folder\.$/m],
      [
        'late',
        ['--block', `${head + 1n}`],
        new RegExp(`^Block ${head + 1n} is not in this history \\(first \\d+, newest ${head}\\)`),
      ],
      ['other', ['--schema', 'other'], /^The database serves no history as other \(served test\)/],
    ]
    for (const [name, more, refusal] of refusals) {
      expect(await run(name, ...more)).toEqual({ status: 1, out: '', errors: expect.stringMatching(refusal) })
    }
    expect(readdirSync(out('taken'))).toEqual(['precious'])
    expect(existsSync(out('late'))).toBe(false)
    const nowhere = ['--schema', 'test', '--database', out('nowhere'), '--out', out('nothing')]
    expect((await runCommand(exportHistory, nowhere)).errors).toMatch(/^There is no database in /)
    expect(existsSync(out('nowhere'))).toBe(false)
  })

  it('leaves nothing under its name when it is killed or asked to end half-way', async () => {
    const args = ['export', '--schema', 'test', '--database', database.url, '--out', out('half'), '--format', 'jsonl']
    const killed = runIndexer(args)
    await killed.said(/\.jsonl: \d+ rows/)
    killed.child.kill('SIGKILL')
    expect(await killed.ended).toBe('SIGKILL')
    expect(existsSync(out('half'))).toBe(false)

    const asked = runIndexer(args)
    await asked.said(/\.jsonl: \d+ rows/)
    asked.child.kill('SIGTERM')
    expect(await asked.ended).toBe(130)
    expect(existsSync(out('half'))).toBe(false)
    expect(readdirSync(join(out('half'), '..')).filter((name) => name.startsWith('.half'))).toHaveLength(1)
  })
})

function inOrder(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): number {
  return Number(a.batch) - Number(b.batch) || Number(a.position) - Number(b.position)
}
