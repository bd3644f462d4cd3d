import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { strings, total } from './support/amounts.ts'
import { ask } from './support/ask.ts'
import { indexTo } from './support/indexing.ts'
import { inHistory } from './support/inHistory.ts'
import { type Setting, startSetting } from './support/setting.ts'

describe('what a history says of money', () => {
  let setting: Setting

  beforeAll(async () => {
    setting = await startSetting(20_261_122)
    await setting.story.tell(120)
  })
  afterAll(async () => {
    await setting?.stop()
  })

  it('is kept in totals that are the sums of its facts, as of every block', async () => {
    const { ledger, postgres } = setting
    const database = await postgres.newDatabase()
    await (await indexTo(ledger, database, { maxRange: 17 })).closeAtHead()
    const { rows } = await inHistory(database, (db) =>
      sql<Readonly<Record<string, bigint>>>`
        select t.credited_gwei, t.bounties_gwei, t.claimed_gwei, t.newer_gwei, t.older_gwei, t.day,
          (select coalesce(sum(amount_gwei), 0) from credit c where c.account = t.account and c.block <= t.block)
            - (select coalesce(sum(amount_gwei), 0) from credit_taken_back c
              where c.account = t.account and c.block <= t.block) as credited_sum,
          (select coalesce(sum(bounty_gwei), 0) from bond_move m where m.beneficiary = t.account and m.block <= t.block)
            as bounties_sum,
          (select coalesce(sum(amount_gwei), 0) from reward_claimed c where c.account = t.account and c.block <= t.block)
            as claimed_sum,
          ${creditedIn(0)} as newer_sum, ${creditedIn(1)} as older_sum,
          (select b.timestamp / 86400 from block b where b.number = t.block) as day_of_block
        from account_total t`.execute(db),
    )
    expect(rows.length).toBeGreaterThan(50)
    for (const row of rows) {
      expect(row).toMatchObject({
        creditedSum: row.creditedGwei,
        bountiesSum: row.bountiesGwei,
        claimedSum: row.claimedGwei,
        newerSum: row.newerGwei,
        olderSum: row.olderGwei,
        dayOfBlock: row.day,
      })
    }
  })

  it('adds up, day by day, to its totals', async () => {
    const { ledger, postgres } = setting
    const indexer = await indexTo(ledger, await postgres.newDatabase())
    await indexer.atHead()
    const { accounts, models, datasets } = await ask<DayByDay>(
      indexer.url,
      `{ accounts(limit: 40) { items { creditedGwei bountiesGwei claimedGwei
           days(limit: 100) { items { creditedGwei bountiesGwei claimedGwei } } } }
         models(limit: 20) { items { inferenceCount voidedCount feesGwei
           days(limit: 100) { items { inferenceCount voidedCount feesGwei refundedGwei } } } }
         datasets(limit: 30) { items { contributionCount days(limit: 100) { items { submittedCount } } } } }`,
    )
    await indexer.close()
    for (const { days, ...ever } of accounts.items) {
      const sums = ['creditedGwei', 'bountiesGwei', 'claimedGwei'].map((name) => [name, `${total(days.items, name)}`])
      expect(Object.fromEntries(sums)).toEqual(ever)
    }
    for (const { days, ...ever } of models.items) {
      expect({
        inferenceCount: Number(total(days.items, 'inferenceCount')),
        voidedCount: Number(total(days.items, 'voidedCount')),
        feesGwei: `${total(days.items, 'feesGwei') - total(days.items, 'refundedGwei')}`,
      }).toEqual(ever)
    }
    for (const { days, contributionCount } of datasets.items) {
      expect(total(days.items, 'submittedCount')).toBe(BigInt(contributionCount))
    }
  })

  it('is, as of any block, what the contracts said then', async () => {
    const { ledger, postgres } = setting
    const { reader, contracts, fromBlock } = ledger.connection
    const indexer = await indexTo(ledger, await postgres.newDatabase())
    await indexer.atHead()
    const head = await reader.getBlockNumber()
    const voids = await reader.getContractEvents({ ...contracts.ledger, eventName: 'RecordVoided', fromBlock })
    expect(voids.length).toBeGreaterThan(0)
    const struck = voids.slice(-4).flatMap(({ blockNumber }) => [blockNumber - 1n, blockNumber])
    for (const blockNumber of [head / 2n, head - 9n, ...struck]) {
      const { accounts, bonds } = await ask<Money>(
        indexer.url,
        `query ($at: AsOfBlock) { accounts(limit: 500, block: $at) { items { id maturedGwei pendingGwei } }
           bonds(limit: 500, block: $at) { items { id balanceGwei exposureGwei } } }`,
        { at: { number: Number(blockNumber) } },
      )
      for (const { id, ...earnings } of accounts.items) {
        const read = { ...contracts.ledger, functionName: 'earningsOf', args: [id], blockNumber } as const
        const [maturedGwei, pendingGwei] = await reader.readContract(read)
        expect({ id, blockNumber, ...earnings }).toEqual({ id, blockNumber, ...strings({ maturedGwei, pendingGwei }) })
      }
      for (const { id, ...held } of bonds.items) {
        const read = { ...contracts.ledger, functionName: 'bondStateOf', args: [BigInt(id)], blockNumber } as const
        const { balanceGwei, exposureGwei } = await reader.readContract(read)
        expect({ id, blockNumber, ...held }).toEqual({ id, blockNumber, ...strings({ balanceGwei, exposureGwei }) })
      }
    }
    await indexer.close()
  })
})

/** What was credited to the account of a total in its epoch, or in one before, less what was taken back. */
function creditedIn(epochsBefore: number) {
  const sum = (from: string) =>
    sql`(select coalesce(sum(amount_gwei), 0) from ${sql.table(from)} c
      where c.account = t.account and c.block <= t.block and c.epoch = t.epoch - ${epochsBefore})`
  return sql`${sum('credit')} - ${sum('credit_taken_back')}`
}

interface DayByDay {
  readonly accounts: Items<{ readonly days: Items<Readonly<Record<string, string>>> }>
  readonly models: Items<{ readonly days: Items<Readonly<Record<string, string | number>>> }>
  readonly datasets: Items<{
    readonly contributionCount: number
    readonly days: Items<Readonly<Record<string, number>>>
  }>
}

interface Money {
  readonly accounts: Items<{ id: number; maturedGwei: string; pendingGwei: string }>
  readonly bonds: Items<{ id: number; balanceGwei: string; exposureGwei: string }>
}

interface Items<T> {
  readonly items: readonly T[]
}
