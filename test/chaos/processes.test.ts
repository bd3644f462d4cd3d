import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Context, openContext } from './context.ts'
import { fullDisk } from './fullDisk.ts'
import { kills } from './kills.ts'
import { outages } from './outages.ts'
import { writers } from './writers.ts'

/** `npm run test:chaos` in short, of processes and databases. A suite throws what it sees that must not be. */

const SLOW = 600_000
const SEED = 7
const ACTS = 24
const say = () => {}

/** One ledger for all of them: its chain goes on from one to the next. */
let context: Context
const closings: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  context = await openContext(SEED, (close) => closings.unshift(close), undefined, ACTS)
}, SLOW)
afterAll(async () => {
  for (const close of closings) await close()
})

it(
  'processes that are killed at random moments lose nothing and double nothing',
  async () => {
    expect(await kills.run({ seed: SEED, context, times: 3, say })).toMatchObject({ kills: 3 })
  },
  SLOW,
)

it(
  'the one that stands by takes over, again and again',
  async () => {
    expect(await writers.run({ seed: SEED, context, times: 1, say })).toMatchObject({ 'take-overs': 1, comparisons: 1 })
  },
  SLOW,
)

it(
  'a full disk is reported, and the work resumes once there is room',
  async () => {
    const tally = await fullDisk.run({ seed: SEED, context, times: 1, say })
    // Who may not mount a small disk cannot see this.
    if (tally['left out'] === undefined) expect(tally).toEqual({ 'full disks told of': 1, comparisons: 1 })
  },
  SLOW,
)

// The last, for the chain is stopped after it.
it(
  'outages of database and node are reported and waited out',
  async () => {
    expect(await outages.run({ seed: SEED, context, times: 4, say })).toMatchObject({
      'said why': 3,
      'the database stops': 1,
      'the database crashes': 1,
      'the sessions are cut': 1,
      'the node is gone': 1,
    })
  },
  SLOW,
)
