import type { Account } from 'viem'
import { identify } from '../indexer/sync/identity.ts'
import { connectNode } from '../indexer/sync/node.ts'
import { walletOn } from '../sdk/chain.ts'
import { type Connection, connect } from '../sdk/contracts.ts'
import { readDeployment } from '../sdk/deployment.ts'
import { StopError } from '../sdk/errors.ts'
import { runCommand, UsageError, wholeNumber } from './command.ts'
import { connectionOptions, connectionUsage } from './connection.ts'
import { signerFromEnvironment } from './keys.ts'
import { docketOf } from './watch/docket.ts'
import { filesFrom } from './watch/files.ts'
import { filingOf } from './watch/filing.ts'
import { followerOf } from './watch/follower.ts'
import { metrics, serveMetrics } from './watch/metrics.ts'
import { sayJson, tellExamined, tellJudged } from './watch/say.ts'
import { senderOf } from './watch/sender.ts'
import { watcherOf } from './watch/watcher.ts'
import { watchOnce } from './watch/watchOnce.ts'

await runCommand({
  usage: `npm run watch -- [options]
Follows the chain, computes every attribution again from the published influence indexes, and files the proof that strikes a wrong
one: announced first, sent two blocks later. Demands rows that nobody shows. Needs an account, and a bond for demands. Nothing is kept
on disk: a watcher that was killed finds on chain what it announced.
  --blobs <url|folder>     where indexes and items are, before what registrations say
  --dry-run                say what it would file, and send nothing; needs no key
  --once                   stop when nothing is left to do; ends with an error if something that can be struck was not
  --history                look at records that have matured as well, and report what is too late to strike
  --depth <blocks>         how far behind the head to stay (2)
  --poll <seconds>         how long to wait between two looks (2)
  --patience <seconds>     how long an index may be missing before its rows are demanded (600)
  --demands <number>       demands that may be open at once (3)
  --rows-demanded <number> rows to demand of a model whose index is missing (3)
  --largest-index <MiB>    leave larger indexes alone (1024)
  --metrics-port <port>    serve Prometheus' text format at /metrics of this port
${connectionUsage}
  PRIVATE_KEY          in the environment: the key to sign with`,
  options: {
    ...connectionOptions,
    blobs: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    once: { type: 'boolean', default: false },
    history: { type: 'boolean', default: false },
    depth: { type: 'string', default: '2' },
    poll: { type: 'string', default: '2' },
    patience: { type: 'string', default: '600' },
    demands: { type: 'string', default: '3' },
    'rows-demanded': { type: 'string', default: '3' },
    'largest-index': { type: 'string', default: '1024' },
    'metrics-port': { type: 'string' },
  },
  async run(values, positionals) {
    if (positionals.length > 0) throw new UsageError(`watch takes options only, not "${positionals.join(' ')}"`)
    const numbers = {
      depth: wholeNumber('depth', values.depth, 0, 1_000),
      pollMs: 1_000 * wholeNumber('poll', values.poll, 0, 3_600),
      patienceSeconds: wholeNumber('patience', values.patience, 0, 31_536_000),
      mostDemands: wholeNumber('demands', values.demands, 0, 1_000),
      rowsDemanded: wholeNumber('rows-demanded', values['rows-demanded'], 0, 1_000),
      largestBytes: wholeNumber('largest-index', values['largest-index'], 1, 65_536) * 2 ** 20,
    }
    const port =
      values['metrics-port'] === undefined ? undefined : wholeNumber('metrics-port', values['metrics-port'], 0, 65_535)
    const signer = values['dry-run'] ? undefined : signerFromEnvironment()
    const deployment = readDeployment(values.deployment)
    const connection = await connect(values.rpc, deployment)
    const node = connectNode(values.rpc)
    const { epochSeconds } = await identify(node, deployment)
    const account = signer === undefined ? 0 : await accountOf(connection, signer)
    const { demandFeeGwei } = await connection.reader.readContract({
      ...connection.contracts.court,
      functionName: 'terms',
    })

    const say = sayJson(
      (line) => process.stdout.write(line),
      () => new Date(),
    )
    const numbersKept = metrics()
    const served = port === undefined ? undefined : await serveMetrics(numbersKept, port)
    const follower = followerOf({
      node,
      deployment,
      depth: BigInt(numbers.depth),
      undone: (ancestor, depth) => {
        numbersKept.count('watcher_reorgs_total', 1)
        say('reorg', { ancestor, depth })
      },
    })
    const docket = docketOf({
      chronicle: follower.chronicle,
      files: filesFrom({ blobs: values.blobs, largestBytes: numbers.largestBytes, timeoutMs: 60_000 }),
      retrySeconds: 30,
      onJudged: tellJudged(numbersKept, say),
      onExamined: tellExamined(numbersKept, say),
    })
    const filing =
      signer &&
      filingOf({ connection, signer, sender: senderOf(connection.reader, walletOn(connection.reader, signer)) })
    const { mostDemands, rowsDemanded, patienceSeconds, pollMs } = numbers
    const watcher = watcherOf({
      connection,
      nodeName: node.name,
      follower,
      docket,
      filing,
      account,
      epochSeconds: Number(epochSeconds),
      demandFeeGwei,
      limits: { mostDemands, rowsDemanded, patienceSeconds },
      history: values.history,
      pollMs,
      metrics: numbersKept,
      say,
    })
    const stop = new AbortController()
    for (const end of ['SIGINT', 'SIGTERM'] as const) process.once(end, () => stop.abort())
    say('watching', { deployment: deployment.name, account, ...(served && { metrics: served.url }) })
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
