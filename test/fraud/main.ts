// npm run test:fraud: at least 500 lies of every kind that there is, each struck by the watcher or refused by the chain, and nobody who did not
// lie touched. Prints a table and ends with an error otherwise.
import { runCommand, wholeNumber } from '../../scripts/command.ts'
import { StopError } from '../../sdk/errors.ts'
import { runCampaign } from './campaign.ts'
import { isJust, type Verdicts } from './verdicts.ts'

await runCommand({
  usage: `npm run test:fraud -- [options]
  --seed <number>   another campaign (1)
  --each <number>   lies of each kind (6)
  --kills <number>  how often the watcher is killed (3)`,
  options: {
    seed: { type: 'string', default: '1' },
    each: { type: 'string', default: '6' },
    kills: { type: 'string', default: '3' },
  },
  async run(values) {
    const began = performance.now()
    const verdicts = await runCampaign({
      seed: wholeNumber('seed', values.seed, 0, 9_999),
      each: wholeNumber('each', values.each, 1, 100),
      kills: wholeNumber('kills', values.kills, 0, 100),
      say: (line) => console.log(`${elapsed(began)}  ${line}`),
    })
    print(verdicts)
    console.log(`\n${elapsed(began)}`)
    if (!isJust(verdicts)) {
      throw new StopError('Not every lie was undone, or somebody honest was touched', {}, 'Look at the table.')
    }
  },
})

function print(verdicts: Verdicts): void {
  const { kinds, strayed, honestRecords, honestModels, spite, sentInPeace, wasted, isPaidExactly } = verdicts
  const width = Math.max(...kinds.map(({ kind }) => kind.length))
  console.log(`\n${'lie'.padEnd(width + 8)}  told  struck or refused`)
  for (const { of, kind, told, undone } of kinds) {
    console.log(`${of.padEnd(6)}  ${kind.padEnd(width)}  ${`${told}`.padStart(4)}  ${`${undone}`.padStart(17)}`)
  }
  const sum = (of: 'told' | 'undone'): number => kinds.reduce((total, kind) => total + kind[of], 0)
  console.log(`\n${sum('undone')} of ${sum('told')} lies of ${kinds.length} kinds were struck or refused`)
  for (const line of strayed) console.log(`not as expected: ${line}`)
  console.log(`${honestRecords.voided} of ${honestRecords.count} honest records were voided`)
  console.log(`${honestModels.struck} of ${honestModels.count} honest models were struck`)
  console.log(`${spite.answered} of ${spite.count} demands to honest people were answered`)
  console.log(
    `where nobody had lied, the watcher sent ${sentInPeace} transactions; of all others, ${wasted.length} failed`,
  )
  if (wasted.length > 0) console.log(`they called ${wasted.join(', ')}`)
  console.log(`both books were paid ${isPaidExactly ? 'to the gwei' : 'otherwise than they should be'}`)
}

function elapsed(began: number): string {
  return `${((performance.now() - began) / 1_000).toFixed(1)} s`
}
