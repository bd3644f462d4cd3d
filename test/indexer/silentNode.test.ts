import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { indexTo } from '../support/indexing.ts'
import { type Setting, startSetting } from '../support/setting.ts'

let setting: Setting
const silent = createServer(() => {})

beforeAll(async () => {
  setting = await startSetting(1)
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await setting?.stop()
  silent.closeAllConnections()
  silent.close()
})

it('another node that never answers keeps no block waiting', async () => {
  const { ledger, postgres } = setting
  const rpcUrls = [ledger.rpcUrl, `http://127.0.0.1:${(silent.address() as AddressInfo).port}`]
  const options = { rpcUrls, rpcTimeoutMs: 4_000, pollMs: 10 }
  const indexer = await indexTo(ledger, await postgres.newDatabase(), options)
  await indexer.ready
  // By now the other one has been asked whether it stands higher.
  await sleep(1_000)
  await ledger.connection.reader.request({ method: 'anvil_mine', params: ['0x1'] } as never)
  const begun = performance.now()
  await indexer.atHead()
  expect(performance.now() - begun).toBeLessThan(3_000)
  await indexer.close()
})
