import { keccak } from '../attribution/keccak.ts'
import { checkEvaluation } from '../pipeline/evaluate/check.ts'
import { type Evaluation, formatEvaluation } from '../pipeline/evaluate/evaluationFile.ts'
import { readEvaluationRecord, recordedOf, sameRecord } from '../pipeline/evaluate/recorded.ts'
import { type EvaluationRecord, recordAct, recordsOf } from '../pipeline/evaluate/records.ts'
import { readRegistered, requireWeights } from '../pipeline/evaluate/registered.ts'
import { ensureAccount } from '../pipeline/publish/account.ts'
import { putBlob } from '../pipeline/publish/blobs.ts'
import type { Connection } from '../sdk/contracts.ts'
import { callTo, eventIn } from '../sdk/node/contractCall.ts'
import { fetchFile } from '../sdk/node/fetchFile.ts'
import { transact } from '../sdk/node/transactions/transact.ts'
import { runCommand, UsageError, wholeNumber } from './command.ts'
import {
  announce,
  announceDry,
  connectionOptions,
  connectionUsage,
  openConnection,
  openWallet,
  sendUsage,
} from './connection.ts'
import { sentenceOf, tableOf } from './evaluate/say.ts'
import { readSource } from './evaluate/source.ts'

await runCommand({
  usage: `npm run evaluate -- <run folder|results|evaluation.jsonl> --model <n> [options]
       npm run evaluate -- --check <evaluation> [options]
Records how a model did on a benchmark, and what quantisation cost beside its full-precision twin: from the held-out answers in
a run folder, or from results of lm-evaluation-harness with --log_samples. The file that the figures follow from is published
with them; --check computes the figures of a recorded evaluation again. docs/evaluations.md says how.
  --model <n>              the model that was evaluated; results of another one are refused
  --weights <folder>       what the harness evaluated, where its results do not say it (config.model_args)
  --twin <results>         results of the full-precision twin, on the same samples
  --twin-weights <folder>  what was evaluated as the twin, where those results do not say it
  --twin-model <n>         the twin, where it is registered
  --blobs <folder>         where content-addressed files are written (var/demo/blobs); with --check a folder or an address
  --blobs-at <url>         where people fetch them (http://127.0.0.1:4000/blobs/)
  --check <evaluation>     compute a recorded evaluation again; needs no key
${connectionUsage}
${sendUsage}`,
  options: {
    ...connectionOptions,
    model: { type: 'string' },
    weights: { type: 'string' },
    twin: { type: 'string' },
    'twin-weights': { type: 'string' },
    'twin-model': { type: 'string' },
    blobs: { type: 'string', default: 'var/demo/blobs' },
    'blobs-at': { type: 'string', default: 'http://127.0.0.1:4000/blobs/' },
    check: { type: 'string' },
    send: { type: 'boolean', default: false },
  },
  async run(values, [path, ...others]) {
    if (others.length > 0) throw new UsageError('Name one run folder or one set of results.')
    const numberOf = (name: 'model' | 'twin-model' | 'check') =>
      values[name] === undefined ? undefined : wholeNumber(name, values[name], 1, 2 ** 32 - 1)
    const [model, twinModel, evaluation] = [numberOf('model'), numberOf('twin-model'), numberOf('check')]
    if (evaluation !== undefined) {
      if (path !== undefined) throw new UsageError('--check takes the number of an evaluation and nothing else.')
      return await check(await openConnection(values), BigInt(evaluation), values.blobs)
    }
    if (path === undefined) throw new UsageError('Name a run folder, or results of lm-evaluation-harness.')
    if (model === undefined) throw new UsageError('Say which model was evaluated with --model.')

    const connection = await openConnection(values)
    const registered = await readRegistered(connection, model)
    const { weights, twin, 'twin-weights': twinWeights } = values
    const { evaluations, left } = readSource({ path, weights, twin, twinWeights }, registered)
    if (twinModel !== undefined) {
      const registeredTwin = await readRegistered(connection, twinModel)
      for (const each of evaluations)
        if (each.twin !== null) requireWeights(each.twin.name, each.twin.weightsHash, registeredTwin)
    }
    const prepared = evaluations.map((each) => prepare(each, values['blobs-at'], twinModel))
    for (const line of [...left, ...prepared.flatMap((each) => each.left)])
      process.stdout.write(`Not recorded: ${line}.\n`)
    await record(connection, model, prepared, values)
  },
})

interface Prepared {
  readonly task: string
  readonly file: Uint8Array
  readonly records: readonly EvaluationRecord[]
  readonly left: readonly string[]
}

function prepare(evaluation: Evaluation, blobsAt: string, twinModel: number | undefined): Prepared {
  const file = new TextEncoder().encode(formatEvaluation(evaluation))
  const hash = keccak(file)
  return { task: evaluation.task, file, ...recordsOf(evaluation, { hash, uri: `${blobsAt}${hash}` }, twinModel) }
}

async function record(
  connection: Connection,
  model: number,
  prepared: readonly Prepared[],
  { blobs, send }: { readonly blobs: string; readonly send: boolean },
): Promise<void> {
  const { reader, contracts } = connection
  const wallet = openWallet(connection)
  const holder = wallet.account.address
  const account = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [holder] })
  const known = await recordedOf(connection, model, account)
  if (account === 0) announce(holder, callTo(contracts.accounts, 'open', [holder]))
  if (send) await ensureAccount(connection, wallet)
  let waiting = 0
  for (const { task, file, records } of prepared) {
    for (const each of records) {
      const sentence = sentenceOf(each, task)
      const earlier = known.find((other) => sameRecord(other.record, each))
      if (earlier !== undefined) {
        process.stdout.write(`${sentence}\n  is evaluation ${earlier.evaluation} already.\n`)
        continue
      }
      waiting++
      const call = recordAct(contracts, model, each)
      process.stdout.write(`${sentence}\n`)
      announce(holder, call)
      if (!send) continue
      putBlob(blobs, file)
      const receipt = await transact(reader, wallet, call)
      const { evaluation } = eventIn(
        receipt,
        contracts.evaluations,
        each.kind === 'benchmark' ? 'BenchmarkRecorded' : 'QuantisationLossRecorded',
      )
      process.stdout.write(`  is evaluation ${evaluation} now.\n`)
    }
  }
  if (!send && waiting > 0) announceDry()
}

async function check(connection: Connection, evaluation: bigint, blobs: string): Promise<void> {
  const recorded = await readEvaluationRecord(connection, evaluation)
  const { kind, measured } = recorded.record
  const { weightsHash } = await readRegistered(connection, recorded.model)
  if (recorded.record.kind === 'quantisation loss' && recorded.record.twin !== 0)
    requireWeights(
      `The twin of evaluation ${evaluation}`,
      recorded.record.twinHash,
      await readRegistered(connection, recorded.record.twin),
    )
  const result = checkEvaluation(
    recorded,
    await fetchFile(measured.resultsHash, blobs, measured.resultsURI),
    weightsHash,
  )
  process.stdout.write(
    `Evaluation ${evaluation}, a ${kind} of model ${recorded.model} by account ${recorded.evaluator}:\n${tableOf(result)}` +
      (result.isRight ? 'Every figure follows from its file.\n' : 'The record says what its file does not.\n'),
  )
  if (!result.isRight) process.exitCode = 1
}
