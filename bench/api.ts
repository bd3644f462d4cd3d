// What an answer costs: our API beside Ponder's and PostGraphile's over the same rows in the same PostgreSQL, in requests a second of
// CPU, and each query of the pages in docs/api.md.
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { schemaOf } from '../indexer/store/history.ts'
import { runCommand, wholeNumber } from '../scripts/command.ts'
import { writeTables } from '../scripts/documentTables.ts'
import { StopError } from '../sdk/errors.ts'
import { writeWhole } from '../sdk/node/writeWhole.ts'
import { FILLED, fillHistory } from '../test/support/filledHistory.ts'
import { identity } from '../test/support/identity.ts'
import { type PostgresServer, startPostgres } from '../test/support/postgres.ts'
import { randomOf } from '../test/support/random.ts'
import { type Contender, makePonder, makePostgraphile, ourselves, type Source } from './api/contenders.ts'
import { crowdAt, type Measured, measure } from './api/load.ts'
import { measurePages, type PageCost } from './api/pages.ts'
import { type Question, ROWS_OF_A_BATCH, ROWS_OF_A_PAYER, type Row, rowsOf } from './api/questions.ts'
import { pageTable, type Result, rivalTable } from './api/tables.ts'
import { treeCpuSeconds } from './index/processes.ts'

const PAGE = 'docs/api.md'
const JSON_FILE = 'var/bench/api.json'
const SAMPLES = 20
/** Asked again and again, as by everyone who looks at one page within a block. */
const REPEATED = 10

await runCommand({
  usage: `npm run bench:api -- [options]
Requests a second of CPU, PostgreSQL's counted, of our API beside Ponder's and PostGraphile's, which are installed from npm into var/bench.
Rows are made up by the database, and copied into a table of each; figures go to ${JSON_FILE} as well.
  --accounts <n>     accounts (10000)
  --inferences <n>   inferences (100000)
  --requests <n>     how many requests of each kind (2000)
  --connections <n>  how many clients ask at once (50)
  --write-docs       puts the tables into ${PAGE}`,
  options: {
    accounts: { type: 'string', default: '10000' },
    inferences: { type: 'string', default: '100000' },
    requests: { type: 'string', default: '2000' },
    connections: { type: 'string', default: '50' },
    'write-docs': { type: 'boolean', default: false },
  },
  async run({ 'write-docs': write, ...asked }) {
    const inferences = wholeNumber('inferences', asked.inferences, 1_000, 100_000_000)
    const payers = Math.floor(inferences / ROWS_OF_A_PAYER)
    const accounts = wholeNumber('accounts', asked.accounts, payers, 100_000_000)
    const requests = wholeNumber('requests', asked.requests, 100, 1_000_000)
    const connections = wholeNumber('connections', asked.connections, 1, 1_000)
    const load = loadavg()[0] ?? 0
    const postgres = await startPostgres()
    try {
      const batches = Math.floor(inferences / ROWS_OF_A_BATCH)
      say(`filling a history of ${grouped(accounts)} accounts and ${grouped(inferences)} inferences`)
      const filled = await fillHistory(postgres, { ...FILLED, accounts, payers, batches, records: ROWS_OF_A_BATCH })
      const source: Source = { ...filled, served: schemaOf(identity.deployment) }
      const contenders = [ourselves(source), ...(await rivals(source, postgres))]
      const questions = draw(batches, payers, requests)
      const results: Result[] = []
      let pages: readonly PageCost[] = []
      const samples = new Map<string, readonly Row[]>()
      for (const contender of contenders) {
        say(contender.version)
        const found = await measureOne(contender, questions, connections, pidOf(postgres), samples)
        results.push({ contender: contender.version, kinds: found.kinds })
        if (found.pages !== undefined) pages = found.pages
      }
      const about =
        `${cpus()[0]?.model ?? 'An unnamed processor'}, ${availableParallelism()} cores for clients, API and PostgreSQL together, ` +
        `with a load of ${load.toFixed(1)} before. ${grouped(accounts)} accounts, ${grouped(inferences)} inferences, ` +
        `${grouped(requests)} requests of a kind, ${connections} clients at once.`
      const tables = [rivalTable(results), pageTable(pages), about].join('\n\n')
      say(`\n${tables}`)
      writeWhole(
        JSON_FILE,
        `${JSON.stringify({ at: new Date().toISOString(), accounts, inferences, results, pages }, null, 2)}\n`,
      )
      if (write) writeTables(PAGE, tables, 'npm run bench:api')
    } finally {
      await postgres.stop()
    }
  },
})

/** What can be installed here. */
async function rivals(source: Source, postgres: PostgresServer): Promise<readonly Contender[]> {
  const made: Contender[] = []
  for (const make of [makePonder, makePostgraphile]) {
    try {
      made.push(await make(source, postgres))
    } catch (error) {
      if (!(error instanceof StopError)) throw error
      say(`left out: ${error.message}`)
    }
  }
  return made
}

interface Questions {
  /** Of each kind, none twice. */
  readonly one: readonly Question[]
  readonly list: readonly Question[]
  /** Others, so that no process is measured while it compiles. */
  readonly warm: readonly Question[]
}

function draw(batches: number, payers: number, requests: number): Questions {
  const random = randomOf(1)
  const all = random.shuffled(Array.from({ length: Math.min(batches, 2 * requests) }, (_, i) => i + 1))
  const one = all.flatMap((batch) =>
    Array.from({ length: Math.min(ROWS_OF_A_BATCH, Math.ceil((2 * requests) / all.length)) }, (_, position) => ({
      kind: 'one' as const,
      batch,
      position,
    })),
  )
  const list = random
    .shuffled(Array.from({ length: Math.min(payers, 2 * requests) }, (_, i) => i + 1))
    .map((payer) => ({ kind: 'list' as const, payer }))
  const half = Math.min(requests, one.length >> 1)
  const halfOfLists = Math.min(requests, Math.floor(list.length * 0.8))
  return {
    one: one.slice(0, half),
    list: list.slice(0, halfOfLists),
    warm: [...one.slice(half, half + 400), ...list.slice(halfOfLists, halfOfLists + 100)],
  }
}

async function measureOne(
  { dialect, start }: Contender,
  { one, list, warm }: Questions,
  connections: number,
  postgresPid: number,
  samples: Map<string, readonly Row[]>,
) {
  const server = await start()
  const crowd = crowdAt(server.url, connections)
  try {
    for (const question of [
      ...one.slice(0, SAMPLES),
      ...warm.filter(({ kind }) => kind === 'list').slice(0, SAMPLES),
    ]) {
      await mustBeEqual(server.url, dialect.body(question), samples, JSON.stringify(question), dialect.name)
    }
    await crowd.ask(warm.map(dialect.body))
    const cpuMs = () => ({
      server: treeCpuSeconds(server.pid) * 1_000,
      database: treeCpuSeconds(postgresPid) * 1_000,
    })
    const repeated = (questions: readonly Question[]) =>
      questions.map((_, i) => questions[i % REPEATED] as Question).map(dialect.body)
    const kinds: Record<string, Measured> = {}
    for (const [name, bodies] of [
      // The samples were asked before.
      ['by id', one.slice(SAMPLES).map(dialect.body)],
      ['by id, repeated', repeated(one)],
      ['100 rows', list.map(dialect.body)],
      ['100 rows, repeated', repeated(list)],
    ] as const) {
      kinds[name] = await measure(crowd, bodies, cpuMs)
      const { serverMs, databaseMs, p50Ms, p99Ms } = kinds[name]
      say(
        `  ${name}: ${serverMs.toFixed(2)} + ${databaseMs.toFixed(2)} ms of CPU, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`,
      )
    }
    const pages = dialect.name === 'ours' ? await measurePages(server.url, () => cpuMs().database) : undefined
    return { kinds, pages }
  } finally {
    crowd.leave()
    await server.stop()
  }
}

async function mustBeEqual(
  url: string,
  body: object,
  samples: Map<string, readonly Row[]>,
  question: string,
  name: string,
): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await response.text()
  const rows = rowsOf(text)
  const known = samples.get(question) ?? rows
  samples.set(question, known)
  if (JSON.stringify(rows) === JSON.stringify(known) && rows.length > 0) return
  throw new StopError(
    `${name} has other rows`,
    { question, answer: text.slice(0, 300) },
    'What is not equal is not comparable.',
  )
}

function pidOf({ dataFolder }: PostgresServer): number {
  return Number(readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n')[0])
}

function grouped(value: number): string {
  return value.toLocaleString('en-US')
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
