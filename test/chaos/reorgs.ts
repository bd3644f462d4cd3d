import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { digestThrough } from '../support/digest.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { watchAnswers } from './answerWatch.ts'
import { ANY_DEPTH, type Context, mustEqual, withContext } from './context.ts'
import { openHistory } from './history.ts'
import { startMovingNode } from './movingNode.ts'
import { mustCoverOnce, type Served, servedOf } from './served.ts'
import { type Count, type Suite, tallyOf } from './suite.ts'

/**
 * Reorgs 1 to 64 deep, of which transactions come out dropped, moved and re-included. After each, what is stored equals a fresh
 * replay of the chain from its beginning, table by table, and the history of what was reverted is true.
 */

const DEEPEST = 64

/** Lets the chain turn once, at times twice in a row. */
async function turn({ branch, random }: Context, count: Count): Promise<void> {
  const turns = random.below(6) === 0 ? 2 : 1
  for (let i = 0; i < turns; i++) {
    const { dropped, moved, returned } = await branch.turn(DEEPEST)
    count('reorgs')
    count('transactions dropped', dropped)
    count('moved', moved)
    count('re-included', returned)
  }
}

/** Holds what is stored against a fresh replay, and what was stored before against what is told of it. */
async function compare(context: Context, database: DatabaseLocation, when: string, count: Count, served?: Served) {
  const { db, close } = await openHistory(database)
  try {
    mustEqual(await digestThrough(db), await context.freshDigest(), when)
    count('comparisons')
    await mustCoverOnce(db)
    if (served === undefined) return
    count('blocks reverted', await served.check(db, (hash) => context.branch.seen.has(hash)))
    await served.note(db)
  } finally {
    await close()
  }
}

/** One indexer follows while the chain turns; an embedded history is read between two lives of it. */
async function whileLive(context: Context, database: DatabaseLocation, rounds: number, count: Count): Promise<void> {
  const { ledger, scenario, random } = context
  const isEmbedded = database.kind === 'embedded'
  const moving = await startMovingNode(ledger.rpcUrl)
  context.atEnd(moving.stop)
  const served = servedOf()
  let follower: Indexing | undefined
  const begin = async () => {
    follower = await indexTo(ledger, database, {
      pollMs: 10,
      maxRange: 20,
      finalityDepth: ANY_DEPTH,
      rpcUrls: [moving.url],
      report: ({ kind }) => kind === 'undone' && count('seen live'),
    })
    return follower
  }
  const watch = watchAnswers(() => follower?.url)
  context.atEnd(async () => {
    await follower?.close()
    await watch.stop()
  })
  let indexer = await begin()
  for (let round = 0; round < rounds; round++) {
    await scenario.play(random.below(4))
    // Sometimes everything has been seen before the branch changes, sometimes it changes under the indexer's hands.
    if (random.below(4) > 0) await indexer.atHead()
    if (random.below(4) > 0) await turn(context, count)
    else await moving.meanwhile(() => turn(context, count))
    await indexer.atHead()
    if (isEmbedded) await indexer.close()
    await compare(context, database, `after round ${round}`, count, served)
    if (isEmbedded) indexer = await begin()
    if (watch.hasSeen()) break
  }
  await indexer.close()
  await watch.stop()
  count('answers watched', watch.answers())
}

/** Each time an indexer begins with nothing, and the chain turns before it is through. */
async function whileBackfilling(context: Context, rounds: number, count: Count): Promise<void> {
  const { ledger, scenario, random } = context
  for (let round = 0; round < rounds; round++) {
    await scenario.play(random.below(4))
    await context.server.withDatabase(async (database) => {
      const indexer = await indexTo(ledger, database, {
        pollMs: 10,
        maxRange: 1 + random.below(12),
        finalityDepth: ANY_DEPTH,
        report: ({ kind }) => kind === 'undone' && count('seen while backfilling'),
      })
      const watch = watchAnswers(() => indexer.url)
      try {
        await sleep(random.below(150))
        await turn(context, count)
        await indexer.atHead()
        await compare(context, database, `after backfill ${round}`, count)
      } finally {
        await indexer.close()
      }
      await watch.stop()
      count('answers watched', watch.answers())
    })
  }
}

export const reorgs: Suite = {
  about: 'random reorgs, live and while backfilling, on both databases',
  run: ({ times, say, ...where }) =>
    withContext(where, async (context) => {
      const { counts, count: add } = tallyOf()
      const count: Count = (what, by) => {
        add(what, by)
        if (what === 'comparisons' && (counts[what] ?? 0) % 25 === 0)
          say(`${counts.reorgs} reorgs, ${counts[what]} compared`)
      }
      const embedded = Math.ceil(times / 10)
      const backfilled = Math.ceil(times / 5)
      const live = times - embedded - backfilled
      await context.server.withDatabase((database) => whileLive(context, database, live, count))
      say(`${live} rounds live on PostgreSQL`)
      await whileBackfilling(context, backfilled, count)
      say(`${backfilled} rounds while backfilling on PostgreSQL`)
      const folder = join(context.ledger.folder, 'embedded')
      await whileLive(context, { kind: 'embedded', folder }, embedded, count)
      say(`${embedded} rounds live on the embedded database`)
      return counts
    }),
}
