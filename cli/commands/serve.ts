import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { LocalAccount } from 'viem'
import { readServable } from '../../pipeline/publish/publication.ts'
import { readRun } from '../../pipeline/run/readRun.ts'
import { answersOf } from '../../pipeline/serve/answers.ts'
import { openAnswersFile } from '../../pipeline/serve/answersFile.ts'
import type { Request } from '../../pipeline/serve/operation.ts'
import { type Operated, operate } from '../../pipeline/serve/operator.ts'
import { type OperatorJournal, openOperatorJournal } from '../../pipeline/serve/operatorJournal.ts'
import { ensureKeyNamed, ensureReceiptKey } from '../../gateway/receipts/receiptKey.ts'
import { unrecorded } from '../../pipeline/serve/recording.ts'
import { readRequests } from '../../pipeline/serve/requests.ts'
import { loadServing, type Serving } from '../../gateway/serving.ts'
import { settleDue } from '../../gateway/batcher/settleDue.ts'
import { loadServedModel, onEmbeddedBase } from '../../pipeline/train/servedModel.ts'
import { walletOn } from '../../sdk/chain.ts'
import { callTo } from '../../sdk/contractCall.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import { feeUnitsOf } from '../../sdk/record.ts'
import { unsettledBooks } from '../../sdk/settling.ts'
import { formatOpen } from '../../sdk/units.ts'
import { agree, alone, minedOf, stepsOf } from '../carryOut.ts'
import { action, commandOf, sendingCommand, withSettings } from '../command.ts'
import type { Context } from '../context.ts'
import { openAmount, wholeNumber } from '../values.ts'

interface Options {
  readonly requests: string
  readonly run: string
  readonly publication?: string
  readonly journal?: string
  readonly answers?: string
  readonly receiptKey?: string
  readonly fee: bigint
  readonly batch: number
  readonly batchBytes: number
  readonly recordWithin: number
  readonly topUp?: bigint
}

export function serveCommand(): Command {
  return withSettings(
    sendingCommand(
      commandOf(
        'serve',
        `answer a file of requests for pay: sign a receipt with every answer, and record the calls in batches against the payers’ channels. A
request that no voucher covers is refused before it is computed, with what has to be signed. What was served is kept in a journal, so
that a killed operator goes on without serving or recording a call twice. Settles the operator’s books that are due.`,
      ),
    ),
    'blobs',
  )
    .requiredOption('--requests <file>', 'one {"id", "payer", "salt", "text", "voucher"} a line')
    .requiredOption('--run <folder>', 'the model’s run folder')
    .requiredOption('--fee <OPEN>', 'what a call costs, in whole fee units of the model', openAmount)
    .option('--publication <folder>', 'what model publish wrote (<run>.published)')
    .option('--journal <file>', 'the operator’s memory, with salts: keep it to yourself (<publication>/operator.jsonl)')
    .option('--answers <file>', 'where answers and receipts are written (<requests>.answers.jsonl)')
    .option('--receipt-key <file>', 'the key that signs receipts, made if there is none (in --state)')
    .option('--batch <records>', 'calls in one transaction', wholeNumber(1, 1_024), 200)
    .option('--batch-bytes <bytes>', 'calldata of one transaction', wholeNumber(1_000, 1_000_000), 120_000)
    .option('--record-within <seconds>', 'of its answer every call is recorded', wholeNumber(60, 86_400), 43_200)
    .option('--top-up <OPEN>', 'what may be added to the operator’s bond for each batch (0)', openAmount)
    .action(
      action<[], Options>(async (context, options) => {
        const requests = readRequests(options.requests)
        const publication = options.publication ?? `${options.run.replace(/\/$/, '')}.published`
        const blobs = context.config.find('blobs')?.value ?? join(publication, 'blobs')
        const published = readServable(publication, blobs)
        requireRun(options.run, published.publication.manifestHash)
        const connection = await context.connection()
        const serving = await loadServing(connection, published, await operatorOf(context, connection))
        const journal = openOperatorJournal(options.journal ?? join(publication, 'operator.jsonl'))
        try {
          await serve(context, options, connection, serving, journal, requests)
        } finally {
          journal.close()
        }
      }),
    )
}

async function serve(
  context: Context,
  options: Options,
  connection: Connection,
  serving: Serving,
  journal: OperatorJournal,
  requests: readonly Request[],
): Promise<void> {
  const { terminal } = context
  const feeUnits = feeUnitsOf(options.fee, serving.model.terms.feeUnitGwei)
  if (!(await isAgreed(context, options, connection, serving, journal, requests))) return
  const signer = await context.signer()
  const receiptKey = ensureReceiptKey(options.receiptKey ?? receiptKeyFile(context, connection, signer))
  await nameKey(context, connection, serving.operator, receiptKey)
  const operated = await alone(context, `serve ${options.requests}`, async () => {
    const wallet = walletOn(connection.reader, signer)
    await ensureKeyNamed(connection, wallet, serving.operator, receiptKey)
    const settled = await settleDue(connection, wallet, serving, journal)
    if (settled.length > 0) terminal.note(`Settled books that were due, in ${settled.length} transactions.`)
    const model = loadServedModel(options.run)
    const answers = openAnswersFile(answersFileOf(options))
    try {
      return await operate(
        {
          connection,
          wallet,
          serving,
          receiptKey,
          answer: answersOf(model),
          journal,
          answers,
          feeUnits,
          limits: { records: options.batch, bytes: options.batchBytes },
          promiseSeconds: options.recordWithin,
          topUpGwei: options.topUp ?? 0n,
          random32: () => randomBytes(32),
          onProgress: (done, total) => terminal.progress('Answer and record', done, total),
        },
        requests,
      )
    } finally {
      answers.close()
      await model.close()
    }
  })
  tell(context, answersFileOf(options), operated)
}

/** Names the key on chain where the operator has none. */
async function nameKey(
  context: Context,
  { reader, contracts }: Connection,
  operator: number,
  { address }: LocalAccount,
): Promise<void> {
  const named = await reader.readContract({ ...contracts.court, functionName: 'receiptKeyOf', args: [operator] })
  if (BigInt(named) !== 0n) return
  const effect = `Name the key that signs receipts of account ${operator}`
  await stepsOf(context, `serve as ${operator}`)(
    'receipt key',
    callTo(contracts.court, 'setReceiptKey', [address]),
    effect,
  )
}

/** What is going to be sent depends on which channels cover their calls, so it is said at most. */
async function isAgreed(
  context: Context,
  options: Options,
  connection: Connection,
  serving: Serving,
  journal: OperatorJournal,
  requests: readonly Request[],
): Promise<boolean> {
  const { reader, contracts } = connection
  const { operator } = serving
  const { model } = serving.model
  const waiting = await unrecorded(connection, serving, journal)
  const fresh = requests.filter(({ id }) => !journal.calls.has(id)).length
  const named = await reader.readContract({ ...contracts.court, functionName: 'receiptKeyOf', args: [operator] })
  const time = await reader.readContract({ ...contracts.clock, functionName: 'time' })
  const due = (await unsettledBooks(connection, model, operator)).filter(({ windowEnd }) => windowEnd <= time)
  const batches = Math.ceil((fresh + waiting.length) / options.batch)
  const later = [
    ...(BigInt(named) === 0n ? [`Name the key that signs receipts of account ${operator}`] : []),
    ...due.map(({ key }) => `Settle book ${key.number} of model ${model}, which is due`),
    ...(options.topUp && batches > 0
      ? [`Add up to ${formatOpen(options.topUp)} OPEN to the bond of account ${operator} where a batch asks for it`]
      : []),
    ...Array.from(
      { length: batches },
      (_, i) => `Record batch ${i + 1} of at most ${batches}, up to ${options.batch} calls of model ${model}`,
    ),
  ]
  context.terminal.say(
    `${fresh} new requests at ${formatOpen(options.fee)} OPEN each; ${waiting.length} calls that were served earlier wait to be recorded.`,
  )
  if (later.length === 0 && context.sending.kind === 'send') return true
  return await agree(context, { intent: `serve ${model}`, transactions: [], spendsWei: 0n }, later)
}

async function operatorOf(context: Context, { reader, contracts }: Connection): Promise<number> {
  const { address } = await context.signer()
  const operator = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [address] })
  if (operator !== 0) return operator
  throw new StopError(`${address} has no account`, {}, 'Open one with `attribution account open`.')
}

/** A model must be served by the run that it was registered with: receipts commit to its answers. */
function requireRun(folder: string, manifestHash: string): void {
  const run = readRun(folder)
  if (run.manifestHash !== manifestHash)
    throw new StopError(
      `The run in ${folder} is not the one that was published`,
      { run: run.manifestHash, published: manifestHash },
      'Name the run folder and the publication of the same model; nothing was served or charged.',
    )
  onEmbeddedBase(run)
}

function receiptKeyFile({ config }: Context, { reader }: Connection, { address }: LocalAccount): string {
  return join(config.need('state'), `receipts-${reader.chain.id}-${address.toLowerCase()}.key`)
}

function answersFileOf({ requests, answers }: Options): string {
  return answers ?? `${requests.replace(/\.jsonl$/, '')}.answers.jsonl`
}

function tell({ terminal }: Context, answers: string, { batches, served, refused, uncovered }: Operated): void {
  terminal.result(
    { served, refused, uncovered, answers, transactions: minedOf(batches.map(({ receipt }) => receipt)) },
    [
      ...batches.map(
        ({ receipt: { blockNumber, gasUsed, transactionHash }, count }) =>
          `Recorded ${count} calls in block ${blockNumber} with ${gasUsed} gas: ${transactionHash}`,
      ),
      `Served ${served} requests and refused ${refused}; ${answers} holds answers, receipts and reasons.`,
      ...(uncovered > 0 ? [`${uncovered} calls that were served wait: their channels do not cover them now.`] : []),
    ],
  )
}
