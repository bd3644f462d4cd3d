import { auditIndex, compareSketches, LEAST_WITHIN_ONE } from '../pipeline/publish/auditRun.ts'
import { readRun } from '../pipeline/run/readRun.ts'
import { readAgain } from '../pipeline/run/takenGradients.ts'
import { StopError } from '../sdk/errors.ts'
import { runCommand, UsageError, wholeNumber } from './command.ts'
import { connectionOptions, connectionUsage, openConnection } from './connection.ts'

await runCommand({
  usage: `npm run audit-run -- <run folder> [--model <number>] [--again <file>]
Computes a run's sketches, units and row index from its gradients again. Sends nothing.
  --model <number>     a registered model, which must have been registered with this run and these units, to the bit
  --again <file>       gradients of the run's rows as you took them (python -m attribution_run again): their sketches must be
                       within one step of the run's in ${LEAST_WITHIN_ONE * 100} % of the codes
${connectionUsage}`,
  options: { ...connectionOptions, model: { type: 'string' }, again: { type: 'string' } },
  async run(values, [folder]) {
    if (folder === undefined) throw new UsageError('Name the run folder.')
    if (values.model === undefined && values.again === undefined)
      throw new UsageError('Say with --model or --again what to hold the run against.')
    const run = readRun(folder)
    if (values.model !== undefined) {
      const model = wholeNumber('model', values.model, 1, 2 ** 32 - 1)
      const { rows, dropped, units, root } = await auditIndex(await openConnection(values), run, model)
      process.stdout.write(
        `Model ${model} has the units of this run: ${units} units of ${rows} rows, ${dropped} of them dropped near-copies; row index ${root}\n`,
      )
    }
    if (values.again === undefined) return
    const { codes, equal, withinOne, largestDifference } = compareSketches(run, readAgain(values.again, run))
    process.stdout.write(
      `Of ${codes} codes ${percent(equal)} are equal, ${percent(withinOne)} within one step; ` +
        `the largest difference is ${largestDifference}\n`,
    )
    if (withinOne < LEAST_WITHIN_ONE)
      throw new StopError(
        'The gradients of this run are not those that you took',
        { withinOne: percent(withinOne), least: percent(LEAST_WITHIN_ONE) },
        'Compare base, adapter, items and template with the run; if they are the same, file an appeal (docs/protocol.md).',
      )
  },
})

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`
}
