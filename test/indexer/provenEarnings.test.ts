import type { Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { proveEarnings } from '../../sdk/actions/proveEarnings.ts'
import { earningsSlot } from '../../sdk/ledgerStorage.ts'
import { ask } from '../support/ask.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { tellOfABook } from '../support/scenario.ts'
import { type Setting, startSetting } from '../support/setting.ts'

interface Account {
  readonly accountId: number
  readonly earnedGwei: string
  readonly claimedGwei: string
  readonly claimableGwei: string
  readonly earnings: { readonly contract: Hex; readonly slot: Hex }
}

describe('what an account earned', () => {
  let setting: Setting
  let indexer: Indexing

  beforeAll(async () => {
    setting = await startSetting(14)
    await tellOfABook(setting.scenario)
    await setting.scenario.play(40)
    indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase(), { pollMs: 1_000 })
    await indexer.atHead()
  })
  afterAll(async () => {
    await indexer?.close()
    await setting?.stop()
  })

  it('is the same by the API, by the SDK from a proven slot, and as of an earlier block', async () => {
    const { deployment, connection } = setting.ledger
    const { blocks } = await ask<{ blocks: { items: readonly { readonly hash: Hex }[] } }>(
      indexer.url,
      '{ blocks(orderBy: number, orderDirection: desc, limit: 20) { items { hash } } }',
    )
    for (const hash of [blocks.items.at(0)?.hash, blocks.items.at(-1)?.hash]) {
      const { accounts } = await ask<{ accounts: { items: readonly Account[] } }>(
        indexer.url,
        `query ($at: AsOfBlock) { accounts(limit: 100, block: $at) {
           items { accountId earnedGwei claimedGwei claimableGwei earnings { contract slot } } } }`,
        { at: { hash } },
      )
      expect(accounts.items.some(({ earnedGwei }) => earnedGwei !== '0')).toBe(true)
      for (const { accountId: account, earnings, earnedGwei, claimedGwei, claimableGwei } of accounts.items) {
        const slot = { contract: deployment.contracts.earnings.toLowerCase(), slot: earningsSlot(account) }
        expect(earnings).toEqual(slot)
        const proven = await proveEarnings(connection.reader, { deployment, blockHash: hash as Hex, account })
        expect({ earnedGwei, claimedGwei, claimableGwei }).toEqual({
          earnedGwei: `${proven.earnedGwei}`,
          claimedGwei: `${proven.claimedGwei}`,
          claimableGwei: `${proven.earnedGwei - proven.claimedGwei}`,
        })
      }
    }
  })
})
