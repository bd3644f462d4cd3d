import { chainOf } from '../../chain/chains.ts'
import { identify, identifyAll, mustAgree } from '../../chain/node/identity.ts'
import { connectNode } from '../../chain/node/node.ts'
import { nodesOf } from '../../chain/node/nodes.ts'
import { mustAllow } from '../../chain/verify/unknownChain.ts'
import { StopError } from '../../sdk/errors.ts'
import { settings } from '../commandLine.ts'
import { command } from '../operate/command.ts'
import type { LogEvent } from '../operate/logEvents.ts'
import { blockNumber, isOn, optional, type Settings } from '../operate/settings.ts'
import { terminalTo } from '../operate/terminal.ts'
import { historyOf } from '../store/history.ts'
import { mustBeSame } from '../store/identity.ts'
import { openStore } from '../store/store.ts'
import { openExisting } from './openHistory.ts'
import { type Difference, sentenceOf } from './verify/difference.ts'
import { type Imbalance, imbalanceSentence } from './verify/imbalances.ts'
import { askerOf } from './verify/provenStretch.ts'
import { type Verified, verifyHistory } from './verify/verifyHistory.ts'

const { deployment, rpc, rpcRate, rpcTimeoutMs, database, schema, maxRange, log } = settings

const verifySettings = {
  deployment,
  rpc,
  database,
  schema,
  from: { value: '<n>', help: 'from which block; what lies below is believed', read: optional(blockNumber) },
  to: {
    value: '<n>',
    help: 'up to and with which block; the newest one where none is given',
    read: optional(blockNumber),
  },
  repair: {
    help: "put the chain's rows in the place of those that differ; no indexer may be writing meanwhile",
    read: isOn,
  },
  maxRange,
  rpcRate,
  rpcTimeoutMs,
  log,
} satisfies Settings

/** How often progress is logged. */
const EVERY_MS = 1_000
/** The most differences that are logged one by one. */
const NAMED = 1_000

/** Compares a stored history with the chain, and repairs it. */
export const verify = command({
  about: `Fetches the chain anew, proves headers and logs by the block hashes, decodes them, and holds every stored row against that; at the end
the journals against the contracts' storage, and whether all money adds up. Names every block, table and row that differs, and ends with
exit status 1 if there are any.
An indexer may go on writing meanwhile, on PostgreSQL. With --repair, rows that differ are replaced, those of a stretch of blocks at once.

  attribution index verify --deployment <file> --rpc <url> --database <where> [options]`,
  settings: verifySettings,
  run: async (chosen, { env, out, signal }) => {
    const { deployment, rpc, rpcRate, rpcTimeoutMs, database, schema, from, to, repair, maxRange, log } = chosen
    if (repair && to !== undefined) {
      throw new StopError(
        '--repair goes on to the newest block',
        {},
        'Leave out --to: running totals above it follow from what is repaired.',
      )
    }
    const terminal = terminalTo(out, { format: log, verify: 'receipts', env, now: Date.now })
    const say = (level: LogEvent['level'], event: string, message: string, facts: LogEvent['facts']) =>
      terminal.log({ level, event, message, facts })
    mustAllow(chainOf(deployment.chainId), 'receipts')
    const { chainId } = deployment
    const rpcNodes = rpc.map((url) => connectNode(url, { timeoutMs: rpcTimeoutMs, perSecond: rpcRate, chainId }))
    const identity = await identifyAll(rpcNodes, deployment)
    const connections = await openExisting(database)
    try {
      const store = repair ? await openStore(connections, identity, { schema }) : undefined
      const db = connections.reader(historyOf(identity).schema)
      mustBeSame(await db.selectFrom('identity').selectAll().executeTakeFirstOrThrow(), identity)
      const nodes = nodesOf(rpcNodes, {
        admit: async (node) => mustAgree(identity, await identify(node, deployment), node),
        pauseMs: 250,
        failed: (error, node) => terminal.handle({ kind: 'troubled', error, node }),
        disabled: (error: StopError, node: string) => terminal.handle({ kind: 'gaveUpNode', error, node }),
      })
      const asker = askerOf(nodes, BigInt(maxRange), signal)

      const isWritten = database.kind === 'postgres' && !repair
      let named = 0
      let quietUntil = 0
      const verified = await verifyHistory(
        db,
        asker,
        { deployment, identity, from, to, store, isWritten, signal },
        {
          differs: (difference) => {
            named += 1
            if (named <= NAMED) say('error', 'differs', sentenceOf(difference), factsOf(difference))
            if (named === NAMED) say('error', 'differs', 'There are more differences, which are only counted', {})
          },
          unbalanced: (imbalance) => say('error', 'unbalanced', imbalanceSentence(imbalance), factsOfMoney(imbalance)),
          repaired: (first, last) => say('info', 'repaired', `Repaired blocks ${first} to ${last}`, { first, last }),
          verified: (last, end) => {
            if (last >= end || Date.now() < quietUntil) return
            quietUntil = Date.now() + EVERY_MS
            say('info', 'progress', `Verified to block ${last} of ${end}`, { block: last, to: end })
          },
        },
      )
      if (verified === undefined) return 130
      const { journals, ...counts } = verified
      const facts = { ...counts, journals: journals ?? 'notCompared', repaired: repair }
      const isWrong = (verified.differences > 0 && !repair) || verified.imbalances > 0
      say(isWrong || verified.differences > 0 ? 'error' : 'info', 'verified', summaryOf(verified, repair), facts)
      return isWrong ? 1 : 0
    } finally {
      await connections.close()
    }
  },
})

function summaryOf({ first, last, rows, differences, imbalances, journals }: Verified, isRepaired: boolean): string {
  if (last < first) return 'There was no block to verify'
  const outcome =
    differences === 0
      ? `all ${rows} rows are what the chain says`
      : `${differences} of ${rows} rows differed from what the chain says${isRepaired ? ', and were repaired' : ''}`
  const compared = {
    proof: 'The journals add up, by proof.',
    storage: "The journals add up, on the node's word.",
    none: 'No node still has the state for comparing journals: an archive node does.',
  }[journals ?? 'none']
  const money = imbalances === 0 ? '' : ` ${imbalances} amounts do not add up.`
  return `Verified blocks ${first} to ${last}: ${outcome}.${money} ${compared}`
}

function factsOf({ table, block, kind, key, ...more }: Difference): LogEvent['facts'] {
  const columns = 'columns' in more ? { columns: JSON.stringify(more.columns) } : {}
  return { table, block, kind, ...key, ...columns }
}

function factsOfMoney({ expectedGwei, foundGwei, ...which }: Imbalance): LogEvent['facts'] {
  return { ...which, expectedGwei: expectedGwei ?? 'none', foundGwei: foundGwei ?? 'none' }
}
