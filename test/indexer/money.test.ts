import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { strings, total } from '../support/amounts.ts'
import { ask } from '../support/ask.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { inHistory } from '../support/inHistory.ts'
import { tellOfABook } from '../support/scenario.ts'
import { type Setting, startSetting } from '../support/setting.ts'

describe('what a history says of money', () => {
  let setting: Setting
  let indexer: Indexing

  beforeAll(async () => {
    setting = await startSetting(20_261_122)
    await tellOfABook(setting.scenario)
    await setting.scenario.play(100)
    indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase())
    await indexer.atHead()
  })
  afterAll(async () => {
    await indexer?.close()
    await setting?.stop()
  })

  it('is kept in totals that are the sums of its facts, as of every block', async () => {
    const { ledger, postgres } = setting
    const database = await postgres.newDatabase()
    await (await indexTo(ledger, database, { maxRange: 17 })).closeAtHead()
    const { rows, imbalance } = await inHistory(database, async (db) => ({
      rows: (
        await sql<Readonly<Record<string, bigint>>>`
        select t.contributor_gwei + t.joint_member_gwei as contributed_gwei, ${earned('Contributor', 'JointMember')} as contributed_sum,
          t.operator_gwei, ${earned('Operator')} as operator_sum, t.owner_gwei, ${earned('Owner')} as owner_sum,
          t.royalty_gwei, ${earned('Royalty')} as royalty_sum, t.treasury_gwei, ${earned('Treasury')} as treasury_sum,
          t.refund_gwei, ${earned('Refund')} as refund_sum, t.bounty_gwei, ${earned('Bounty')} as bounty_sum, t.claimed_gwei,
          (select coalesce(sum(amount_gwei), 0) from reward_claimed c where c.account = t.account and c.block <= t.block)
            as claimed_sum,
          t.day, (select b.timestamp / 86400 from block b where b.number = t.block) as day_of_block
        from account_total t`.execute(db)
      ).rows,
      imbalance: (await sql`select * from imbalance`.execute(db)).rows,
    }))
    expect(rows.length).toBeGreaterThan(20)
    for (const row of rows) {
      expect(row).toMatchObject({
        contributedSum: row.contributedGwei,
        operatorSum: row.operatorGwei,
        ownerSum: row.ownerGwei,
        royaltySum: row.royaltyGwei,
        treasurySum: row.treasuryGwei,
        refundSum: row.refundGwei,
        bountySum: row.bountyGwei,
        claimedSum: row.claimedGwei,
        dayOfBlock: row.day,
      })
    }
    expect(imbalance).toEqual([])
  })

  it('adds up, day by day, to its totals', async () => {
    const { accounts, models, datasets } = await ask<DayByDay>(
      indexer.url,
      `{ accounts(limit: 40) { items { earnedGwei claimedGwei days: accountDays(limit: 100) { items { earnedGwei claimedGwei } } } }
         models(limit: 20) { items { inferenceCount voidedCount feesGwei
           days: modelDays(limit: 100) { items { inferenceCount voidedCount feesGwei voidedGwei } } } }
         datasets(limit: 30) { items { contributionCount days: datasetDays(limit: 100) { items { submittedCount } } } } }`,
    )
    for (const { days, ...ever } of accounts.items) {
      const sums = ['earnedGwei', 'claimedGwei'].map((name) => [name, `${total(days.items, name)}`])
      expect(Object.fromEntries(sums)).toEqual(ever)
    }
    for (const { days, ...ever } of models.items) {
      expect({
        inferenceCount: Number(total(days.items, 'inferenceCount')),
        voidedCount: Number(total(days.items, 'voidedCount')),
        feesGwei: `${total(days.items, 'feesGwei') - total(days.items, 'voidedGwei')}`,
      }).toEqual(ever)
    }
    for (const { days, contributionCount } of datasets.items) {
      expect(total(days.items, 'submittedCount')).toBe(BigInt(contributionCount))
    }
  })

  it('lets everybody claim, as of every block, what Earnings would have paid', async () => {
    const { reader, contracts, fromBlock } = setting.ledger.connection
    const head = await reader.getBlockNumber()
    let paid = 0n
    for (let block = BigInt(fromBlock); block <= head; block++) {
      const isDeployed = await reader.getCode({ address: contracts.earnings.address, blockNumber: block })
      if (isDeployed === undefined) continue
      const { accounts } = await ask<{ accounts: Items<{ readonly id: number; readonly claimableGwei: string }> }>(
        indexer.url,
        'query ($at: AsOfBlock) { accounts(limit: 500, block: $at) { items { id: accountId claimableGwei } } }',
        { at: { number: Number(block) } },
      )
      const onChain = await Promise.all(
        accounts.items.map(async ({ id }) => {
          const args = [id] as const
          const query = { ...contracts.earnings, functionName: 'earningsOf', args, blockNumber: block } as const
          const [earnedGwei, claimedGwei] = await reader.readContract(query)
          paid += claimedGwei
          return { id, ...strings({ claimableGwei: earnedGwei - claimedGwei }) }
        }),
      )
      expect({ block, accounts: accounts.items }).toEqual({ block, accounts: onChain })
    }
    expect(paid).toBeGreaterThan(0n)
  })
})

/** What the account of a total had earned by its block in some roles. */
function earned(...roles: readonly string[]) {
  return sql`(select coalesce(sum(amount_gwei), 0) from credit c
    where c.account = t.account and c.block <= t.block and c.role in (${sql.join(roles)}))`
}

interface DayByDay {
  readonly accounts: Items<{ readonly days: Items<Readonly<Record<string, string>>> }>
  readonly models: Items<{ readonly days: Items<Readonly<Record<string, string | number>>> }>
  readonly datasets: Items<{
    readonly contributionCount: number
    readonly days: Items<Readonly<Record<string, number>>>
  }>
}

interface Items<T> {
  readonly items: readonly T[]
}
