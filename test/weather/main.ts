// npm run test:weather: an indexer for hours of simulated time before nodes that do what hosted nodes do, each kind of weather alone
// and then random mixtures of them, on one node or two, while the chain turns. Ends with a table, or with what must not be.
import { runCommand, wholeNumber } from '../../scripts/command.ts'
import { StopError } from '../../sdk/errors.ts'
import { startPostgres } from '../support/postgres.ts'
import { type Random, randomOf } from '../support/random.ts'
import { fairStay, liveThrough, type Stay } from './season.ts'
import { startTwinChains } from './twinChains.ts'
import { weathers } from './weathers.ts'

const MINUTES_AN_HOUR = 60
const TOGETHER = 4
const MOST_KINDS = 3
const BLOCKS_A_REORG = 40

await runCommand({
  usage: `npm run test:weather -- [options]
  --seed <number>       another run (1)
  --minutes <number>    of simulated time for each kind of weather alone (60)
  --mixtures <number>   how many random mixtures (12)
  --hours <number>      of simulated time for each mixture (3)
  --speed <number>      how much faster than a wall clock (60)
  --only <text>         kinds whose name has it`,
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '60' },
    mixtures: { type: 'string', default: '12' },
    hours: { type: 'string', default: '3' },
    speed: { type: 'string', default: '60' },
    only: { type: 'string', default: '' },
  },
  async run(asked) {
    const seed = wholeNumber('seed', asked.seed, 0, 2 ** 31)
    const minutes = wholeNumber('minutes', asked.minutes, 1, 10_000)
    const mixtures = wholeNumber('mixtures', asked.mixtures, 0, 10_000)
    const hours = wholeNumber('hours', asked.hours, 1, 1_000)
    const speed = wholeNumber('speed', asked.speed, 1, 1_000)
    const random = randomOf(seed)
    const [chains, postgres] = await Promise.all([startTwinChains(random), startPostgres()])
    const live = async (stays: readonly Stay[], simulatedMinutes: number) => {
      const blocks = Math.ceil((simulatedMinutes * 60) / chains.blockSeconds)
      const reorgs = Math.ceil(blocks / BLOCKS_A_REORG)
      const { faults, callsPerBlock } = await liveThrough({ chains, postgres, random, speed, blocks, reorgs }, stays)
      for (const [name, calls] of Object.entries(callsPerBlock)) console.log(`${calls.toFixed(2).padStart(6)}  ${name}`)
      if (faults.length === 0) return
      const remedy = `npm run test:weather -- --seed ${seed} tells it again.\n${faults.slice(0, 20).join('\n')}`
      throw new StopError('The weather did harm', { seed, faults: faults.length }, remedy)
    }
    console.log(' calls  a block, in')
    try {
      const alone = Object.entries(weathers)
        .filter(([name]) => name.includes(asked.only))
        .map(([name, weather]): Stay => ({ name, weathers: [[weather]] }))
      for (let i = 0; i < alone.length; i += TOGETHER) await live(alone.slice(i, i + TOGETHER), minutes)
      await live([fairStay], minutes)
      for (let i = 0; i < mixtures; i += TOGETHER) {
        const count = Math.min(TOGETHER, mixtures - i)
        await live(
          Array.from({ length: count }, () => mixture(random)),
          hours * MINUTES_AN_HOUR,
        )
      }
    } finally {
      await Promise.all([chains.stop(), postgres.stop()])
    }
  },
})

/** One or two nodes, each with some kinds of weather at once. */
function mixture(random: Random): Stay {
  const nodes = Array.from({ length: 1 + random.below(2) }, () =>
    random
      .shuffled(Object.entries(weathers).filter(([, { verify }]) => verify === undefined))
      .slice(0, 1 + random.below(MOST_KINDS)),
  )
  return {
    name: nodes.map((kinds) => kinds.map(([name]) => name).join(' + ')).join(' | '),
    weathers: nodes.map((kinds) => kinds.map(([, weather]) => weather)),
  }
}
