import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { randomOf } from '../support/random.ts'
import { fairStay, liveThrough, type Stay } from './season.ts'
import { startTwinChains, type TwinChains } from './twinChains.ts'
import { weathers } from './weathers.ts'

/** The short form: every kind of weather over some blocks. `npm run test:weather` is the long one. */
const SEED = 20_261_130
const TOGETHER = 9
const SPEED = 20
/** Over a minute: what happens once a minute happens. */
const BLOCKS = 7

const alone: readonly Stay[] = Object.entries(weathers).map(([name, weather]) => ({ name, weathers: [[weather]] }))
const groups = Array.from({ length: Math.ceil(alone.length / TOGETHER) }, (_, i) =>
  alone.slice(i * TOGETHER, (i + 1) * TOGETHER),
)

// For some seconds the machine may be busy with somebody else's work.
describe('an indexer whose only node', { retry: 1 }, () => {
  const random = randomOf(SEED)
  let chains: TwinChains
  let postgres: PostgresServer

  beforeAll(async () => {
    ;[chains, postgres] = await Promise.all([startTwinChains(random), startPostgres()])
  })
  afterAll(async () => {
    await Promise.all([chains?.stop(), postgres?.stop()])
  })

  it.each(groups.map((group) => [group.map(({ name }) => name).join(', or '), group] as const))(
    '%s stores nothing false, stays ready and asks no more than it may',
    async (_, group) => {
      const season = { chains, postgres, random, speed: SPEED, blocks: BLOCKS, reorgs: 1 }
      expect((await liveThrough(season, group)).faults).toEqual([])
    },
  )

  it('does nothing of the kind asks at most 1.5 times a block', async () => {
    const season = { chains, postgres, random, speed: 40, blocks: 30, reorgs: 0 }
    const { faults, callsPerBlock } = await liveThrough(season, [fairStay])
    expect(faults).toEqual([])
    expect(callsPerBlock[fairStay.name]).toBeLessThan(2)
  })
})
