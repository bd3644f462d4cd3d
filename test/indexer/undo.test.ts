import type { Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appendBlocks } from '../../indexer/store/appendBlocks.ts'
import { cursorsOf } from '../../indexer/store/cursors.ts'
import { openDatabase } from '../../indexer/store/database.ts'
import { headOf } from '../../indexer/store/position.ts'
import { openStore } from '../../indexer/store/store.ts'
import { undoAbove } from '../../indexer/store/undo.ts'
import { identity } from '../support/identity.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'

describe('a history whose very first block is rolled back', () => {
  let postgres: PostgresServer
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(async () => {
    await postgres?.stop()
  })

  it('begins again', async () => {
    const database = await openDatabase(await postgres.newDatabase())
    const store = await openStore(database, identity)
    const begin = async (hash: Hex) => {
      const block = { number: 5n, hash, parentHash: '0x01' as Hex, timestamp: 1n }
      const none = { facts: [], journalMoves: [], finality: {}, node: 'http://node' }
      await appendBlocks(store, { ...none, blocks: [block], verdict: 'receipts', contracts: ['accounts'] })
    }
    await begin('0x0a')
    await undoAbove(store, 4n)
    await begin('0x0b')
    expect(await headOf(store.write)).toMatchObject({ number: 5n, hash: '0x0b' })
    expect(await cursorsOf(store.write)).toEqual(new Map([['accounts', 5n]]))
    await store.close()
    await database.close()
  })
})
