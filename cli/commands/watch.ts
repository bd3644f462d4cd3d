import type { Command } from 'commander'
import type { Account } from 'viem'
import { identify } from '../../chain/node/identity.ts'
import { connectNode } from '../../chain/node/node.ts'
import { walletOn } from '../../sdk/chain.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import { readDeployment } from '../../sdk/node/readDeployment.ts'
import { caseQueue } from '../../watcher/caseQueue.ts'
import { filesFrom } from '../../watcher/files.ts'
import { filingOf } from '../../watcher/filing.ts'
import { followerOf } from '../../watcher/follower.ts'
import { jsonLog, logRowIndexes } from '../../watcher/log.ts'
import { metrics, serveMetrics } from '../../watcher/metrics.ts'
import { ownItems } from '../../watcher/ownItems.ts'
import { receiptsIn } from '../../watcher/receipts.ts'
import { transactionSender } from '../../watcher/sender.ts'
import { watcherOf } from '../../watcher/watcher.ts'
import { watchOnce } from '../../watcher/watchOnce.ts'
import { action, commandOf, withSettings } from '../command.ts'
import type { Context } from '../context.ts'
import { ExitError } from '../exitError.ts'
import { wholeNumber } from '../values.ts'

interface Options {
  readonly commitments?: string
  readonly receipts?: string
  readonly settle?: boolean
  readonly dryRun?: boolean
  readonly once?: boolean
  readonly depth: number
  readonly poll: number
  readonly patience: number
  readonly grace: number
  readonly demands: number
  readonly unitsDemanded: number
  readonly largestIndex: number
  readonly metricsPort?: number
}

const A_YEAR = 31_536_000

export function watchCommand(): Command {
  return withSettings(
    commandOf(
      'watch',
      `follow the chain, and file the proofs that strike what is false. Compares every registered unit with the rows that its owner
published. Commits to a proof first, and sends it two blocks later. Demands rows that nobody shows and items that nobody contributed,
answers such demands of others from the files that it has, checks operators’ receipts, and settles books that are due. Needs an account,
and a bond for demands. Nothing is kept on disk: a watcher that was killed finds on chain what it committed to. One line of JSON an event.`,
    ),
    'rpc',
    'deployment',
    'blobs',
    'keystore',
    'passwordFile',
    'keyFile',
  )
    .option('--commitments <folder>', 'commitments of your own contributions, so that their rows are checked')
    .option('--receipts <folder>', 'receipts to check: *.json of one each, *.jsonl of one reply a line')
    .option('--settle', 'settle books that are due')
    .option('--dry-run', 'log what it would file, and send nothing; needs no key')
    .option('--once', 'stop when nothing is left to do; fails if something that can be struck was not')
    .option('--depth <blocks>', 'how far behind the newest block to stay', wholeNumber(0, 1_000), 2)
    .option('--poll <seconds>', 'how long to wait between two checks', wholeNumber(0, 3_600), 2)
    .option(
      '--patience <seconds>',
      'how long a row index may be missing before units are demanded',
      wholeNumber(0, A_YEAR),
      600,
    )
    .option('--grace <seconds>', 'how long after its promise a record may be missing', wholeNumber(0, A_YEAR), 600)
    .option('--demands <number>', 'units and items to demand at once at most', wholeNumber(0, 1_000), 3)
    .option('--units-demanded <number>', 'units to demand of a model without a row index', wholeNumber(0, 1_000), 3)
    .option('--largest-index <MiB>', 'skip larger row indexes', wholeNumber(1, 65_536), 1_024)
    .option('--metrics-port <port>', 'serve Prometheus’ text format at /metrics of this port', wholeNumber(0, 65_535))
    .action(action<[], Options>(watch))
}

async function watch(context: Context, options: Options): Promise<void> {
  const { config, signal } = context
  const own = ownItems(options.commitments)
  const signer = options.dryRun ? undefined : await context.signer()
  const deployment = readDeployment(config.need('deployment'))
  const connection = await context.connection()
  const node = connectNode(config.need('rpc'), { chainId: deployment.chainId })
  await identify(node, deployment)
  const account = signer === undefined ? 0 : await accountOf(connection, signer)

  const log = jsonLog(
    (line) => process.stdout.write(line),
    () => new Date(),
  )
  const numbers = metrics()
  const served = options.metricsPort === undefined ? undefined : await serveMetrics(numbers, options.metricsPort)
  const follower = followerOf({
    node,
    deployment,
    depth: BigInt(options.depth),
    undone: (ancestor, blocks) => {
      numbers.count('watcher_reorgs_total', 1)
      log('reorg', { ancestor, depth: blocks })
    },
  })
  const { state } = follower
  const cases = caseQueue({
    state,
    files: filesFrom({
      blobs: config.find('blobs')?.value,
      own,
      largestBytes: options.largestIndex * 2 ** 20,
      timeoutMs: 60_000,
    }),
    retrySeconds: 30,
    onRead: logRowIndexes(numbers, log),
  })
  const { reader } = connection
  const filing =
    signer &&
    filingOf({ connection, state, cases, signer, sender: transactionSender(reader, walletOn(reader, signer)) })
  const pollMs = 1_000 * options.poll
  const watcher = watcherOf({
    connection,
    nodeName: node.name,
    follower,
    cases,
    receipts: receiptsIn(options.receipts, connection),
    filing,
    account,
    limits: {
      patienceSeconds: options.patience,
      graceSeconds: options.grace,
      mostDemands: options.demands,
      unitsDemanded: options.unitsDemanded,
      settles: options.settle === true,
    },
    pollMs,
    metrics: numbers,
    log,
  })
  log('watching', { deployment: deployment.name, account, ...(served && { metrics: served.url }) })
  try {
    if (options.once) await watchOnce(watcher, pollMs, signal)
    else {
      await watcher.watch(signal)
      // A signal is its regular end.
      throw new ExitError(0)
    }
  } finally {
    served?.close()
  }
}

async function accountOf({ reader, contracts }: Connection, { address }: Account): Promise<number> {
  const account = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [address] })
  if (account > 0) return account
  throw new StopError(
    `${address} has no account`,
    {},
    'Bounties go to an account: open one with `attribution account open`, or use --dry-run.',
  )
}
