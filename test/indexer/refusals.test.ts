import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { index } from '../../indexer/commands/index.ts'
import { type DatabaseLocation, openDatabase } from '../../indexer/store/database.ts'
import { runCommand } from '../support/commands.ts'
import { startDevNode } from '../support/devNodes.ts'
import { indexTo } from '../support/indexing.ts'
import { inHistory } from '../support/inHistory.ts'
import { freePort, type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { runIndexer } from '../support/process.ts'

describe('the indexer refuses, in one clear sentence and with exit status 1,', () => {
  let ledger: LocalLedger
  let postgres: PostgresServer
  let deployment: string
  let filled: DatabaseLocation

  beforeAll(async () => {
    ;[ledger, postgres] = await Promise.all([startLocalLedger(0), startPostgres()])
    deployment = write('deployment.json', ledger.deployment)
    filled = await postgres.newDatabase()
    await (await indexTo(ledger, filled)).closeAtHead()
  })
  afterAll(async () => {
    await Promise.all([ledger?.stop(), postgres?.stop()])
  })

  function write(name: string, content: object): string {
    const path = join(ledger.folder, name)
    writeFileSync(path, JSON.stringify(content))
    return path
  }

  const given = (options: Readonly<Record<string, string>>): readonly string[] => {
    const { rpcUrl: rpc, folder } = ledger
    const all = { deployment, rpc, port: '0', database: join(folder, 'unused'), ...options }
    return Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])
  }

  async function refusal(options: Readonly<Record<string, string>>): Promise<string> {
    const { status, out, errors } = await runCommand(index, given(options))
    expect(status).toBe(1)
    return onlyLine(out + errors)
  }

  it('a node that does not answer, in a process of its own', async () => {
    const run = runIndexer(given({ rpc: `http://127.0.0.1:${await freePort()}` }))
    expect(await run.ended).toBe(1)
    expect(onlyLine(run.output())).toMatch(/^The node at .* does not answer/)
  })

  it('a node on another chain', async () => {
    const elsewhere = write('elsewhere.json', { ...ledger.deployment, chainId: 1 })
    expect(await refusal({ deployment: elsewhere })).toMatch(/is on another chain .*expected 1, found 31337/)
  })

  it('nodes that speak of different chains', async () => {
    const other = await startDevNode('anvil, of the newest fork')
    const both = `${ledger.rpcUrl},${other.url}`
    expect(await refusal({ rpc: both })).toMatch(/^There is no contract at the address of clock/)
    await other.stop()
  })

  it('a way of verifying that there is not', async () => {
    expect(await refusal({ verify: 'some' })).toMatch(/^--verify is "some". Give one of receipts, bloom, off.$/)
  })

  it('addresses without contracts', async () => {
    const { contracts } = ledger.deployment
    const nowhere = { ...contracts, models: '0x00000000000000000000000000000000000000Aa' }
    const file = write('nowhere.json', { ...ledger.deployment, contracts: nowhere })
    expect(await refusal({ deployment: file })).toMatch(/^There is no contract at the address of models/)
  })

  it('a missing deployment file', async () => {
    expect(await refusal({ deployment: `${ledger.folder}/none.json` })).toMatch(/^There is no deployment at/)
  })

  it('a port that is taken', async () => {
    const taken = createServer()
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, '127.0.0.1', () => {
        const address = taken.address()
        resolve(address !== null && typeof address === 'object' ? address.port : 0)
      }),
    )
    const { url } = await postgres.newDatabase()
    expect(await refusal({ database: url, port: `${port}` })).toMatch(new RegExp(`^Port ${port} is taken`))
    taken.close()
  })

  it('an option that makes no sense', async () => {
    expect(await refusal({ 'max-range': 'many' })).toMatch(/^--max-range is "many"/)
  })

  it('a PostgreSQL server that is not there', async () => {
    const url = `postgres://nobody:secret@127.0.0.1:${await freePort()}/none`
    const sentence = await refusal({ database: url })
    expect(sentence).toMatch(/cannot be opened/)
    expect(sentence).not.toContain('secret')
  })

  it('a lock left behind whose process id now belongs to someone else is no obstacle', async () => {
    const folder = join(ledger.folder, 'reused')
    mkdirSync(folder)
    const stranger = spawn('sleep', ['60'])
    writeFileSync(join(folder, 'writer.lock'), JSON.stringify({ pid: stranger.pid, startedAt: '1' }))
    await (await indexTo(ledger, { kind: 'embedded', folder })).closeAtHead()
    stranger.kill()
  })

  it('a database of a newer schema', async () => {
    const database = await postgres.newDatabase(filled)
    const later = sql`insert into kysely_migration (name, timestamp) values ('9999-later', 'now')`
    await inHistory(database, (db) => later.execute(db))
    expect(await refusal({ database: database.url })).toMatch(/newer schema .*unknown 9999-later/)
  })

  it('a database with the history of another deployment', async () => {
    const database = await postgres.newDatabase(filled)
    const other = write('other.json', { ...ledger.deployment, name: 'other' })
    expect(await refusal({ deployment: other, database: database.url })).toMatch(
      /history of another chain or deployment .*database test, here other/,
    )
  })

  it('a database with the history of another chain under the same name', async () => {
    const database = await postgres.newDatabase(filled)
    const elsewhere = await startLocalLedger(1)
    const deployment = write('again.json', { ...elsewhere.deployment, name: ledger.deployment.name })
    expect(await refusal({ deployment, rpc: elsewhere.rpcUrl, database: database.url })).toMatch(
      /history of another chain or deployment .*genesisHash/,
    )
    await elsewhere.stop()
  })

  it('a database with a history of the first edition', async () => {
    const database = await postgres.newDatabase()
    const connections = await openDatabase(database)
    await sql`create table tab_funded (block int8)`.execute(connections.reader('public'))
    await connections.close()
    expect(await refusal({ database: database.url })).toMatch(/^The database holds a history of the first edition/)
  })

  it('a name for the views that would have to be quoted, or is taken', async () => {
    const { url } = await postgres.newDatabase()
    expect(await refusal({ database: url, schema: 'My Ledger' })).toMatch(/^"My Ledger" cannot be the name/)
    expect(await refusal({ database: url, schema: 'public' })).toMatch(/^"public" cannot be the name/)
  })

  it('a schema that holds other things', async () => {
    const database = await postgres.newDatabase()
    const connections = await openDatabase(database)
    await sql`create schema theirs`.execute(connections.reader('public'))
    await sql`create table theirs.thing (id int)`.execute(connections.reader('public'))
    await connections.close()
    expect(await refusal({ database: database.url, schema: 'theirs' })).toMatch(
      /^The schema theirs is used .*holds thing/,
    )
  })
})

function onlyLine(said: string): string {
  const lines = said.trim().split('\n')
  expect(lines).toHaveLength(1)
  return lines[0] ?? ''
}
