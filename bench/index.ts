// How fast the indexer is, and what it takes: beside a program that does the least that anybody must, and, if asked, beside
// Ponder and SQD from npm, on the same node, the same database server and in the same run. Figures mean something on a quiet machine only.
import { availableParallelism, cpus, loadavg } from 'node:os'
import { runCommand, UsageError, wholeNumber } from '../scripts/command.ts'
import { writeTables } from '../scripts/documentTables.ts'
import { writeWhole } from '../sdk/node/writeWhole.ts'
import { backfills, type Content, type Outcome, type Run } from './index/backfills.ts'
import { type ChainKind, forgetChains, openChain } from './index/chains.ts'
import { curve } from './index/curve.ts'
import { type Databases, openDatabases, withClient } from './index/databases.ts'
import { install } from './index/install.ts'
import { live } from './index/live.ts'
import { ourRuns, plainRuns, planOf, ponderRuns, sqdRuns } from './index/plan.ts'
import { PONDER } from './index/ponder.ts'
import { SQD } from './index/sqd.ts'
import { backfillTable, curveTables, liveTable } from './index/tables.ts'

const PAGE = 'docs/benchmarks.md'
const JSON_FILE = 'var/bench/index.json'
const PARTS = ['transfers', 'records', 'live'] as const

await runCommand({
  usage: `npm run bench:index -- [options]
Events a second of a backfill, milliseconds from the node to the answers, and what a long history costs. About 25 minutes with Ponder and SQD.
Its chains are made once and kept in var/bench; figures go to ${JSON_FILE} as well.
  --quick        a tenth of everything, once, in two minutes: for trying
  --ponder       Ponder beside us: installed from npm into var/bench when it is not there
  --sqd          SQD likewise
  --rounds <n>   how often each backfill is timed (3)
  --only <what>  transfers, records or live, and nothing else
  --fresh        makes the chains anew
  --write-docs   puts the tables into ${PAGE}; of everything`,
  options: {
    quick: { type: 'boolean', default: false },
    ponder: { type: 'boolean', default: false },
    sqd: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    fresh: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
  },
  async run({ quick, ponder, sqd, rounds, only, fresh, 'write-docs': write }) {
    const isAsked = partsAsked(only)
    if (write && only !== undefined)
      throw new UsageError('--write-docs writes the tables of everything: leave out --only')
    const plan = planOf(quick, wholeNumber('rounds', rounds, 1, 20))
    const loadBefore = loadavg()[0] ?? 0
    const rivals = [
      ...(ponder ? [{ version: await install(PONDER), runs: ponderRuns() }] : []),
      ...(sqd ? [{ version: await install(SQD), runs: sqdRuns() }] : []),
    ]
    const versions = rivals.map(({ version }) => version)
    if (fresh) forgetChains()
    const databases = await openDatabases()
    try {
      const everybody = [...plainRuns(), ...ourRuns(), ...rivals.flatMap(({ runs }) => runs)]
      const filled = (kind: ChainKind & { facts: number }, content: Content['kind'], runs: readonly Run[]) =>
        onChain(kind, content, (one) => backfills(one, runs, plan.rounds, databases, say))
      const tables: string[] = []
      const figures: Record<string, unknown> = { at: new Date().toISOString(), quick, rivals: versions }
      if (isAsked('transfers')) {
        const transfers = await filled(plan.transfers, 'transfers', everybody)
        const sparse = await filled(plan.sparse, 'transfers', everybody)
        Object.assign(figures, { transfers, sparse })
        tables.push(
          table('transfers, 175 a block', plan.transfers.facts, transfers),
          table('transfers, 100 in one block of ten', plan.sparse.facts, sparse),
        )
      }
      if (isAsked('records')) {
        const records = await filled(plan.records, 'records', ourRuns())
        const long = await onChain(plan.records, 'records', (one) => curve(one, plan.factsAWindow, databases))
        Object.assign(figures, { records, long })
        tables.push(
          table('inferences, 200 a block, settled day by day', plan.records.facts, records),
          curveTables(long),
        )
      }
      if (isAsked('live')) {
        const latencies = await live(databases, plan.liveBlocks, say)
        Object.assign(figures, { latencies })
        tables.push(liveTable(latencies))
      }
      tables.push(await machine(databases, loadBefore, versions))
      process.stdout.write(`\n${tables.join('\n\n')}\n`)
      writeWhole(JSON_FILE, `${JSON.stringify(figures, null, 2)}\n`)
      if (write) writeTables(PAGE, tables.join('\n\n'), 'npm run bench:index')
    } finally {
      await databases.stop()
    }
  },
})

type Part = (typeof PARTS)[number]

function partsAsked(only: string | undefined): (part: Part) => boolean {
  if (only === undefined) return () => true
  const part = PARTS.find((one) => one === only)
  if (part === undefined) throw new UsageError(`--only takes ${PARTS.join(', ')}, not "${only}"`)
  return (one) => one === part
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function table(title: string, facts: number, outcomes: readonly Outcome[]): string {
  return backfillTable({ title: `${facts.toLocaleString('en-US')} ${title}`, facts, outcomes })
}

async function onChain<T>(
  kind: ChainKind & { readonly facts: number },
  content: Content['kind'],
  work: (content: Content) => Promise<T>,
): Promise<T> {
  say(kind.name)
  const chain = await openChain(kind, say)
  try {
    return await work({ chain, kind: content, facts: kind.facts })
  } finally {
    await chain.anvil.stop()
  }
}

async function machine(databases: Databases, loadBefore: number, rivals: readonly string[]): Promise<string> {
  const database = await databases.make('postgres')
  if (database.kind !== 'postgres') throw new Error('A database of PostgreSQL was asked for')
  const { rows } = await withClient(database.url, (client) => client.query('show server_version'))
  const load = (loadavg()[0] ?? 0).toFixed(1)
  const versions = [`Node ${process.versions.node}`, `PostgreSQL ${rows[0]?.server_version} with fsync`, ...rivals]
  return (
    `${cpus()[0]?.model ?? 'An unnamed processor'}, ${availableParallelism()} cores for indexer, node and database together, ` +
    `with a load of ${loadBefore.toFixed(1)} before and ${load} at the end; ${versions.join(', ')}.`
  )
}
