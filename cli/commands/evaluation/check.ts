import type { Command } from 'commander'
import { checkEvaluation } from '../../../pipeline/evaluate/check.ts'
import { readEvaluationRecord } from '../../../pipeline/evaluate/recorded.ts'
import { readRegistered, requireWeights } from '../../../pipeline/evaluate/registered.ts'
import { fetchFile } from '../../../sdk/node/fetchFile.ts'
import { action, commandOf, reading, withSettings } from '../../command.ts'
import { ExitError } from '../../exitError.ts'
import { id } from '../../values.ts'
import { pairedOf, tableOf } from './say.ts'

export function checkCommand(): Command {
  return withSettings(
    reading(commandOf('check', 'compute the figures of a recorded evaluation again from its file; needs no key')),
    'blobs',
  )
    .argument('<evaluation>', 'its number', id)
    .action(
      action<[number], object>(async (context, _, evaluation) => {
        const connection = await context.connection()
        const recorded = await readEvaluationRecord(connection, BigInt(evaluation))
        const { model, evaluator, record } = recorded
        const { weightsHash } = await readRegistered(connection, model)
        if (record.kind === 'quantisation loss' && record.twin !== 0)
          requireWeights(
            `The twin of evaluation ${evaluation}`,
            record.twinHash,
            await readRegistered(connection, record.twin),
          )
        const { resultsHash, resultsURI } = record.measured
        const file = await fetchFile(resultsHash, context.config.need('blobs'), resultsURI)
        const result = checkEvaluation(recorded, file, weightsHash)
        context.terminal.result({ evaluation, model, evaluator, kind: record.kind, ...result }, [
          `Evaluation ${evaluation}, a ${record.kind} of model ${model} by account ${evaluator}:`,
          ...tableOf(result).trimEnd().split('\n'),
          ...(result.paired === null ? [] : [`Beside it the file gives: ${pairedOf(result.paired)}.`]),
          result.isRight ? 'Every figure follows from its file.' : 'The record says what its file does not.',
        ])
        if (!result.isRight) throw new ExitError(1)
      }),
    )
}
