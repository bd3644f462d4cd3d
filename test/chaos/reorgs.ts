import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { digestThrough } from '../support/digest.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { type Chapter, type Count, tallyOf } from './chapter.ts'
import { openHistory } from './history.ts'
import { startMovingNode } from './movingNode.ts'
import { ANY_DEPTH, mustEqual, onScene, type Scene } from './scene.ts'
import { mustCoverOnce, type Served, servedOf } from './served.ts'
import { watchAnswers } from './witness.ts'

/**
 * Reorgs 1 to 64 deep, of which transactions come out dropped, moved and re-included. After each, what is stored equals a fresh
 * replay of the chain from its beginning, table by table, and the history of what was reverted is true.
 */

const DEEPEST = 64

/** Lets the chain turn once, at times twice in a row. */
async function turn({ branch, random }: Scene, count: Count): Promise<void> {
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
async function compare(scene: Scene, database: DatabaseLocation, when: string, count: Count, served?: Served) {
  const { db, close } = await openHistory(database)
  try {
    mustEqual(await digestThrough(db), await scene.freshDigest(), when)
    count('comparisons')
    await mustCoverOnce(db)
    if (served === undefined) return
    count('blocks reverted', await served.check(db, (hash) => scene.branch.seen.has(hash)))
    await served.note(db)
  } finally {
    await close()
  }
}

/** One indexer follows while the chain turns; an embedded history is read between two lives of it. */
async function whileLive(scene: Scene, database: DatabaseLocation, rounds: number, count: Count): Promise<void> {
  const { ledger, story, random } = scene
  const isEmbedded = database.kind === 'embedded'
  const moving = await startMovingNode(ledger.rpcUrl)
  scene.atEnd(moving.stop)
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
  const witness = watchAnswers(() => follower?.url)
  scene.atEnd(async () => {
    await follower?.close()
    await witness.stop()
  })
  let indexer = await begin()
  for (let round = 0; round < rounds; round++) {
    await story.tell(random.below(4))
    // Sometimes everything has been seen before the branch changes, sometimes it changes under the indexer's hands.
    if (random.below(4) > 0) await indexer.atHead()
    if (random.below(4) > 0) await turn(scene, count)
    else await moving.meanwhile(() => turn(scene, count))
    await indexer.atHead()
    if (isEmbedded) await indexer.close()
    await compare(scene, database, `after round ${round}`, count, served)
    if (isEmbedded) indexer = await begin()
    if (witness.hasSeen()) break
  }
  await indexer.close()
  await witness.stop()
  count('answers watched', witness.answers())
}

/** Each time an indexer begins with nothing, and the chain turns before it is through. */
async function whileBackfilling(scene: Scene, rounds: number, count: Count): Promise<void> {
  const { ledger, story, random } = scene
  for (let round = 0; round < rounds; round++) {
    await story.tell(random.below(4))
    await scene.server.withDatabase(async (database) => {
      const indexer = await indexTo(ledger, database, {
        pollMs: 10,
        maxRange: 1 + random.below(12),
        finalityDepth: ANY_DEPTH,
        report: ({ kind }) => kind === 'undone' && count('seen while backfilling'),
      })
      const witness = watchAnswers(() => indexer.url)
      try {
        await sleep(random.below(150))
        await turn(scene, count)
        await indexer.atHead()
        await compare(scene, database, `after backfill ${round}`, count)
      } finally {
        await indexer.close()
      }
      await witness.stop()
      count('answers watched', witness.answers())
    })
  }
}

export const reorgs: Chapter = {
  about: 'random reorgs, live and while backfilling, on both databases',
  run: ({ seed, times, say }) =>
    onScene(seed, async (scene) => {
      const { counts, count: add } = tallyOf()
      const count: Count = (what, by) => {
        add(what, by)
        if (what === 'comparisons' && (counts[what] ?? 0) % 25 === 0)
          say(`${counts.reorgs} reorgs, ${counts[what]} compared`)
      }
      const embedded = Math.ceil(times / 10)
      const backfilled = Math.ceil(times / 5)
      const live = times - embedded - backfilled
      await scene.server.withDatabase((database) => whileLive(scene, database, live, count))
      say(`${live} rounds live on PostgreSQL`)
      await whileBackfilling(scene, backfilled, count)
      say(`${backfilled} rounds while backfilling on PostgreSQL`)
      const folder = join(scene.ledger.folder, 'embedded')
      await whileLive(scene, { kind: 'embedded', folder }, embedded, count)
      say(`${embedded} rounds live on the embedded database`)
      return counts
    }),
}
