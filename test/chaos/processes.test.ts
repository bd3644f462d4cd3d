import { expect, it } from 'vitest'
import { fullDisk } from './fullDisk.ts'
import { kills } from './kills.ts'
import { outages } from './outages.ts'
import { writers } from './writers.ts'

/** `npm run test:chaos` in short, of processes and databases. A suite throws what it sees that must not be. */

const SLOW = 600_000
const say = () => {}

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
  'a full disk is reported, and the work resumes once there is room',
  async () => {
    const tally = await fullDisk.run({ seed: 7, times: 1, say })
    // Who may not mount a small disk cannot see this.
    if (tally['left out'] === undefined) expect(tally).toEqual({ 'full disks told of': 1, comparisons: 1 })
  },
  SLOW,
)
