// npm run test:soak: two gateways on one queue, at least 100,000 calls of 50 payers in bad weather. Σ charged = Σ recorded = Σ earned, to the
// gwei; ends with an error otherwise.
import { runCommand, wholeNumber } from '../../scripts/command.ts'
import { StopError } from '../../sdk/errors.ts'
import { soak } from './soak.ts'

await runCommand({
  usage: `npm run test:soak -- [options]
  --seed <number>    another course of events (1)
  --calls <number>   how many are made (100000)
  --payers <number>  by how many (50)`,
  options: {
    seed: { type: 'string', default: '1' },
    calls: { type: 'string', default: '100000' },
    payers: { type: 'string', default: '50' },
  },
  async run(values) {
    const began = performance.now()
    const say = (line: string) => console.log(`${((performance.now() - began) / 1_000).toFixed(1)} s  ${line}`)
    const found = await soak({
      seed: wholeNumber('seed', values.seed, 0, 2 ** 31 - 1),
      calls: wholeNumber('calls', values.calls, 1, 10_000_000),
      payers: wholeNumber('payers', values.payers, 1, 10_000),
      say,
    })
    const { signed, charged, recorded, earned, faults } = found
    say(JSON.stringify(found))
    if (faults.length > 0 || new Set([signed, charged, recorded, earned]).size > 1)
      throw new StopError('The amounts differ, or something could be struck', {}, 'Look at the line above.')
  },
})
