import { afterAll, beforeAll, expect, it } from 'vitest'
import { ReorgTooDeep } from '../../../chain/blocks/reorg.ts'
import { clockAt } from '../../../chain/clock.ts'
import { ask } from '../../support/ask.ts'
import { indexTo } from '../../support/indexing.ts'
import { type Setting, startSetting } from '../../support/setting.ts'

/** Another branch below a final block is believed after a minute: here, a second. */
const HURRIED = { pollMs: 10, clock: clockAt(60), rpcTimeoutMs: 600_000 } as const

let setting: Setting

beforeAll(async () => {
  setting = await startSetting(5)
})
afterAll(() => setting?.stop())

/** anvil takes a block to be final once 64 stand on it, and to be safe after 32. */
it('a reorg down to the block that the node calls final is followed, and one below it never, not even after a restart', async () => {
  const { ledger, postgres } = setting
  const request = (method: string, params: readonly unknown[]) =>
    ledger.connection.reader.request({ method, params } as never)
  await request('anvil_mine', ['0x78'])
  const database = await postgres.newDatabase()
  const indexer = await indexTo(ledger, database, HURRIED)
  await indexer.atHead()
  const head = await ledger.connection.reader.getBlockNumber()
  const settled = await ask<{ _meta: object }>(indexer.url, '{ _meta { safe finalised } }')
  expect(settled).toEqual({ _meta: { safe: Number(head - 32n), finalised: Number(head - 64n) } })

  await request('anvil_reorg', [64, []])
  await indexer.atHead()

  await request('anvil_reorg', [80, []])
  await expect(indexer.stopped).rejects.toThrow(ReorgTooDeep)
  await expect(indexer.stopped).rejects.toMatchObject({ facts: { finalised: head - 64n } })
  await indexer.close()

  const again = await indexTo(ledger, database, { ...HURRIED, finalityDepth: 1_000 })
  await expect(again.stopped).rejects.toMatchObject({ facts: { finalised: head - 64n } })
  await again.close()
})
