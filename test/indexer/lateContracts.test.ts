import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NodeContradictsItself } from '../../chain/contradiction.ts'
import { namesFollowed } from '../../chain/events/contracts.ts'
import type { IndexerEvent } from '../../indexer/events.ts'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { ask } from '../support/ask.ts'
import { type Digest, digestOf } from '../support/digest.ts'
import { indexTo } from '../support/indexing.ts'
import { liesAboutHashes, type NamedLie } from '../support/lies.ts'
import { startLyingNode } from '../support/lyingNode.ts'
import { type Setting, startSetting } from '../support/setting.ts'

const SLOW_MS = 600_000

interface Meta {
  readonly _meta: { readonly block: number; readonly followed: readonly { readonly last: number }[] }
}

describe('a contract that is followed late', () => {
  let setting: Setting

  beforeAll(async () => {
    setting = await startSetting(43)
    await setting.scenario.play(30)
  })
  afterAll(async () => {
    await setting?.stop()
  })

  /** Indexes up to the head, all contracts that are followed. */
  async function index(
    database: DatabaseLocation,
    transfers: boolean,
    meanwhile: () => Promise<void> = async () => {},
  ): Promise<readonly IndexerEvent[]> {
    const names = namesFollowed({ transfers })
    const events: IndexerEvent[] = []
    const options = { transfers, maxRange: 3, pollMs: 10, report: (event: IndexerEvent) => events.push(event) }
    const indexer = await indexTo(setting.ledger, database, options)
    await meanwhile()
    await indexer.atHead()
    const isBehind = ({ _meta: { block, followed } }: Meta) =>
      followed.length < names.length || followed.some(({ last }) => last < block)
    while (transfers && isBehind(await ask<Meta>(indexer.url, '{ _meta { block followed { last } } }'))) await sleep(20)
    await indexer.close()
    return events
  }

  /** What an indexer has that followed everything from the beginning. */
  async function fresh(): Promise<Digest> {
    const database = await setting.postgres.newDatabase()
    await index(database, true)
    return await digestOf(database)
  }

  it(
    'comes out as if it had been followed from the beginning, the others untouched',
    async () => {
      const database = await setting.postgres.newDatabase()
      await index(database, false)
      const events = await index(database, true)
      expect(await digestOf(database)).toEqual(await fresh())
      expect(events.filter(({ kind }) => kind === 'undone' || kind === 'troubled')).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'continues where it was left out for a while, through blocks that come and go meanwhile',
    async () => {
      const { ledger, postgres, scenario } = setting
      const database = await postgres.newDatabase()
      await index(database, true)
      await scenario.play(15)
      await index(database, false)
      const begun = await ledger.connection.reader.getBlockNumber()
      await index(database, true, async () => {
        await scenario.play(5)
        const depth = Number((await ledger.connection.reader.getBlockNumber()) - begun)
        await ledger.connection.reader.request({ method: 'anvil_reorg', params: [depth, []] } as never)
        await scenario.play(3)
      })
      expect(await digestOf(database)).toEqual(await fresh())
    },
    SLOW_MS,
  )

  it('is not filled by a node that lies about old blocks alone, which is disabled however true its new ones are', async () => {
    const { ledger, postgres } = setting
    const database = await postgres.newDatabase()
    await index(database, false)
    const { lie } = liesAboutHashes['empties a bloom filter'] as NamedLie
    const liar = await startLyingNode(ledger.rpcUrl, lie)
    const indexer = await indexTo(ledger, database, { rpcUrls: [liar.url], transfers: true, maxRange: 3, pollMs: 10 })
    await expect(indexer.stopped).rejects.toThrow(NodeContradictsItself)
    await indexer.close()
    await liar.stop()
  })
})
