import { setTimeout as sleep } from 'node:timers/promises'
import { digestThrough } from '../support/digest.ts'
import { mustEqual, withContext } from './context.ts'
import { openHistory } from './history.ts'
import { CAUGHT_UP, endWell, startProcess } from './processes.ts'
import { Seen, type Suite, tallyOf } from './suite.ts'

/**
 * Two indexers on one history: one writes, one stands by. The one that writes is killed, the other takes over within ten seconds,
 * and a new one stands by, again and again, while the chain goes on and turns. In the end nothing is lost and nothing there twice.
 */

const WITHIN_MS = 10_000
const STANDS_BY = /Standing by|writes this history/
const LEADS = /This indexer writes the history/

export const writers: Suite = {
  about: 'the indexer that writes is killed, and the one that stands by takes over',
  run: ({ times, say, ...where }) =>
    withContext(where, async (context) => {
      const { counts, count } = tallyOf()
      const { random, scenario, branch } = context
      await context.server.withDatabase(async (database) => {
        let leader = startProcess(context, database)
        await leader.said(CAUGHT_UP)
        for (let i = 0; i < times; i++) {
          const standby = startProcess(context, database)
          context.atEnd(async () => standby.child.kill('SIGKILL'))
          await standby.said(STANDS_BY)
          await scenario.play(random.below(5))
          if (random.below(3) === 0) await branch.turn(64)
          await sleep(random.below(100))
          if (LEADS.test(standby.output())) throw new Seen(`Two indexers write: ${standby.output()}`)
          leader.child.kill('SIGKILL')
          const began = performance.now()
          const late = sleep(WITHIN_MS, undefined, { ref: false }).then(() => {
            throw new Seen(`After ${WITHIN_MS} ms nobody has taken over: ${standby.output()}`)
          })
          await Promise.race([standby.said(LEADS), late])
          late.catch(() => {})
          const tookMs = Math.round(performance.now() - began)
          count('take-overs')
          count('milliseconds in all', tookMs)
          say(`taken over in ${tookMs} ms`)
          leader = standby
        }
        await scenario.play(2)
        await leader.said(CAUGHT_UP)
        await endWell(leader)
        const last = startProcess(context, database)
        await last.said(CAUGHT_UP)
        await endWell(last)
        const { db, close } = await openHistory(database)
        mustEqual(await digestThrough(db).finally(close), await context.freshDigest(), 'after the last take-over')
        count('comparisons')
      })
      return counts
    }),
}
