import type { Command } from 'commander'
import { recordedIn } from '../../pipeline/evaluate/recorded.ts'
import { action, commandOf, reading } from '../command.ts'
import { id } from '../values.ts'
import { countOf } from '../words.ts'
import { checkCommand } from './evaluation/check.ts'
import { recordCommand } from './evaluation/record.ts'

export function evaluationCommand(): Command {
  return commandOf('evaluation', 'record evaluations of models, and check recorded ones')
    .addCommand(recordCommand('record'))
    .addCommand(checkCommand())
    .addCommand(listCommand())
}

function listCommand(): Command {
  return reading(commandOf('list', 'list the recorded evaluations of a model'))
    .argument('<model>', 'its number', id)
    .action(
      action<[number], object>(async (context, _, model) => {
        const recorded = await recordedIn(await context.connection(), model)
        context.terminal.result(
          { model, evaluations: recorded },
          recorded.length === 0
            ? [`Nobody has recorded an evaluation of model ${model}.`]
            : recorded.map(({ evaluation, evaluator, record: { kind, measured } }) => {
                const score = Number(measured.score.value) / 1e6
                return `${evaluation}  ${kind}  ${measured.metric} ${score.toFixed(4)} over ${countOf(Number(measured.sampleCount), 'sample')}  account ${evaluator}`
              }),
        )
      }),
    )
}
