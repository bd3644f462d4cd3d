import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { News } from '../../indexer/news.ts'
import { startIndexer } from '../../indexer/start.ts'
import { startLocalChain } from '../../scripts/demo/localChain.ts'
import { castOf, castSize, DEMO_MNEMONIC } from '../../scripts/demo/wallets.ts'
import { deployLedger } from '../../scripts/deploy/deploy.ts'
import { freePort } from '../scripts/localLedger.ts'
import { ask } from './support/ask.ts'

it('a node that has lost its old state, as anvil does on a restart, is indexed by a range that ends where it still has it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pruned-'))
  const options = { folder, port: await freePort(), accounts: castSize(1), mnemonic: DEMO_MNEMONIC }
  const { deployer, treasury } = castOf(1)
  const before = await startLocalChain(options)
  const { rpcUrl } = before
  const deployment = await deployLedger({ name: 'pruned', rpcUrl, deployer, treasuryPayout: treasury.address })
  await before.stop()

  const chain = await startLocalChain(options)
  const database = { kind: 'embedded', folder: join(folder, 'index') } as const
  const news: News[] = []
  const indexer = await startIndexer({
    deployment,
    rpcUrls: [rpcUrl],
    database,
    maxRange: 2,
    report: (heard) => news.push(heard),
  })
  await indexer.ready
  const { accounts } = await ask<{ accounts: unknown }>(indexer.url, '{ accounts { items { id payout } } }')
  expect(accounts).toEqual({ items: [{ id: 1, payout: treasury.address.toLowerCase() }] })
  expect(news.some((heard) => heard.kind === 'troubled' && heard.error.name === 'StateGone')).toBe(true)
  await indexer.close()
  await chain.stop()
  rmSync(folder, { recursive: true })
})
