import { randomBytes } from 'node:crypto'
import { readServable } from '../pipeline/publish/publication.ts'
import { readRun } from '../pipeline/run/readRun.ts'
import { answersOf } from '../pipeline/serve/answers.ts'
import { openAnswersFile } from '../pipeline/serve/answersFile.ts'
import { type Operated, operate } from '../pipeline/serve/operator.ts'
import { openOperatorJournal } from '../pipeline/serve/operatorJournal.ts'
import { ensureKeyNamed, ensureReceiptKey } from '../pipeline/serve/receiptKey.ts'
import { unrecorded } from '../pipeline/serve/recording.ts'
import { readRequests } from '../pipeline/serve/requests.ts'
import { loadServing } from '../pipeline/serve/serving.ts'
import { settleDue } from '../pipeline/serve/settleDue.ts'
import { loadServedModel } from '../pipeline/train/servedModel.ts'
import { StopError } from '../sdk/errors.ts'
import { feeUnitsOf } from '../sdk/record.ts'
import { formatOpen } from '../sdk/units.ts'
import { amountOfOpen, runCommand, UsageError, wholeNumber } from './command.ts'
import { announceDry, connectionOptions, connectionUsage, openConnection, openWallet, sendUsage } from './connection.ts'

await runCommand({
  usage: `npm run operate -- <requests.jsonl> [options]
Answers requests, one {"id", "payer", "salt", "text", "voucher"} a line, signs a receipt with every answer, and records the calls
in batches against the payers' channels. A request that no voucher covers is refused before it is computed, with what has to be
signed. What was served is kept in a journal, so a killed operator goes on without serving or recording a call twice. Settles
the operator's books that are due.
  --run <folder>             the model's run folder (var/demo/mail/run)
  --publication <folder>     what publish-run wrote (var/demo/mail/publication)
  --blobs <folder>           where the row index is (var/demo/blobs)
  --journal <file>           the operator's memory (var/demo/mail/journal.jsonl); it holds salts: keep it to yourself
  --answers <file>           where answers and receipts are written (<requests>.answers.jsonl)
  --receipt-key <file>       the key that signs receipts, made if there is none (var/demo/receipt.key)
  --fee <OPEN>               what a call costs, in whole fee units of the model (0.02)
  --batch <records>          calls in one transaction, at most 1024 (200)
  --batch-bytes <bytes>      calldata of one transaction (120000)
  --record-within <seconds>  how long after an answer its call is recorded at the latest, at most a day (43200)
  --top-up <OPEN>            what the operator may add to its own bond for each batch (0)
${connectionUsage}
${sendUsage}`,
  options: {
    ...connectionOptions,
    run: { type: 'string', default: 'var/demo/mail/run' },
    publication: { type: 'string', default: 'var/demo/mail/publication' },
    blobs: { type: 'string', default: 'var/demo/blobs' },
    journal: { type: 'string', default: 'var/demo/mail/journal.jsonl' },
    answers: { type: 'string' },
    'receipt-key': { type: 'string', default: 'var/demo/receipt.key' },
    fee: { type: 'string', default: '0.02' },
    batch: { type: 'string', default: '200' },
    'batch-bytes': { type: 'string', default: '120000' },
    'record-within': { type: 'string', default: '43200' },
    'top-up': { type: 'string', default: '0' },
    send: { type: 'boolean', default: false },
  },
  async run(values, [path]) {
    if (path === undefined) throw new UsageError('Name the file of requests.')
    const requests = readRequests(path)
    const feeGwei = amountOfOpen('fee', values.fee)
    const limits = {
      records: wholeNumber('batch', values.batch, 1, 1_024),
      bytes: wholeNumber('batch-bytes', values['batch-bytes'], 1_000, 1_000_000),
    }
    const promiseSeconds = wholeNumber('record-within', values['record-within'], 60, 86_400)
    const topUpGwei = amountOfOpen('top-up', values['top-up'])
    const published = readServable(values.publication, values.blobs)
    requireRun(values.run, published.publication.manifestHash)
    const connection = await openConnection(values)
    const wallet = openWallet(connection)
    const { reader, contracts } = connection
    const holder = wallet.account.address
    const operator = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [holder] })
    const serving = await loadServing(connection, published, operator)
    const feeUnits = feeUnitsOf(feeGwei, serving.model.terms.feeUnitGwei)
    const journal = openOperatorJournal(values.journal)
    try {
      const waiting = await unrecorded(connection, serving, journal)
      const fresh = requests.filter(({ id }) => !journal.calls.has(id))
      process.stdout.write(
        `Would serve ${fresh.length} new requests for ${formatOpen(feeGwei)} OPEN each and record ${waiting.length} served earlier,\n` +
          `as operator ${operator} of model ${serving.model.model}, in batches of ${limits.records}.\n`,
      )
      if (!values.send) return announceDry()
      const receiptKey = ensureReceiptKey(values['receipt-key'])
      await ensureKeyNamed(connection, wallet, operator, receiptKey)
      const settled = await settleDue(connection, wallet, serving, journal)
      if (settled.length > 0) process.stdout.write(`Settled books that were due, in ${settled.length} transactions.\n`)
      const model = loadServedModel(values.run)
      const answers = openAnswersFile(values.answers ?? `${path.replace(/\.jsonl$/, '')}.answers.jsonl`)
      try {
        const options = {
          connection,
          wallet,
          serving,
          receiptKey,
          answer: answersOf(model),
          journal,
          answers,
          feeUnits,
          limits,
          promiseSeconds,
          topUpGwei,
          random32: () => randomBytes(32),
        }
        tell(await operate(options, requests))
      } finally {
        answers.close()
        await model.close()
      }
    } finally {
      journal.close()
    }
  },
})

/** A model must be served by the run that it was registered with: receipts commit to its answers. */
function requireRun(folder: string, manifestHash: string): void {
  const run = readRun(folder)
  if (run.manifestHash === manifestHash) return
  throw new StopError(
    `The run in ${folder} is not the one that was published`,
    { run: run.manifestHash, published: manifestHash },
    'Name the run folder and the publication of the same model.',
  )
}

function tell({ batches, served, refused, uncovered }: Operated): void {
  for (const { receipt, count } of batches) {
    const { blockNumber, gasUsed, transactionHash } = receipt
    process.stdout.write(`Recorded ${count} calls in block ${blockNumber} with ${gasUsed} gas: ${transactionHash}\n`)
  }
  process.stdout.write(`Served ${served} requests and refused ${refused}, which the file of answers explains.\n`)
  if (uncovered === 0) return
  process.stdout.write(`${uncovered} calls that were served wait, because their channels do not cover them now.\n`)
}
