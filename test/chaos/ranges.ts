import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { verifications } from '../../chain/verify/verification.ts'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { factTables } from '../../indexer/store/schema.ts'
import { type Digest, digestThrough } from '../support/digest.ts'
import { indexTo } from '../support/indexing.ts'
import { changeHands } from './changeOfHands.ts'
import { ANY_DEPTH, type Context, mustEqual, withContext } from './context.ts'
import { openHistory } from './history.ts'
import { type Server, startServer } from './server.ts'
import { type Count, type Suite, type Terms, tallyOf } from './suite.ts'
import { snakeCase } from './tables.ts'

/**
 * Random lives of the ledger: a chain that was followed while it was written, one that is read from zero, and one that is read in random
 * ranges, broken off and gone on with, however much of it is verified and on either database, leave the same history.
 */

const ACTS = 90
/** On a chain that was alive before, some are enough. */
const MORE_ACTS = 30

async function live(context: Context, database: DatabaseLocation, most: number): Promise<Digest> {
  const { ledger, scenario, random } = context
  const indexer = await indexTo(ledger, database, {
    pollMs: 10,
    maxRange: 3,
    finalityDepth: ANY_DEPTH,
    transfers: true,
  })
  try {
    for (let told = 0; told < most; ) {
      const acts = 1 + random.below(12)
      await scenario.play(acts)
      told += acts
      await sleep(random.below(60))
    }
    await changeHands(ledger)
    await indexer.atHead()
  } finally {
    await indexer.close()
  }
  return await sum(database)
}

/** Reads the chain in ranges of random sizes, and is stopped at random moments. */
async function inRanges(context: Context, database: DatabaseLocation): Promise<Digest> {
  const { ledger, random } = context
  for (let breaks = random.below(4); breaks >= 0; breaks--) {
    const maxRange = 1 + random.below(random.pick([2, 10, 60, 500]))
    const verify = random.pick(verifications)
    const options = { pollMs: 10, maxRange, verify, finalityDepth: ANY_DEPTH, transfers: true }
    const indexer = await indexTo(ledger, database, options)
    try {
      if (breaks > 0) await sleep(random.below(150))
      else await indexer.atHead()
    } finally {
      await indexer.close()
    }
  }
  return await sum(database)
}

async function sum(database: DatabaseLocation): Promise<Digest> {
  const { db, close } = await openHistory(database)
  return await digestThrough(db).finally(close)
}

async function compareOneLife(
  server: Server,
  { seed, context: given }: Pick<Terms, 'seed' | 'context'>,
  onEmbedded: boolean,
  count: Count,
): Promise<readonly string[]> {
  return await withContext(
    { seed, ...(given && { context: given }) },
    async (context) => {
      const followed = await server.withDatabase((database) =>
        live(context, database, given === undefined ? ACTS : MORE_ACTS),
      )
      const fresh = await server.withDatabase((database) => inOneGo(context, database))
      mustEqual(followed, fresh, `followed live, seed ${seed}`)
      const folder = join(context.ledger.folder, 'read-in-ranges')
      const ways = onEmbedded ? [inRanges(context, { kind: 'embedded', folder })] : []
      for (let i = 0; i < 2; i++) ways.push(server.withDatabase((database) => inRanges(context, database)))
      for (const way of await Promise.all(ways)) {
        mustEqual(way, fresh, `read in random ranges, seed ${seed}`)
        count('histories compared')
      }
      count('chains')
      count('rows', Number(Object.values(fresh).reduce((rows, table) => rows + table.rows, 0n)))
      return Object.keys(fresh).filter((name) => (fresh[name]?.rows ?? 0n) > 0n)
    },
    server,
  )
}

async function inOneGo(context: Context, database: DatabaseLocation): Promise<Digest> {
  const indexer = await indexTo(context.ledger, database, { pollMs: 10, finalityDepth: ANY_DEPTH, transfers: true })
  await indexer.closeAtHead()
  return await sum(database)
}

export const ranges: Suite = {
  about: 'random chains, followed live, read from zero, and read in random ranges',
  run: async ({ seed, times, say, context }) => {
    const { counts, count } = tallyOf()
    const server = context?.server ?? (await startServer())
    const filled = new Set<string>()
    try {
      for (let i = 0; i < times; i++) {
        const tables = await compareOneLife(
          server,
          { seed: seed * 1_000 + i, ...(context && { context }) },
          i % 3 === 0,
          count,
        )
        for (const table of tables) filled.add(table)
        say(`chain ${i + 1}: ${counts['histories compared']} histories compared`)
      }
    } finally {
      if (context === undefined) await server.stop()
    }
    const untold = factTables.filter((table) => !filled.has(snakeCase(table)))
    count('kinds of facts', factTables.length - untold.length)
    say(untold.length === 0 ? 'every kind of fact was told' : `not told: ${untold.join(', ')}`)
    return counts
  },
}
