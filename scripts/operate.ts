import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { readServable } from '../pipeline/publish/publication.ts'
import { answersOf } from '../pipeline/serve/answers.ts'
import { openCallJournal } from '../pipeline/serve/callJournal.ts'
import { operate, type Request } from '../pipeline/serve/operator.ts'
import { loadServing } from '../pipeline/serve/serving.ts'
import { type RecordedBatch, unsettled } from '../pipeline/serve/settle.ts'
import { loadServedModel } from '../pipeline/train/servedModel.ts'
import { StopError } from '../sdk/errors.ts'
import { formatOpen } from '../sdk/units.ts'
import { amountOfOpen, runCommand, UsageError, wholeNumber } from './command.ts'
import { announceDry, connectionOptions, connectionUsage, openConnection, openWallet, sendUsage } from './connection.ts'

const requestSchema = z.strictObject({ id: z.string().min(1), payer: z.int().positive(), text: z.string().min(1) })

await runCommand({
  usage: `npm run operate -- <requests.jsonl> [options]
Answers requests, one {"id", "payer", "text"} a line, and charges the payers' tabs in batches. What was served is kept in a
journal, so a killed operator goes on without serving or charging a call twice. The operator's bond and the model's must cover
the fees (npm run bond).
  --run <folder>           the model's run folder (var/demo/run)
  --publication <folder>   what publish-run wrote (var/demo/publication)
  --blobs <folder>         where the influence index is (var/demo/blobs)
  --journal <file>         the operator's memory (var/demo/operator/calls.jsonl); it holds salts: keep it to yourself
  --fee <OPEN>             what a call costs (0.02)
  --batch <records>        calls in one transaction (200)
${connectionUsage}
${sendUsage}`,
  options: {
    ...connectionOptions,
    run: { type: 'string', default: 'var/demo/run' },
    publication: { type: 'string', default: 'var/demo/publication' },
    blobs: { type: 'string', default: 'var/demo/blobs' },
    journal: { type: 'string', default: 'var/demo/operator/calls.jsonl' },
    fee: { type: 'string', default: '0.02' },
    batch: { type: 'string', default: '200' },
    send: { type: 'boolean', default: false },
  },
  async run(values, [path]) {
    if (path === undefined) throw new UsageError('Name the file of requests.')
    const requests = readRequests(path)
    const feeGwei = amountOfOpen('fee', values.fee)
    const batchSize = wholeNumber('batch', values.batch, 1, 250)
    const { publication, sketcher, indexFile } = readServable(values.publication, values.blobs)
    const connection = await openConnection(values)
    const wallet = openWallet(connection)
    const { reader, contracts } = connection
    const holder = wallet.account.address
    const operator = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [holder] })
    const serving = await loadServing(connection, publication.model, operator, indexFile)
    const journal = openCallJournal(values.journal)
    try {
      const waiting = await unsettled(connection, serving, journal.calls)
      const fresh = requests.filter(({ id }) => journal.calls.every((call) => call.id !== id))
      process.stdout.write(
        `Would serve ${fresh.length} new requests for ${formatOpen(feeGwei)} OPEN each and charge ${waiting.length} served earlier,\n` +
          `as operator ${operator} of model ${publication.model}, in batches of ${batchSize}.\n`,
      )
      if (!values.send) return announceDry()
      const model = loadServedModel(values.run)
      try {
        const answer = answersOf(model)
        const random32 = () => randomBytes(32)
        const options = { connection, wallet, serving, sketcher, answer, journal, feeGwei, batchSize, random32 }
        tell(await operate(options, requests))
      } finally {
        await model.close()
      }
    } finally {
      journal.close()
    }
  },
})

function tell(batches: readonly RecordedBatch[]): void {
  for (const { receipt, count } of batches) {
    const { blockNumber, gasUsed, transactionHash } = receipt
    process.stdout.write(`Recorded ${count} calls in block ${blockNumber} with ${gasUsed} gas: ${transactionHash}\n`)
  }
}

function readRequests(path: string): readonly Request[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new StopError(`${path} cannot be read`, {}, 'Name a file of requests.', cause)
  }
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line, index) => {
    const parsed = requestSchema.safeParse(parseJson(line))
    if (parsed.success) return parsed.data
    throw new StopError(
      `Line ${index + 1} of ${path} is not a request`,
      { problem: parsed.error.issues[0]?.message ?? 'unknown' },
      'A request is {"id": a name, "payer": an account, "text": some text} and nothing else.',
    )
  })
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
