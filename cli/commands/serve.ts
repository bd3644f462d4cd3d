import { join } from 'node:path'
import type { Command } from 'commander'
import { pino } from 'pino'
import type { LocalAccount } from 'viem'
import type { Backend } from '../../gateway/backends/backend.ts'
import { embeddedBackend } from '../../gateway/backends/embedded.ts'
import { openAiBackend } from '../../gateway/backends/openAi.ts'
import { USUAL_FILL } from '../../gateway/batcher/fill.ts'
import type { OfferedModel } from '../../gateway/gateway.ts'
import { readApiKeys } from '../../gateway/payment/apiKeys.ts'
import { readTokens } from '../../gateway/payment/tokenPayments.ts'
import { ensureKeyFile, ensureKeyNamed } from '../../gateway/receipts/receiptKey.ts'
import { loadServing } from '../../gateway/serving.ts'
import { startGateway } from '../../gateway/startGateway.ts'
import { type Published, readServable } from '../../pipeline/publish/publication.ts'
import { readRun } from '../../pipeline/run/readRun.ts'
import { loadServedModel, onEmbeddedBase } from '../../pipeline/train/servedModel.ts'
import { walletOn } from '../../sdk/chain.ts'
import { callTo } from '../../sdk/contractCall.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import { formatOpen } from '../../sdk/units.ts'
import { agree, stepsOf } from '../carryOut.ts'
import { action, commandOf, durationOption, sendingCommand, withSettings } from '../command.ts'
import type { Context } from '../context.ts'
import { aborted } from '../signals.ts'
import { collected, openAmount, wholeNumber } from '../values.ts'

interface Options {
  readonly run: readonly string[]
  readonly publication?: readonly string[]
  readonly fee: bigint
  readonly feeIn?: bigint
  readonly feeOut?: bigint
  readonly maxTokens: number
  readonly backend?: string
  readonly sketches?: string
  readonly database?: string
  readonly host: string
  readonly port: number
  readonly apiKeys?: string
  readonly tokens?: string
  readonly facilitatorKey?: string
  readonly receiptKey?: string
  readonly batch: number
  readonly batchBytes: number
  readonly batchAge: number
  readonly batchPatience: number
  readonly cheapGas: number
  readonly recordWithin: number
  readonly finality: number
  readonly topUp?: bigint
  readonly settle: boolean
  readonly atOnce: number
  readonly queue: number
  readonly budget: number
}

export function serveCommand(): Command {
  return withSettings(
    sendingCommand(
      commandOf(
        'serve',
        `answer calls of a model for pay over HTTP, as OpenAI’s clients make them: take vouchers, x402 payments or API keys, sign a
receipt with every answer, and record the calls in batches against the payers’ channels. What cannot be paid is refused before it is
computed. Vouchers and receipts are in a database before any answer leaves, so that a killed gateway loses no call
and records none twice. Settles the operator’s books that are due. One line of JSON an event, never a request or an answer. A signal
ends it, once all calls that it took are answered and recorded. docs/gateway.md says more.`,
      ),
    ),
    'blobs',
  )
    .requiredOption('--run <folder>', 'the model’s run folder; may be repeated', collected(String))
    .option(
      '--publication <folder>',
      'what model publish wrote (<run>.published); once for each --run',
      collected(String),
    )
    .requiredOption('--fee <OPEN>', 'what a call costs', openAmount)
    .option('--fee-in <OPEN>', 'what 1,000 tokens of a request cost on top', openAmount)
    .option('--fee-out <OPEN>', 'what 1,000 tokens of an answer cost on top', openAmount)
    .option('--max-tokens <number>', 'the most tokens of an answer', wholeNumber(1, 1_000_000), 1_024)
    .option('--backend <url>', 'an OpenAI-compatible server that answers (default: the embedded model)')
    .option('--sketches <url>', 'a service that gives the gradients of its answers: `python -m attribution_run serve`')
    .option(
      '--database <folder|url>',
      'where vouchers, receipts, batches and salts are kept; keep it private (default: in --state)',
    )
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--port <port>', 'the port to listen on; 0 for any', wholeNumber(0, 65_535), 8_080)
    .option('--api-keys <file>', 'API keys of channels, made with `attribution channel key`')
    .option(
      '--tokens <file>',
      'other tokens that x402 payments may be in; calls are then charged to a channel of your own in --api-keys',
    )
    .option('--facilitator-key <file>', 'the key that submits x402 payments and pays their gas; made if there is none')
    .option('--receipt-key <file>', 'the key that signs receipts; made if there is none (default: in --state)')
    .option('--batch <records>', 'calls in one transaction at most', wholeNumber(1, 1_024), USUAL_FILL.records)
    .option(
      '--batch-bytes <bytes>',
      'calldata of one transaction at most',
      wholeNumber(1_000, 1_000_000),
      USUAL_FILL.bytes,
    )
    .addOption(
      durationOption('--batch-age <duration>', 'send a batch that is not full after this long', USUAL_FILL.ageSeconds),
    )
    .addOption(durationOption('--batch-patience <duration>', 'the same while gas is cheap', USUAL_FILL.patienceSeconds))
    .option('--cheap-gas <gwei>', 'the price up to which gas is cheap', wholeNumber(0, 1_000_000), 0)
    .addOption(
      durationOption('--record-within <duration>', 'record every call this long after its answer at most', 43_200),
    )
    .option('--finality <blocks>', 'how many blocks deep a record is final', wholeNumber(1, 100_000), 64)
    .option('--top-up <OPEN>', 'the most to add to the operator’s bond for each batch', openAmount)
    .option('--no-settle', 'leave the settling of books to others')
    .option('--at-once <calls>', 'calls answered at the same time', wholeNumber(1, 10_000), 64)
    .option('--queue <calls>', 'calls that may wait; the rest are refused with 429', wholeNumber(0, 100_000), 256)
    .addOption(durationOption('--budget <duration>', 'drop a call that is not answered within this long', 120))
    .action(action<[], Options>(serve))
}

async function serve(context: Context, options: Options): Promise<void> {
  if (options.backend === undefined) for (const run of options.run) onEmbeddedBase(readRun(run))
  const connection = await context.connection()
  const signer = await context.signer()
  const operator = await operatorOf(connection, signer)
  const published = options.run.map((run, i) => publishedOf(context, run, options.publication?.[i]))
  const servings = await Promise.all(published.map((one) => loadServing(connection, one, operator)))
  if (!(await isAgreed(context, options, connection, operator))) return
  const receiptKey = ensureKeyFile(options.receiptKey ?? keyFile(context, connection, signer), 'receipt key')
  await nameKey(context, connection, operator, receiptKey)
  await ensureKeyNamed(connection, walletOn(connection.reader, signer), operator, receiptKey)
  // Others may send with this key meanwhile: a transaction that loses its nonce to them is sent again.
  await context.journals.end(true)
  const models = servings.map((serving, i): OfferedModel => {
    const { sketcher, indexFile } = published[i] as Published
    return {
      name: `model-${serving.model.model}`,
      serving,
      backend: backendOf(options, options.run[i] as string, serving.k > 0 ? sketcher : undefined),
      price: {
        baseGwei: options.fee,
        perThousandInGwei: options.feeIn ?? 0n,
        perThousandOutGwei: options.feeOut ?? 0n,
      },
      maxTokens: options.maxTokens,
      indexFile,
    }
  })
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 1, sync: true }))
  const gateway = await startGateway({
    connection,
    database: databaseOf(context, options.database, connection),
    models,
    account: signer,
    receiptKey,
    facilitator:
      options.facilitatorKey === undefined ? undefined : ensureKeyFile(options.facilitatorKey, 'facilitator key'),
    tokens: options.tokens === undefined ? undefined : readTokens(options.tokens),
    apiKeys: options.apiKeys === undefined ? undefined : readApiKeys(options.apiKeys),
    fill: {
      records: options.batch,
      bytes: options.batchBytes,
      ageSeconds: options.batchAge,
      patienceSeconds: options.batchPatience,
      cheapGasWei: BigInt(options.cheapGas) * 1_000_000_000n,
    },
    promiseSeconds: options.recordWithin,
    topUpGwei: options.topUp ?? 0n,
    settles: options.settle,
    finalityDepth: options.finality,
    budgetMs: options.budget * 1_000,
    atOnce: options.atOnce,
    queued: options.queue,
    host: options.host,
    port: options.port,
    log,
  })
  log.info({ url: gateway.url, operator, models: models.map(({ name }) => name) }, 'serving')
  await aborted(context.signal)
  log.info({}, 'shutting down')
  await gateway.drain()
  await Promise.all(models.map(({ backend }) => backend.close()))
}

function publishedOf(context: Context, run: string, given: string | undefined): Published {
  const publication = given ?? `${run.replace(/\/$/, '')}.published`
  const published = readServable(publication, context.config.find('blobs')?.value ?? join(publication, 'blobs'))
  requireRun(run, published.publication.manifestHash)
  return published
}

/** A model must be served by the run that it was registered with: receipts commit to its answers. */
function requireRun(folder: string, manifestHash: string): void {
  const run = readRun(folder)
  if (run.manifestHash === manifestHash) return
  throw new StopError(
    `The run in ${folder} is ${run.manifestHash}, and ${manifestHash} was published`,
    {},
    'Name the run folder and the publication of the same model; nothing was served or charged.',
  )
}

function backendOf({ backend, sketches }: Options, run: string, sketcher: Published['sketcher']): Backend {
  if (backend !== undefined) return openAiBackend({ url: backend, sketchUrl: sketches, sketcher })
  return embeddedBackend(loadServedModel(run), sketcher)
}

/** Registers the receipt key on chain if the operator has none. */
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

/** What will be sent depends on the callers, so the most is shown. */
async function isAgreed(
  context: Context,
  options: Options,
  { reader, contracts }: Connection,
  operator: number,
): Promise<boolean> {
  const named = await reader.readContract({ ...contracts.court, functionName: 'receiptKeyOf', args: [operator] })
  const later = [
    ...(BigInt(named) === 0n ? [`Name the key that signs receipts of account ${operator}`] : []),
    `Record calls as they are made, up to ${options.batch} in a batch, and settle books that are due`,
    ...(options.topUp
      ? [`Add up to ${formatOpen(options.topUp)} OPEN to the bond of account ${operator} where a batch asks for it`]
      : []),
  ]
  return await agree(context, { intent: `serve as ${operator}`, transactions: [], spendsWei: 0n }, later)
}

async function operatorOf({ reader, contracts }: Connection, { address }: LocalAccount): Promise<number> {
  const operator = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [address] })
  if (operator !== 0) return operator
  throw new StopError(`${address} has no account`, {}, 'Open one with `attribution account open`.')
}

function keyFile({ config }: Context, { reader }: Connection, { address }: LocalAccount): string {
  return join(config.need('state'), `receipts-${reader.chain.id}-${address.toLowerCase()}.key`)
}

/** A folder is an embedded server's, of one process; several processes share a server. */
function databaseOf({ config }: Context, given: string | undefined, { reader }: Connection) {
  if (given !== undefined && /^postgres(ql)?:/.test(given)) return { kind: 'postgres', url: given } as const
  return { kind: 'embedded', folder: given ?? join(config.need('state'), `gateway-${reader.chain.id}`) } as const
}
