// npm run test:fraud: lies in at least 500 ways, each struck by the watcher in one transaction after its announcement, and nobody who
// did not lie struck with them. Prints a table and ends with an error otherwise.
import { runCommand, wholeNumber } from '../../scripts/command.ts'
import { StopError } from '../../sdk/errors.ts'
import { runCampaign } from './campaign.ts'
import { isJust, type Verdicts } from './verdicts.ts'

await runCommand({
  usage: `npm run test:fraud -- [options]
  --seed <number>         another campaign (1)
  --records <number>      recorded inferences of the large model (2000)
  --corrupted <number>    how many of them are false (504)
  --false-indexes <number>  models of each kind of false index (3)`,
  options: {
    seed: { type: 'string', default: '1' },
    records: { type: 'string', default: '2000' },
    corrupted: { type: 'string', default: '504' },
    'false-indexes': { type: 'string', default: '3' },
  },
  async run(values) {
    const began = performance.now()
    const verdicts = await runCampaign({
      seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
      rowsEach: 100,
      records: wholeNumber('records', values.records, 1, 100_000),
      corrupted: wholeNumber('corrupted', values.corrupted, 0, 100_000),
      falseIndexes: wholeNumber('false-indexes', values['false-indexes'], 0, 100),
      kills: 3,
      say: (line) => console.log(`${elapsed(began)}  ${line}`),
    })
    print(verdicts)
    console.log(`\n${elapsed(began)}`)
    if (!isJust(verdicts))
      throw new StopError('Not every lie was struck, or something else was', {}, 'Look at the table.')
  },
})

function print({ kinds, honest, honestModels, misjudged, answered, wasted }: Verdicts): void {
  const width = Math.max(...kinds.map(({ kind }) => kind.length))
  console.log(`\n${'lie'.padEnd(width + 8)}  tried  struck  gas (median)`)
  for (const { of, kind, tried, struck, gasMedian } of kinds) {
    const columns = [`${tried}`.padStart(5), `${struck}`.padStart(6), gasMedian.toLocaleString('en-US').padStart(12)]
    console.log(`${of.padEnd(6)}  ${kind.padEnd(width)}  ${columns.join('  ')}`)
  }
  const tried = kinds.reduce((sum, kind) => sum + kind.tried, 0)
  const struck = kinds.reduce((sum, kind) => sum + kind.struck, 0)
  console.log(`\n${struck} of ${tried} lies were struck, each in one transaction after its announcement`)
  console.log(`${honest.struck} of ${honest.records} honest records were struck`)
  console.log(`${honestModels.stopped} of ${honestModels.models} honest models were stopped`)
  console.log(`${misjudged.length} records of false indexes were misjudged`)
  console.log(`a row demanded of an honest model was ${answered ? 'shown' : 'not shown'}`)
  console.log(`${wasted.length} transactions of the watcher were for nothing ${wasted.join(' ')}`.trimEnd())
}

function elapsed(began: number): string {
  return `${((performance.now() - began) / 1_000).toFixed(1)} s`
}
