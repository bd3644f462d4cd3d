import type { Command } from 'commander'
import { auditIndex, compareSketches, LEAST_WITHIN_ONE } from '../../../pipeline/publish/auditRun.ts'
import { readRun } from '../../../pipeline/run/readRun.ts'
import { readAgain } from '../../../pipeline/run/takenGradients.ts'
import { StopError } from '../../../sdk/errors.ts'
import { action, commandOf, reading } from '../../command.ts'
import { UsageError } from '../../usageError.ts'
import { id } from '../../values.ts'
import { countOf } from '../../words.ts'

interface Options {
  readonly model?: number
  readonly again?: string
}

export function verifyCommand(): Command {
  return reading(
    commandOf('verify', 'compute a run’s sketches, units and row index from its gradients again; sends nothing'),
  )
    .argument('<run folder>')
    .option('--model <number>', 'a registered model, which must have these units, to the bit', id)
    .option(
      '--again <file>',
      `gradients of its rows as you took them (python -m attribution_run again): their sketches must be within one step of the run’s in ${LEAST_WITHIN_ONE * 100} % of the codes`,
    )
    .action(
      action<[string], Options>(async ({ connection, terminal }, { model, again }, folder) => {
        if (model === undefined && again === undefined)
          throw new UsageError('Say with --model or --again what to compare the run with.')
        const run = readRun(folder)
        const audited = model === undefined ? undefined : await auditIndex(await connection(), run, model)
        const compared = again === undefined ? undefined : compareSketches(run, readAgain(again, run))
        terminal.result({ model, audited, compared }, [
          ...(audited === undefined
            ? []
            : [
                `Model ${model} has the units of this run: ${countOf(audited.units, 'unit')} of ${countOf(audited.rows, 'row')}, of which ${countOf(audited.dropped, 'near-copy was', 'near-copies were')} dropped; row index ${audited.root}`,
              ]),
          ...(compared === undefined
            ? []
            : [
                `Of ${compared.codes} codes ${percent(compared.equal)} are equal, ${percent(compared.withinOne)} within one step; the largest difference is ${compared.largestDifference}`,
              ]),
        ])
        if (compared !== undefined && compared.withinOne < LEAST_WITHIN_ONE)
          throw new StopError(
            `The gradients of this run are not those that you took: ${percent(compared.withinOne)} of the codes are within one step, and ${percent(LEAST_WITHIN_ONE)} must be`,
            {},
            'Compare base, adapter, items and template with the run; if they are the same, file an appeal (docs/protocol.md).',
          )
      }),
    )
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`
}
