import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../support/ask.ts'
import { coversEveryBlockOnce } from '../support/coverage.ts'
import { indexTo } from '../support/indexing.ts'
import { type Setting, startSetting } from '../support/setting.ts'

describe('what a history served and a reorg rolled back', () => {
  let setting: Setting

  beforeAll(async () => {
    setting = await startSetting(20_261_123)
    await setting.scenario.play(40)
  })
  afterAll(async () => {
    await setting?.stop()
  })

  it('is kept, and only ever added to', async () => {
    const { ledger, postgres, scenario } = setting
    const database = await postgres.newDatabase()
    const indexer = await indexTo(ledger, database, { pollMs: 10 })
    let kept: readonly RevertedBlock[] = []
    for (let round = 0; round < 4; round++) {
      await scenario.play(6)
      await indexer.atHead()
      const served = await ask<Served>(indexer.url, SERVED)
      await ledger.connection.reader.request({ method: 'anvil_reorg', params: [5, []] } as never)
      await indexer.atHead()

      const { revertedBlocks } = await ask<{ revertedBlocks: Items<RevertedBlock> }>(indexer.url, REVERTED)
      const fresh = revertedBlocks.items.filter(({ hash }) => !kept.some((block) => block.hash === hash))
      expect(revertedBlocks.items).toEqual(expect.arrayContaining([...kept]))
      expect(fresh.map(({ number, hash }) => ({ number, hash }))).toEqual(served.blocks.items.toReversed())
      for (const { number, servedFromMs, revertedAtMs, facts } of fresh) {
        expect(servedFromMs).toBeLessThanOrEqual(revertedAtMs)
        const batches = facts.items.filter(({ table }) => table === 'batchRecorded').map(({ row }) => JSON.parse(row))
        const told = served.batches.items.filter(({ block }) => block === number)
        expect(batches.map(({ batch, root, feesGwei }) => ({ id: batch, root, feesGwei }))).toEqual(
          told.map(({ id, root, feesGwei }) => ({ id, root, feesGwei })),
        )
      }
      kept = revertedBlocks.items
    }
    expect(kept).toHaveLength(20)
    await indexer.closeAtHead()
    await coversEveryBlockOnce(database, ledger, 'receipts')
  })
})

const SERVED = `{ blocks(orderBy: number, orderDirection: desc, limit: 5) { items { number hash } }
  batches(orderBy: id, orderDirection: desc, limit: 50) { items { id root feesGwei block } } }`

const REVERTED = `{ revertedBlocks(limit: 50) { items { number hash servedFromMs revertedAtMs
  facts: revertedFacts(limit: 200) { items { table row } } } } }`

interface Served {
  readonly blocks: Items<{ readonly number: number; readonly hash: string }>
  readonly batches: Items<{ id: string; root: string; feesGwei: string; block: number }>
}

interface RevertedBlock {
  readonly number: number
  readonly hash: string
  readonly servedFromMs: number
  readonly revertedAtMs: number
  readonly facts: Items<{ readonly table: string; readonly row: string }>
}

interface Items<T> {
  readonly items: readonly T[]
}
