import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { type Setting, startSetting } from '../support/setting.ts'
import { TRUTHS } from '../support/truth.ts'

/** Hundreds of questions to the contracts, as of several blocks each. */
const SLOW_MS = 600_000

describe('what a history says is what the contracts say', () => {
  let setting: Setting
  let indexer: Indexing
  /** The newest block, and some before it. */
  let blocks: readonly bigint[]

  beforeAll(async () => {
    setting = await startSetting(20_261_123)
    await setting.scenario.play(260)
    indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase())
    await indexer.atHead()
    const { reader, contracts, fromBlock } = setting.ledger.connection
    const head = await reader.getBlockNumber()
    const query = { ...contracts.ledger, eventName: 'RecordVoided', fromBlock } as const
    const voids = (await reader.getContractEvents(query)).map(({ blockNumber }) => blockNumber)
    expect(voids.length).toBeGreaterThan(1)
    const turns = voids.slice(-2).flatMap((block) => [block - 1n, block])
    blocks = [head, (head * 2n) / 3n, ...turns]
  }, SLOW_MS)
  afterAll(async () => {
    await indexer?.close()
    await setting?.stop()
  })

  it.each(Object.keys(TRUTHS) as (keyof typeof TRUTHS)[])(
    'of %s, as of any block',
    async (name) => {
      for (const block of blocks) await TRUTHS[name]({ url: indexer.url, ledger: setting.ledger, block })
    },
    SLOW_MS,
  )
})
