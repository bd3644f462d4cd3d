import { type Hex, toHex } from 'viem'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { factTables } from '../../indexer/store/schema.ts'
import { type Digest, digestThrough } from '../support/digest.ts'
import { type Context, mustEqual } from './context.ts'
import { openHistory } from './history.ts'
import { askOne } from './rpc.ts'
import { mustCoverOnce } from './served.ts'
import { snakeCase } from './tables.ts'

/** What a broken-off history holds equals a fresh replay, up to the last block that it shares with the chain. */
export async function mustBeSound(context: Context, database: DatabaseLocation, when: string): Promise<void> {
  const { db, close } = await openHistory(database)
  try {
    const tables = await db.introspection.getTables()
    // Killed before it had tables, it holds nothing.
    if (!tables.some(({ name }) => name === 'stretch')) return
    const blocks = await db.selectFrom('block').select(['number', 'hash']).orderBy('number', 'desc').execute()
    for (const { number, hash } of blocks) {
      const there = (await askOne(context.ledger.rpcUrl, 'eth_getBlockByNumber', toHex(number), false)) as {
        hash: Hex
      } | null
      if (there?.hash !== hash) continue
      const [found, fresh] = [await digestThrough(db, number), await context.freshDigest(number)]
      mustEqual(ofBlocks(found), ofBlocks(fresh), when)
      break
    }
    await mustCoverOnce(db)
  } finally {
    await close()
  }
}

const tablesOfBlocks = new Set([...factTables, 'journalMove', 'block'].map(snakeCase))

/** Without what speaks of the head alone, such as up to where a contract is followed. */
function ofBlocks(digest: Digest): Digest {
  return Object.fromEntries(Object.entries(digest).filter(([name]) => tablesOfBlocks.has(name)))
}
