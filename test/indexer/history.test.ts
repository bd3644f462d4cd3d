import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from './support/ask.ts'
import { digestOf } from './support/digest.ts'
import { indexTo } from './support/indexing.ts'
import { type Setting, startSetting } from './support/setting.ts'

describe('a history', () => {
  let setting: Setting

  beforeAll(async () => {
    setting = await startSetting(20_261_121)
  })
  afterAll(async () => {
    await setting?.stop()
  })

  it('reads the same when followed live, fetched in ranges of any size, and kept on either database', async () => {
    const { ledger, postgres, story } = setting
    const live = await postgres.newDatabase()
    const follower = await indexTo(ledger, live, { maxRange: 3 })
    await story.tell(80)
    await follower.closeAtHead()
    const expected = await digestOf(live)
    expect(expected.inference?.rows).toBeGreaterThan(20n)
    expect(expected.reward_claimed?.rows).toBeGreaterThan(0n)

    for (const maxRange of [1, 7, 10_000]) {
      const database = await postgres.newDatabase()
      await (await indexTo(ledger, database, { maxRange })).closeAtHead()
      expect(await digestOf(database)).toEqual(expected)
    }
    const embedded = { kind: 'embedded', folder: `${ledger.folder}/embedded` } as const
    await (await indexTo(ledger, embedded, { maxRange: 50 })).closeAtHead()
    expect(await digestOf(embedded)).toEqual(expected)
  })

  it('says of every account, tab and contribution what the contracts say', async () => {
    const { ledger, postgres, story } = setting
    const { reader, contracts } = ledger.connection
    await story.tell(30)
    const indexer = await indexTo(ledger, await postgres.newDatabase())
    await indexer.atHead()

    const found = await ask<Everything>(
      indexer.url,
      `{ accounts(limit: 500) { items { id payout maturedGwei pendingGwei } }
         tabs(limit: 500) { items { payer operator balanceGwei maxFeeGwei leavingGwei leavesAt } }
         contributions(limit: 500) { items { id status acceptedAt withdrawnAt } }
         datasets(limit: 500) { items { id curator contributionCount acceptedCount versionCount } }
         versions(limit: 100) { items { id contributionCount contributions { items { id } totalCount } } } }`,
    )
    await indexer.close()

    for (const account of found.accounts.items) {
      const args = [account.id] as const
      const [matured, pending] = await reader.readContract({ ...contracts.ledger, functionName: 'earningsOf', args })
      const payout = await reader.readContract({ ...contracts.accounts, functionName: 'payoutOf', args })
      expect(account).toEqual({
        id: account.id,
        payout: payout.toLowerCase(),
        maturedGwei: `${matured}`,
        pendingGwei: `${pending}`,
      })
    }
    expect(found.tabs.items.length).toBeGreaterThan(0)
    for (const tab of found.tabs.items) {
      const args = [tab.payer, tab.operator] as const
      const onChain = await reader.readContract({ ...contracts.ledger, functionName: 'tabOf', args })
      expect(tab).toEqual({
        payer: tab.payer,
        operator: tab.operator,
        balanceGwei: `${onChain.balanceGwei}`,
        maxFeeGwei: `${onChain.maxFeeGwei}`,
        leavingGwei: `${onChain.leavingGwei}`,
        leavesAt: onChain.leavesAt,
      })
    }
    const statuses = ['None', 'Submitted', 'Accepted', 'Rejected', 'Withdrawn']
    for (const { id, status, acceptedAt, withdrawnAt } of found.contributions.items) {
      const onChain = await reader.readContract({ ...contracts.datasets, functionName: 'contributionOf', args: [id] })
      expect({ status, acceptedAt: acceptedAt ?? 0, withdrawnAt: withdrawnAt ?? 0 }).toEqual({
        status: statuses[onChain.status],
        acceptedAt: onChain.acceptedAt,
        withdrawnAt: onChain.withdrawnAt,
      })
    }
    for (const { id, curator, ...counts } of found.datasets.items) {
      const onChain = await reader.readContract({ ...contracts.datasets, functionName: 'datasetOf', args: [id] })
      expect({ curator, ...counts }).toEqual({ ...onChain, curator: onChain.curator.toLowerCase() })
    }
    for (const version of found.versions.items) {
      expect(version.contributions.totalCount).toBe(version.contributionCount)
      for (const { id } of version.contributions.items) {
        const args = [BigInt(version.id), id] as const
        expect(await reader.readContract({ ...contracts.datasets, functionName: 'includes', args })).toBe(true)
      }
    }
  })
})

interface Everything {
  readonly accounts: Items<{ id: number; payout: string; maturedGwei: string; pendingGwei: string }>
  readonly tabs: Items<{ payer: number; operator: number }>
  readonly contributions: Items<{ id: `0x${string}`; status: string; acceptedAt?: number; withdrawnAt?: number }>
  readonly datasets: Items<{ id: number; curator: string }>
  readonly versions: Items<{
    id: string
    contributionCount: number
    contributions: Items<{ id: `0x${string}` }> & { readonly totalCount: number }
  }>
}

interface Items<T> {
  readonly items: readonly T[]
}
