import { expect, it } from 'vitest'
import { fullDisk } from './fullDisk.ts'
import { kills } from './kills.ts'
import { lies } from './lies.ts'
import { networks } from './networks.ts'
import { outages } from './outages.ts'
import { ranges } from './ranges.ts'
import { reorgs } from './reorgs.ts'
import { writers } from './writers.ts'

/** `npm run test:chaos` in short: every chapter, seldom. A chapter throws what it sees that must not be. */

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
  'processes that are killed at random moments lose nothing and double nothing',
  async () => {
    expect(await kills.run({ seed: 7, times: 3, say })).toMatchObject({ kills: 3 })
  },
  SLOW,
)

it(
  'outages of database and node are reported and waited out',
  async () => {
    expect(await outages.run({ seed: 7, times: 4, say })).toMatchObject({
      'said why': 3,
      'the database stops': 1,
      'the database crashes': 1,
      'the sessions are cut': 1,
      'the node is gone': 1,
    })
  },
  SLOW,
)

it(
  'the one that stands by takes over, again and again',
  async () => {
    expect(await writers.run({ seed: 7, times: 1, say })).toMatchObject({ 'take-overs': 1, comparisons: 1 })
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

it(
  'a full disk is reported, and the work resumes once there is room',
  async () => {
    const tally = await fullDisk.run({ seed: 7, times: 1, say })
    // Who may not mount a small disk cannot see this.
    if (tally['left out'] === undefined) expect(tally).toEqual({ 'full disks told of': 1, comparisons: 1 })
  },
  SLOW,
)
