import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verify } from '../../../indexer/commands/verify.ts'
import type { DatabaseLocation } from '../../../indexer/store/database.ts'
import type { Database } from '../../../indexer/store/schema.ts'
import { type Ran, runCommand } from '../../support/commands.ts'
import { deploymentFileOf } from '../../support/deploymentFile.ts'
import { type Digest, digestOf } from '../../support/digest.ts'
import { indexTo } from '../../support/indexing.ts'
import { inHistory } from '../../support/inHistory.ts'
import { liesAboutHashes } from '../../support/lies.ts'
import { startLyingNode } from '../../support/lyingNode.ts'
import { type Setting, startSetting } from '../../support/setting.ts'

/** Something that went wrong with a database, and what is said of it. */
interface Corruption {
  readonly by: (db: Kysely<Database>) => Promise<unknown>
  readonly found: RegExp
}

const HASH = `decode(repeat('ab', 32), 'hex')`

const corruptions: Readonly<Record<string, Corruption>> = {
  'a missing row': {
    by: (db) => sql`delete from channel_funded where block = (select min(block) from channel_funded)`.execute(db),
    found: /^Block \d+: channel_funded \(log_index \d+\) is missing$/,
  },
  'an altered amount': {
    by: (db) =>
      sql`update account_opened set account = account + 1000 where block = (select max(block) from account_opened)`.execute(
        db,
      ),
    found: /^Block \d+: account_opened \(log_index \d+\) is altered: account 10\d\d, on the chain \d+$/,
  },
  'an invented row': {
    by: (db) =>
      sql`insert into channel_funded select block, log_index + 900, transaction_hash, channel, funder, amount_gwei, deposit_gwei
          from channel_funded where block = (select max(block) from channel_funded)`.execute(db),
    found: /^Block \d+: channel_funded \(log_index 9\d\d\) is not on the chain$/,
  },
  'a missing block': {
    by: (db) => sql`delete from block where number = (select max(number) - 20 from block)`.execute(db),
    found: /^Block \d+: block is missing$/,
  },
  'a wrong block hash': {
    by: (db) =>
      sql`update block set hash = ${sql.raw(HASH)} where number = (select max(number) - 30 from block)`.execute(db),
    found: /^Block \d+: block is altered: hash 0x(ab){32}, on the chain 0x[0-9a-f]{64}$/,
  },
  'a wrong journal': {
    by: (db) =>
      sql`update journal_move set slot = ${sql.raw(HASH)} where contract = 'datasets'
          and block = (select min(block) from journal_move where contract = 'datasets')`.execute(db),
    found: /^Block \d+: journal_move \(contract datasets\) is altered: slot 0x(ab){32}, on the chain 0x[0-9a-f]{64}$/,
  },
  'a row that was moved to another block': {
    by: (db) =>
      sql`update trained_on set block = block + 1 where block = (select min(block) from trained_on)`.execute(db),
    found:
      /^Block \d+: trained_on \(model \d+, version \d+\) is (missing|not on the chain|altered: block \d+, on the chain \d+)$/,
  },
  'a wrong total': {
    by: (db) =>
      sql`update account_total set claimed_gwei = claimed_gwei + 1 where (account, block) = (select account, min(block) from account_total
          group by account order by account limit 1)`.execute(db),
    found: /^Block \d+: account_total \(account \d+\) is altered: claimed_gwei \d+, on the chain \d+$/,
  },
  'a row above the newest block': {
    by: (db) =>
      sql`insert into operator_set select block + 100000, log_index, transaction_hash, model, operator, allowed, until from operator_set limit 1`.execute(
        db,
      ),
    found: /^Block 10\d\d\d\d: operator_set \(log_index \d+\) is not on the chain$/,
  },
}

/** To read a whole history and to repair it takes seconds; those of three tables are told apart all the same. */
const THREE_BY_THREE = [
  ['a missing row', 'an altered amount', 'a missing block'],
  ['an invented row', 'a wrong block hash', 'a row that was moved to another block'],
  ['a wrong journal', 'a wrong total', 'a row above the newest block'],
] as const

describe('indexer verify', () => {
  let setting: Setting
  let args: readonly string[]
  let original: DatabaseLocation
  let whole: Digest

  beforeAll(async () => {
    setting = await startSetting(31)
    await setting.scenario.play(40)
    args = ['--deployment', deploymentFileOf(setting.ledger), '--rpc', setting.ledger.rpcUrl, '--max-range', '30']
    original = await indexed()
    whole = await digestOf(original)
  })
  afterAll(async () => {
    await setting?.stop()
  })

  async function indexed(options = {}): Promise<DatabaseLocation & { readonly kind: 'postgres' }> {
    const database = await setting.postgres.newDatabase()
    await (await indexTo(setting.ledger, database, options)).closeAtHead()
    return database
  }
  const run = (where: string, ...more: readonly string[]): Promise<Ran> =>
    runCommand(verify, [...args, '--database', where, ...more])
  const linesOf = ({ out }: Ran) => out.trimEnd().split('\n')

  it('finds nothing wrong with a history that is right, and says how far it looked', async () => {
    const { url } = await setting.postgres.newDatabase(original)
    const head = await setting.ledger.connection.reader.getBlockNumber()
    const { status, out, errors } = await run(url)
    expect([status, errors]).toEqual([0, ''])
    expect(out).toMatch(
      new RegExp(
        `Verified blocks ${setting.ledger.deployment.startBlock} to ${head}: all \\d+ rows are what the chain says. The journals add up, by proof.\\n$`,
      ),
    )
  })

  for (const names of THREE_BY_THREE) {
    it(`finds ${names.join(', and ')} on PostgreSQL, and repairs that`, async () => {
      const database = await setting.postgres.newDatabase(original)
      const three = names.map((name) => corruptions[name] as Corruption)
      for (const { by } of three) await corrupt(database, by)
      const first = await run(database.url)
      const differing = linesOf(first).filter((line) => line.startsWith('Block'))
      expect([first.status, first.errors]).toEqual([1, ''])
      for (const { found } of three) expect(differing).toContainEqual(expect.stringMatching(found))
      expect(differing.filter((line) => !three.some(({ found }) => found.test(line)))).toEqual([])
      expect(linesOf(first).at(-1)).toMatch(
        new RegExp(`: ${differing.length} of \\d+ rows differed from what the chain says\\. `),
      )

      const repair = await run(database.url, '--repair')
      expect([repair.status, repair.errors]).toEqual([0, ''])
      expect(linesOf(repair).at(-1)).toMatch(/ differed from what the chain says, and were repaired\. /)
      expect(await digestOf(database)).toEqual(whole)
    })
  }

  it('finds all of that at once in an embedded database, and repairs it', async () => {
    const folder = join(setting.ledger.folder, 'embedded')
    const database = { kind: 'embedded', folder } as const
    await (await indexTo(setting.ledger, database)).closeAtHead()
    await corrupt(database, async (db) => {
      for (const { by } of Object.values(corruptions)) await by(db)
    })
    const { status, out } = await run(folder)
    const lines = out.split('\n')
    expect(status).toBe(1)
    for (const { found } of Object.values(corruptions)) expect(lines.some((line) => found.test(line))).toBe(true)
    expect(out).toMatch(/^Money of channel 0x[0-9a-f]{64}: deposit should be \d+ gwei, and adds up to \d+$/m)
    expect(lines.at(-2)).toMatch(/ \d+ amounts do not add up\. /)
    expect((await run(folder, '--repair')).status).toBe(0)
    expect(await digestOf(database)).toEqual(whole)
  })

  it('looks at the transfers of OPEN where they are followed', async () => {
    const database = await indexed({ transfers: true })
    const transfers = () =>
      inHistory(database, (db) => db.selectFrom('transfer').selectAll().orderBy(['block', 'logIndex']).execute())
    const right = await transfers()
    const newest = sql`(select max(block) from transfer)`
    await corrupt(database, (db) =>
      sql`update transfer set amount_wei = amount_wei + 1 where block = ${newest}`.execute(db),
    )
    const { status, out } = await run(database.url)
    expect([status, out]).toEqual([
      1,
      expect.stringMatching(/: transfer \(log_index \d+\) is altered: amount_wei \d+, on/),
    ])
    const repaired = await run(database.url, '--repair')
    expect([repaired.status, await transfers()]).toEqual([0, right])
  })

  it('believes no node that lies, and asks another', async () => {
    const database = await setting.postgres.newDatabase(original)
    const [lie] = Object.values(liesAboutHashes)
    const liar = await startLyingNode(setting.ledger.rpcUrl, lie?.lie ?? (({ result }) => result))
    const asking = (nodes: string) =>
      runCommand(verify, [...args.slice(0, 2), '--rpc', nodes, '--database', database.url])
    const { status, out } = await asking(`${liar.url},${setting.ledger.rpcUrl}`)
    expect([status, out]).toEqual([0, expect.stringContaining(`according to the node at ${liar.url}`)])
    expect(await asking(liar.url)).toMatchObject({
      status: 1,
      errors: expect.stringMatching(/repeatedly according to the node at/),
    })
    await liar.stop()
  })

  it('looks only at the blocks it is asked about', async () => {
    const database = await setting.postgres.newDatabase(original)
    await corrupt(database, corruptions['a missing block']?.by)
    const head = await setting.ledger.connection.reader.getBlockNumber()
    expect((await run(database.url, '--to', `${head - 21n}`)).status).toBe(0)
    expect((await run(database.url, '--from', `${head - 19n}`)).status).toBe(0)
    const { status, out } = await run(database.url, '--from', `${head - 25n}`, '--to', `${head - 15n}`)
    expect([status, out.split('\n')[0]]).toEqual([1, `Block ${head - 20n}: block is missing`])
  })

  it('repairs up to the newest block or not at all, since totals follow from what is below them', async () => {
    const database = await setting.postgres.newDatabase(original)
    const { status, errors } = await run(database.url, '--repair', '--to', '5')
    expect([status, errors]).toEqual([
      1,
      expect.stringMatching(/^--repair goes on to the newest block\. Leave out --to/),
    ])
  })

  it('writes down, where it repairs, that the blocks are proven by receipts from now on', async () => {
    const database = await indexed({ verify: 'off', maxRange: 7 })
    const head = await setting.ledger.connection.reader.getBlockNumber()
    await run(database.url, '--repair', '--from', `${head - 20n}`)
    const ranges = await inHistory(database, async (db) => {
      const { rows } = await sql<{ verdict: string; first: bigint; last: bigint }>`
        select verdict, first, last from stretch order by first`.execute(db)
      return rows
    })
    expect(ranges.filter(({ verdict }) => verdict === 'receipts')).toEqual(
      ranges.filter(({ first }) => first >= head - 20n),
    )
    expect(ranges.slice(1).map(({ first }) => first)).toEqual(ranges.slice(0, -1).map(({ last }) => last + 1n))
    expect([ranges[0]?.first, ranges.at(-1)?.last]).toEqual([BigInt(setting.ledger.deployment.startBlock), head])
  })

  it('goes along with an indexer that writes meanwhile, and waits for none to repair', async () => {
    const database = await setting.postgres.newDatabase(original)
    const writer = await indexTo(setting.ledger, database, { pollMs: 10 })
    await writer.atHead()
    const [verified] = await Promise.all([run(database.url), setting.scenario.play(15)])
    expect(verified).toMatchObject({ status: 0, out: expect.stringMatching(/are what the chain says/), errors: '' })
    const repair = await run(database.url, '--repair')
    expect([repair.status, repair.errors]).toEqual([1, expect.stringMatching(/^Another indexer /)])
    await writer.closeAtHead()
  })
  it('goes back where the chain is reorganised below what it has proven, and gives no node up for that', async () => {
    const { ledger, postgres } = setting
    const database = await postgres.newDatabase(original)
    const writer = await indexTo(ledger, database, { pollMs: 10 })
    await writer.atHead()
    const head = await ledger.connection.reader.getBlockNumber()
    let isTurned = false
    const node = await startLyingNode(ledger.rpcUrl, async ({ params: [asked], result }) => {
      if (asked === toHex(head - 2n) && !isTurned) {
        isTurned = true
        await ledger.connection.reader.request({ method: 'anvil_reorg', params: [20, []] } as never)
      }
      return result
    })
    const { status, out, errors } = await runCommand(verify, [
      ...args.slice(0, 2),
      ...['--rpc', node.url, '--max-range', '8', '--database', database.url],
    ])
    expect([status, errors]).toEqual([0, ''])
    expect(out).toMatch(new RegExp(`Verified blocks \\d+ to ${head}: all \\d+ rows are what the chain says`))
    await writer.close()
    await node.stop()
  })
})

async function corrupt(database: DatabaseLocation, by: Corruption['by'] | undefined): Promise<void> {
  await inHistory(database, async (db) => by?.(db))
}
