// npm run test:chaos: everything that may go wrong around an indexer, at random and often, and nothing stored that is not the chain's.
// Ends with a table, or at the first thing that must not be, with the seed to see it again.
import { paragraphOf, runCommand, UsageError, wholeNumber } from '../../scripts/command.ts'
import { StopError } from '../../sdk/errors.ts'
import { fullDisk } from './fullDisk.ts'
import { kills } from './kills.ts'
import { lies } from './lies.ts'
import { networks } from './networks.ts'
import { outages } from './outages.ts'
import { ranges } from './ranges.ts'
import { reorgs } from './reorgs.ts'
import type { Suite, Tally } from './suite.ts'
import { writers } from './writers.ts'

const suites: Readonly<Record<string, { readonly suite: Suite; readonly times: number }>> = {
  reorgs: { suite: reorgs, times: 1_000 },
  kills: { suite: kills, times: 120 },
  outages: { suite: outages, times: 32 },
  writers: { suite: writers, times: 20 },
  lies: { suite: lies, times: 200 },
  networks: { suite: networks, times: 20 },
  ranges: { suite: ranges, times: 12 },
  fullDisk: { suite: fullDisk, times: 2 },
}

await runCommand({
  usage: `npm run test:chaos -- [options]
  --seed <number>     another run (1)
  --reorgs <number>   how many reorgs (1000)
  --kills <number>    how many kills (120)
  --only <names>      ${Object.keys(suites).join(', ')}, with commas between`,
  options: {
    seed: { type: 'string', default: '1' },
    reorgs: { type: 'string' },
    kills: { type: 'string' },
    only: { type: 'string', default: Object.keys(suites).join(',') },
  },
  async run({ seed: seedText, only, ...asked }) {
    const seed = wholeNumber('seed', seedText, 0, 2 ** 31)
    const rows: string[] = []
    for (const name of only.split(',')) {
      const found = suites[name]
      if (found === undefined) throw new UsageError(`There is no suite ${name}`)
      const text = asked[name as keyof typeof asked]
      const times = text === undefined ? found.times : wholeNumber(name, text, 1, 1_000_000)
      const began = performance.now()
      const since = () => `${((performance.now() - began) / 1_000).toFixed(1)} s`
      console.log(`${name}: ${found.suite.about}`)
      const say = (line: string) => console.log(`  ${since()}  ${line}`)
      const tally = await found.suite.run({ seed, times, say }).catch((cause: unknown) => {
        throw new StopError(
          `Chaos found something in ${name}`,
          { seed, times, seconds: since() },
          `npm run test:chaos -- --only ${name} --seed ${seed} tells it again.\n${paragraphOf(cause)}`,
          cause,
        )
      })
      rows.push(`${name.padEnd(10)} ${since().padStart(9)}  ${summary(tally)}`)
    }
    console.log(`\n${rows.join('\n')}`)
  },
})

function summary(tally: Tally): string {
  return Object.entries(tally)
    .map(([what, times]) => `${times} ${what}`)
    .join(', ')
}
