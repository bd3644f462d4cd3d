import { expect, it } from 'vitest'
import { lies } from './lies.ts'
import { networks } from './networks.ts'
import { ranges } from './ranges.ts'
import { reorgs } from './reorgs.ts'

/** `npm run test:chaos` in short, of chains and nodes. A suite throws what it sees that must not be. */

const SLOW = 600_000
const say = () => {}

it(
  'random reorgs leave what a fresh replay leaves, and a true history of what was reverted',
  async () => {
    const tally = await reorgs.run({ seed: 7, times: 8, say })
    expect(tally).toMatchObject({ comparisons: 8, reorgs: expect.any(Number) })
    expect(tally.reorgs).toBeGreaterThanOrEqual(5)
  },
  SLOW,
)

it(
  'a node that begins to lie is named or counted, and nothing of it is stored',
  async () => {
    expect(await lies.run({ seed: 7, times: 4, say })).toMatchObject({ lies: 4 })
  },
  SLOW,
)

it(
  'a hostile network delays a backfill and changes nothing in it',
  async () => {
    expect(await networks.run({ seed: 7, times: 1, say })).toMatchObject({ backfills: 1 })
  },
  SLOW,
)

it(
  'following live, a replay from zero and random ranges leave the same history',
  async () => {
    expect(await ranges.run({ seed: 7, times: 1, say })).toMatchObject({ chains: 1, 'histories compared': 3 })
  },
  SLOW,
)
