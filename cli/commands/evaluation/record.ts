import type { Command } from 'commander'
import { keccak } from '../../../attribution/keccak.ts'
import { type Evaluation, formatEvaluation } from '../../../pipeline/evaluate/evaluationFile.ts'
import { figuresOf, type TwinFigures } from '../../../pipeline/evaluate/figures.ts'
import { recordedOf, sameRecord } from '../../../pipeline/evaluate/recorded.ts'
import { type EvaluationRecord, recordAct, recordsOf } from '../../../pipeline/evaluate/records.ts'
import { readRegistered, requireWeights } from '../../../pipeline/evaluate/registered.ts'
import { putBlob } from '../../../pipeline/publish/blobs.ts'
import { callTo, eventIn } from '../../../sdk/contractCall.ts'
import type { Contracts } from '../../../sdk/contracts.ts'
import { carryOut, minedOf, senderOf } from '../../carryOut.ts'
import { action, commandOf, sendingCommand, withSettings } from '../../command.ts'
import type { Receipts } from '../../context.ts'
import { requireReachable } from '../../reachable.ts'
import { id } from '../../values.ts'
import { pairedOf, sentenceOf } from './say.ts'
import { readSource } from './source.ts'

interface Options {
  readonly weights?: string
  readonly twin?: string
  readonly twinWeights?: string
  readonly twinModel?: number
  readonly blobsAt: string
  readonly local?: boolean
}

/** The same under two names: a model is evaluated, and an evaluation is recorded. */
export function recordCommand(name: 'record' | 'evaluate'): Command {
  const command = sendingCommand(
    commandOf(
      name,
      `record how a model did, and what quantisation cost it: from the held-out answers in a
run folder, or from results of lm-evaluation-harness with --log_samples. The file that the figures follow from is written to --blobs.
docs/evaluations.md says how.${name === 'evaluate' ? ' The same as `evaluation record`.' : ''}`,
    ),
  )
  return withSettings(command, 'blobs')
    .argument('<model>', 'that was evaluated; results of another one are refused', id)
    .argument('<results>', 'a run folder, results of the harness, or an evaluation’s file')
    .option('--weights <folder>', 'what the harness evaluated, where its results do not say it')
    .option('--twin <results>', 'results of the full-precision twin, on the same samples')
    .option('--twin-weights <folder>', 'what was evaluated as the twin, where those results do not say it')
    .option('--twin-model <number>', 'the twin, where it is registered', id)
    .requiredOption('--blobs-at <url>', 'where people fetch the files that --blobs holds: written into the record')
    .option('--local', 'allow a --blobs-at that only this machine reaches')
    .action(
      action<[number, string], Options>(async (context, options, model, path) => {
        const { weights, twin, twinWeights, twinModel } = options
        requireReachable('--blobs-at', options.blobsAt, options.local)
        const blobs = context.config.need('blobs')
        const connection = await context.connection()
        const { reader, contracts } = connection
        const registered = await readRegistered(connection, model)
        const { evaluations, left } = readSource({ path, weights, twin, twinWeights }, registered)
        if (twinModel !== undefined) {
          const registeredTwin = await readRegistered(connection, twinModel)
          for (const each of evaluations)
            if (each.twin !== null) requireWeights(each.twin.name, each.twin.weightsHash, registeredTwin)
        }
        const prepared = evaluations.map((each) => prepare(each, options.blobsAt, twinModel))
        for (const line of [...left, ...prepared.flatMap((each) => each.left)])
          context.terminal.say(`Not recorded: ${line}.`)

        const from = await senderOf(context)
        const account = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [from] })
        const known = await recordedOf(connection, model, account)
        const said = prepared.flatMap(({ task, file, records, paired }) =>
          records.map((record) => {
            const beside = record.kind === 'benchmark' ? undefined : paired.get(record.measured.metric)
            return {
              record,
              file,
              paired: beside,
              sentence: `${sentenceOf(record, task)}${beside === undefined ? '' : `; ${pairedOf(beside)}`}`,
              earlier: known.find((other) => sameRecord(other.record, record))?.evaluation,
            }
          }),
        )
        const fresh = said.filter(({ earlier }) => earlier === undefined)
        if (context.sending.kind === 'send') for (const { file } of fresh) putBlob(blobs, file)
        const opening =
          account === 0 && fresh.length > 0
            ? [{ call: callTo(contracts.accounts, 'open', [from]), effect: `Open an account that is paid to ${from}` }]
            : []
        const receipts = await carryOut(context, {
          intent: `evaluation record ${model} ${fresh.map(({ record }) => record.measured.resultsHash).join()}`,
          spendsWei: 0n,
          transactions: [
            ...opening,
            ...fresh.map(({ record, sentence }) => ({
              call: recordAct(contracts, model, record),
              effect: `Record for model ${model}: ${sentence}`,
            })),
          ],
        })
        if (receipts === undefined) return
        const recorded = recordedBy(contracts, receipts.slice(-fresh.length), fresh)
        const shown = said.map(({ sentence, paired, earlier }) => ({
          sentence,
          ...(paired !== undefined && { paired }),
          evaluation: earlier ?? recorded.shift(),
          isNew: earlier === undefined,
        }))
        context.terminal.result(
          { model, evaluations: shown, transactions: minedOf(receipts) },
          shown.flatMap(({ sentence, evaluation, isNew }) => [
            sentence,
            `  is evaluation ${evaluation} ${isNew ? 'now' : 'already'}.`,
          ]),
        )
      }),
    )
}

interface Prepared {
  readonly task: string
  readonly file: Uint8Array
  readonly records: readonly EvaluationRecord[]
  readonly left: readonly string[]
  /** By metric: what a comparison with the twin says beside the record. */
  readonly paired: ReadonlyMap<string, TwinFigures>
}

function prepare(evaluation: Evaluation, blobsAt: string, twinModel: number | undefined): Prepared {
  const file = new TextEncoder().encode(formatEvaluation(evaluation))
  const hash = keccak(file)
  const uri = `${/[/=]$/.test(blobsAt) ? blobsAt : `${blobsAt}/`}${hash}`
  const figures = figuresOf(evaluation).flatMap(({ metric, twin }) => (twin === null ? [] : [[metric, twin] as const]))
  return { task: evaluation.task, file, paired: new Map(figures), ...recordsOf(evaluation, { hash, uri }, twinModel) }
}

function recordedBy(
  { evaluations }: Contracts,
  receipts: Receipts,
  fresh: readonly { readonly record: EvaluationRecord }[],
): bigint[] {
  return fresh.map(({ record }, i) => {
    const receipt = receipts[i]
    if (receipt === undefined) throw new Error('Every evaluation has a receipt of its own')
    const name = record.kind === 'benchmark' ? 'BenchmarkRecorded' : 'QuantisationLossRecorded'
    return eventIn(receipt, evaluations, name).evaluation
  })
}
