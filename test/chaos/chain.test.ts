import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Context, openContext } from './context.ts'
import { lies } from './lies.ts'
import { networks } from './networks.ts'
import { ranges } from './ranges.ts'
import { reorgs } from './reorgs.ts'

/** `npm run test:chaos` in short, of chains and nodes. A suite throws what it sees that must not be. */

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
  'a hostile network delays a backfill and changes nothing in it',
  async () => {
    expect(await networks.run({ seed: SEED, context, times: 1, say })).toMatchObject({ backfills: 1 })
  },
  SLOW,
)

it(
  'random reorgs leave what a fresh replay leaves, and a true history of what was reverted',
  async () => {
    const tally = await reorgs.run({ seed: SEED, context, times: 4, say })
    expect(tally).toMatchObject({ comparisons: 4, reorgs: expect.any(Number) })
    expect(tally.reorgs).toBeGreaterThanOrEqual(2)
  },
  SLOW,
)

it(
  'a node that begins to lie is named or counted, and nothing of it is stored',
  async () => {
    expect(await lies.run({ seed: SEED, context, times: 3, say })).toMatchObject({ lies: 3 })
  },
  SLOW,
)

it(
  'following live, a replay from zero and random ranges leave the same history',
  async () => {
    expect(await ranges.run({ seed: SEED, context, times: 1, say })).toMatchObject({
      chains: 1,
      'histories compared': 3,
    })
  },
  SLOW,
)
