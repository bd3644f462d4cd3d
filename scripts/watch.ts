import type { Account } from 'viem'
import { identify } from '../chain/node/identity.ts'
import { connectNode } from '../chain/node/node.ts'
import { walletOn } from '../sdk/chain.ts'
import { type Connection, connect } from '../sdk/contracts.ts'
import { StopError } from '../sdk/errors.ts'
import { readDeployment } from '../sdk/node/readDeployment.ts'
import { caseQueue } from '../watcher/caseQueue.ts'
import { filesFrom } from '../watcher/files.ts'
import { filingOf } from '../watcher/filing.ts'
import { followerOf } from '../watcher/follower.ts'
import { jsonLog, logRowIndexes } from '../watcher/log.ts'
import { metrics, serveMetrics } from '../watcher/metrics.ts'
import { ownItems } from '../watcher/ownItems.ts'
import { receiptsIn } from '../watcher/receipts.ts'
import { transactionSender } from '../watcher/sender.ts'
import { watcherOf } from '../watcher/watcher.ts'
import { watchOnce } from '../watcher/watchOnce.ts'
import { runCommand, UsageError, wholeNumber } from './command.ts'
import { connectionOptions, connectionUsage } from './connection.ts'
import { signerFromEnvironment } from './keys.ts'

await runCommand({
  usage: `npm run watch -- [options]
Follows the chain, holds every registered unit to the rows that its owner published, and files the proof that strikes a false one:
committed to first, sent two blocks later. Demands rows that nobody shows and items that nobody contributed, answers such demands of
others from what it has, holds operators to the receipts that it is given, and settles books that are due. Needs an account, and a
bond for demands. Nothing is kept on disk: a watcher that was killed finds on chain what it committed to.
  --blobs <url|folder>      where row indexes and items are, before what registrations say
  --commitments <folder>    commitments of your own contributions, so that their rows can be told
  --receipts <folder>       receipts to hold operators to: *.json of one each, *.jsonl of one reply a line
  --settle                  settle books that are due
  --dry-run                 say what it would file, and send nothing; needs no key
  --once                    stop when nothing is left to do; ends with an error if something that can be struck was not
  --depth <blocks>          how far behind the head to stay (2)
  --poll <seconds>          how long to wait between two looks (2)
  --patience <seconds>      how long a row index may be missing before its units are demanded (600)
  --grace <seconds>         how long after its promise a record may be missing before it is demanded (600)
  --demands <number>        units and items that may be demanded at once (3)
  --units-demanded <number> units to demand of a model whose row index is missing (3)
  --largest-index <MiB>     leave larger row indexes alone (1024)
  --metrics-port <port>     serve Prometheus' text format at /metrics of this port
${connectionUsage}
  PRIVATE_KEY          in the environment: the key to sign with`,
  options: {
    ...connectionOptions,
    blobs: { type: 'string' },
    commitments: { type: 'string' },
    receipts: { type: 'string' },
    settle: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
    once: { type: 'boolean', default: false },
    depth: { type: 'string', default: '2' },
    poll: { type: 'string', default: '2' },
    patience: { type: 'string', default: '600' },
    grace: { type: 'string', default: '600' },
    demands: { type: 'string', default: '3' },
    'units-demanded': { type: 'string', default: '3' },
    'largest-index': { type: 'string', default: '1024' },
    'metrics-port': { type: 'string' },
  },
  async run(values, positionals) {
    if (positionals.length > 0) throw new UsageError(`watch takes options only, not "${positionals.join(' ')}"`)
    const depth = BigInt(wholeNumber('depth', values.depth, 0, 1_000))
    const pollMs = 1_000 * wholeNumber('poll', values.poll, 0, 3_600)
    const limits = {
      patienceSeconds: wholeNumber('patience', values.patience, 0, 31_536_000),
      graceSeconds: wholeNumber('grace', values.grace, 0, 31_536_000),
      mostDemands: wholeNumber('demands', values.demands, 0, 1_000),
      unitsDemanded: wholeNumber('units-demanded', values['units-demanded'], 0, 1_000),
      settles: values.settle,
    }
    const largestBytes = wholeNumber('largest-index', values['largest-index'], 1, 65_536) * 2 ** 20
    const port =
      values['metrics-port'] === undefined ? undefined : wholeNumber('metrics-port', values['metrics-port'], 0, 65_535)
    const own = ownItems(values.commitments)
    const signer = values['dry-run'] ? undefined : signerFromEnvironment()
    const deployment = readDeployment(values.deployment)
    const connection = await connect(values.rpc, deployment)
    const node = connectNode(values.rpc)
    await identify(node, deployment)
    const account = signer === undefined ? 0 : await accountOf(connection, signer)

    const log = jsonLog(
      (line) => process.stdout.write(line),
      () => new Date(),
    )
    const numbers = metrics()
    const served = port === undefined ? undefined : await serveMetrics(numbers, port)
    const follower = followerOf({
      node,
      deployment,
      depth,
      undone: (ancestor, blocks) => {
        numbers.count('watcher_reorgs_total', 1)
        log('reorg', { ancestor, depth: blocks })
      },
    })
    const { state } = follower
    const cases = caseQueue({
      state,
      files: filesFrom({ blobs: values.blobs, own, largestBytes, timeoutMs: 60_000 }),
      retrySeconds: 30,
      onRead: logRowIndexes(numbers, log),
    })
    const { reader } = connection
    const filing =
      signer &&
      filingOf({ connection, state, cases, signer, sender: transactionSender(reader, walletOn(reader, signer)) })
    const watcher = watcherOf({
      connection,
      nodeName: node.name,
      follower,
      cases,
      receipts: receiptsIn(values.receipts, connection),
      filing,
      account,
      limits,
      pollMs,
      metrics: numbers,
      log,
    })
    const stop = new AbortController()
    for (const end of ['SIGINT', 'SIGTERM'] as const) process.once(end, () => stop.abort())
    log('watching', { deployment: deployment.name, account, ...(served && { metrics: served.url }) })
    try {
      if (values.once) await watchOnce(watcher, pollMs, stop.signal)
      else await watcher.watch(stop.signal)
    } finally {
      served?.close()
    }
  },
})

async function accountOf({ reader, contracts }: Connection, { address }: Account): Promise<number> {
  const account = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [address] })
  if (account > 0) return account
  throw new StopError(
    `${address} holds no account`,
    {},
    'Bounties go to an account: open one with Accounts.open, or look only, with --dry-run.',
  )
}
