import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Verification } from '../../chain/verify/verification.ts'
import { startLocalChain } from '../../cli/localChain/localChain.ts'
import { DEMO_MNEMONIC, walletCount, walletsOf } from '../../examples/demo/wallets.ts'
import type { IndexerEvent } from '../../indexer/events.ts'
import { startIndexer } from '../../indexer/start.ts'
import { deployLedger } from '../../scripts/deploy/deploy.ts'
import { ask } from '../support/ask.ts'
import { newFolder } from '../support/folder.ts'
import { freePort } from '../support/localLedger.ts'

it('a node that has lost its old state, as anvil does on a restart, is indexed all the same', async () => {
  const folder = newFolder('pruned')
  const options = { folder, port: await freePort(), accounts: walletCount(1), mnemonic: DEMO_MNEMONIC }
  const { deployer, treasury } = walletsOf(1)
  const before = await startLocalChain(options)
  const { rpcUrl } = before
  const deployment = await deployLedger({ name: 'pruned', rpcUrl, deployer, treasuryPayout: treasury.address })
  await before.stop()

  const chain = await startLocalChain(options)
  /** Whether the lost state was any trouble. */
  const isTroubled = async (verify: Verification): Promise<boolean> => {
    const database = { kind: 'embedded', folder: join(folder, verify) } as const
    const events: IndexerEvent[] = []
    const report = (event: IndexerEvent) => events.push(event)
    const indexer = await startIndexer({ deployment, rpcUrls: [rpcUrl], database, verify, maxRange: 2, report })
    await indexer.ready
    const { accounts } = await ask<{ accounts: unknown }>(indexer.url, '{ accounts { items { id payout } } }')
    expect(accounts).toEqual({ items: [{ id: '1', payout: treasury.address.toLowerCase() }] })
    await indexer.close()
    return events.some((event) => event.kind === 'troubled' && event.error.name === 'StateGone')
  }
  expect([await isTroubled('receipts'), await isTroubled('bloom')]).toEqual([false, false])
  await chain.stop()
  rmSync(folder, { recursive: true })
})
