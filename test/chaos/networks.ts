import { setTimeout as sleep } from 'node:timers/promises'
import { clockAt } from '../../chain/clock.ts'
import { digestThrough } from '../support/digest.ts'
import { indexTo } from '../support/indexing.ts'
import { startLyingNode } from '../support/lyingNode.ts'
import { troubles } from '../support/troubles.ts'
import { watchAnswers } from './answerWatch.ts'
import { ANY_DEPTH, type Context, mustEqual, withContext } from './context.ts'
import { openHistory } from './history.ts'
import { type Count, type Suite, tallyOf } from './suite.ts'

/** Whole backfills over networks that are slow, cut connections, ask for pauses and garble what comes through. */

/** Who the node speaks for is asked without trouble: nobody starts an indexer with a node that does not answer. */
const ASKED_AT_START = 12
const ONE_IN = 6
/** Pauses that a node asks for, and those after failures, pass by this clock. */
const clock = clockAt(10)

async function backfillThrough(context: Context, kinds: readonly string[], nodes: number, count: Count): Promise<void> {
  const { ledger, random, server, scenario } = context
  const behind = Array.from({ length: nodes }, () =>
    startLyingNode(
      ledger.rpcUrl,
      async ({ result }) => {
        await sleep(random.below(30))
        return result
      },
      (request) => {
        if (request < ASKED_AT_START || random.below(ONE_IN) > 0) return undefined
        const kind = random.pick(kinds)
        count('troubles')
        return troubles[kind]
      },
    ),
  )
  const proxies = await Promise.all(behind)
  try {
    await server.withDatabase(async (database) => {
      const rpcUrls = proxies.map(({ url }) => url)
      const options = {
        rpcUrls,
        clock,
        rpcTimeoutMs: 300 * clock.speed,
        pollMs: 10 * clock.speed,
        maxRange: 4 + random.below(20),
        finalityDepth: ANY_DEPTH,
      }
      const indexer = await indexTo(ledger, database, options)
      const watch = watchAnswers(() => indexer.url)
      try {
        await scenario.play(random.below(4))
        await indexer.atHead()
        const { db, close } = await openHistory(database)
        mustEqual(await digestThrough(db).finally(close), await context.freshDigest(), `over a network with ${kinds}`)
        count('backfills')
      } finally {
        await indexer.close()
      }
      await watch.stop()
      count('answers watched', watch.answers())
    })
  } finally {
    await Promise.all(proxies.map((proxy) => proxy.stop()))
  }
}

export const networks: Suite = {
  about: 'whole backfills over slow and hostile networks',
  run: ({ times, say, ...where }) =>
    withContext(where, async (context) => {
      const { counts, count } = tallyOf()
      const kinds = Object.keys(troubles)
      for (let i = 0; i < times; i++) {
        const some = context.random.shuffled(kinds).slice(0, 1 + context.random.below(kinds.length))
        await backfillThrough(context, some, 1 + (i % 3), count)
        say(some.join(', '))
      }
      return counts
    }),
}
