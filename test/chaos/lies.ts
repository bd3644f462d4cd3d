import { setTimeout as sleep } from 'node:timers/promises'
import { type Verification, verifications } from '../../chain/verify/verification.ts'
import type { IndexerEvent } from '../../indexer/events.ts'
import { type Metrics, metricsOf } from '../../indexer/operate/metrics.ts'
import { digestThrough } from '../support/digest.ts'
import { indexTo } from '../support/indexing.ts'
import { liesAboutHashes, liesAboutLogs, type NamedLie } from '../support/lies.ts'
import { startLyingNode } from '../support/lyingNode.ts'
import { ANY_DEPTH, type Context, mustEqual, withContext } from './context.ts'
import { openHistory } from './history.ts'
import { type Count, Seen, type Suite, tallyOf } from './suite.ts'

/**
 * A node tells the truth until it begins to lie, at a random time and in a random way, while the chain goes on and turns. The lie is
 * named with the node's address, nothing of it is stored, and an honest node beside it brings the whole history.
 */

const liesFor: Readonly<Record<Verification, Readonly<Record<string, NamedLie>>>> = {
  receipts: liesAboutHashes,
  bloom: liesAboutLogs,
  off: liesAboutLogs,
}

async function hearOneLie(context: Context, count: Count): Promise<void> {
  const { server, ledger, scenario, branch, random } = context
  const verify = random.pick(verifications)
  const [doing, { lie, named }] = random.pick(Object.entries(liesFor[verify]))
  let truths = random.below(3)
  let isTold = false
  let hasTurned = false
  const liar = await startLyingNode(ledger.rpcUrl, (exchange) => {
    const told = lie(exchange)
    if (JSON.stringify(told) === JSON.stringify(exchange.result)) return exchange.result
    if (truths > 0) {
      truths -= 1
      return exchange.result
    }
    isTold = true
    return told
  })
  try {
    await server.withDatabase(async (database) => {
      const heard: string[] = []
      const report = (events: IndexerEvent) => events.kind === 'troubled' && heard.push(events.error.message)
      const metrics = metricsOf({
        chain: 'chaos',
        chosen: { command: 'index', database: 'url', verify },
        now: Date.now,
      })
      const options = { metrics, verify, pollMs: 10, maxRange: 1 + random.below(40), finalityDepth: ANY_DEPTH, report }
      const indexer = await indexTo(ledger, database, { ...options, rpcUrls: [liar.url, ledger.rpcUrl] })
      try {
        await sleep(random.below(100))
        await scenario.play(random.below(3))
        hasTurned = random.below(4) === 0
        if (hasTurned) await branch.turn(20)
        await indexer.atHead()
        const { db, close } = await openHistory(database)
        mustEqual(await digestThrough(db).finally(close), await context.freshDigest(), `after a node ${doing}`)
      } finally {
        await indexer.close()
      }
      if (!isTold) return count('lies nobody asked for')
      const isNamed = heard.some((message) => named.test(message) && message.includes(liar.url))
      // What was asked about a branch that the chain has left meanwhile is not looked at.
      if (!isNamed && hasTurned) return count('lies about a branch that was left')
      count('lies')
      count(`with --verify=${verify}`)
      if (isNamed) return count('lies that were named')
      // What may pass, as where branches change, is said only after a minute, and another node has answered by then. It is counted at
      // once, against the node that said it.
      count('lies that were counted')
      if (!(await isCounted(metrics, liar.url))) {
        throw new Seen(
          `With --verify=${verify}, a node ${doing}, which is neither said nor counted: ${heard.join(' · ') || 'nothing'}`,
        )
      }
    })
  } finally {
    await liar.stop()
  }
}

/** Whether a false answer of the node was noticed, as `/metrics` shows it. */
async function isCounted(metrics: Metrics, node: string): Promise<boolean> {
  const { text } = await metrics.page()
  return text
    .split('\n')
    .some(
      (line) =>
        line.includes(`node="${node}"`) && /node_troubles_total\{.*kind="(disagreement|lie)".* [1-9]/.test(line),
    )
}

export const lies: Suite = {
  about: 'a node that begins to lie at a random time, beside an honest one',
  run: ({ times, say, ...where }) =>
    withContext(where, async (context) => {
      const { counts, count } = tallyOf()
      for (let tries = 0; (counts.lies ?? 0) < times && tries < times * 3; tries++) {
        await hearOneLie(context, count)
        if (tries % 20 === 19) say(`${counts.lies} lies`)
      }
      return counts
    }),
}
