import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Verification } from '../../chain/verify/verification.ts'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { askGraphql } from './ask.ts'
import type { Chain } from './chains.ts'
import { type Backfill, type Contender, runToHead } from './contender.ts'
import type { Databases, Door } from './databases.ts'
import { ours } from './ours.ts'
import { ponder } from './ponder.ts'
import { cpuSeconds } from './processes.ts'
import { type Rounds, roundsOf } from './rounds.ts'
import { sqd, transfersOfSqd } from './sqd.ts'

/** Who fills which database with a chain's history. */
export type Run =
  | { readonly who: 'ours'; readonly door: Door; readonly verify: Verification }
  | { readonly who: 'ponder'; readonly door: Door }
  | { readonly who: 'sqd'; readonly door: 'postgres' }
  /** The least that anybody must do; with balances kept as well, or not. */
  | { readonly who: 'plain'; readonly door: 'postgres'; readonly balances: boolean }

export interface Measured extends Backfill {
  /** CPU time of the node meanwhile, which shares the machine. */
  readonly nodeCpuSeconds: number
}

export interface Outcome extends Rounds<Measured> {
  readonly run: Run
  readonly rounds: readonly Measured[]
}

/** What a chain holds, and how one sees by GraphQL that all of it has arrived. */
export interface Content {
  readonly chain: Chain
  readonly kind: 'transfers' | 'records'
  /** Transfers, or inferences. */
  readonly facts: number
}

const counted = z.object({ totalCount: z.number() })

/** All runs in turn, and that several times over, so that a busy moment of the machine meets everybody. */
export async function backfills(
  content: Content,
  runs: readonly Run[],
  rounds: number,
  databases: Databases,
  say: (line: string) => void,
): Promise<readonly Outcome[]> {
  const measured = runs.map((): Measured[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [i, run] of runs.entries()) {
      const location = await databases.make(run.door)
      const one = await backfill(content, run, location)
      await databases.drop(location)
      measured[i]?.push(one)
      const rate = Math.round(content.facts / one.seconds)
      say(
        `  ${titleOf(run)}: ${one.seconds.toFixed(2)} s, ${rate} a second, ${(one.cpuSeconds + one.childrenCpuSeconds).toFixed(1)} s of CPU`,
      )
    }
  }
  return runs.map((run, i) => {
    const its = measured[i] ?? []
    return { run, rounds: its, ...roundsOf(its, ({ seconds }) => seconds) }
  })
}

export function titleOf(run: Run): string {
  const where = run.door === 'postgres' ? 'PostgreSQL' : 'embedded'
  switch (run.who) {
    case 'ours':
      return `ours, \`--verify=${run.verify}\`, ${where}`
    case 'ponder':
      return `Ponder, ${where === 'embedded' ? 'PGlite' : where}`
    case 'sqd':
      return `SQD, ${where}`
    case 'plain':
      return `fetch, decode, COPY${run.balances ? ', and balances' : ''}`
  }
}

async function backfill(content: Content, run: Run, location: DatabaseLocation): Promise<Measured> {
  const { chain } = content
  const before = cpuSeconds(chain.anvil.pid)
  const one = run.who === 'plain' ? await plain(content, run.balances, location) : await indexed(content, run, location)
  return { ...one, nodeCpuSeconds: cpuSeconds(chain.anvil.pid) - before }
}

async function indexed(
  content: Content,
  run: Exclude<Run, { who: 'plain' }>,
  location: DatabaseLocation,
): Promise<Backfill> {
  const contender = await contenderOf(content, run, location)
  const running = await runToHead(contender)
  try {
    const found = run.who === 'sqd' ? await transfersOfSqd(urlOf(location)) : await factsAt(contender.url, content.kind)
    if (found !== content.facts) throw new Error(`${contender.name} has ${found} of ${content.facts} facts`)
  } finally {
    await running.stop()
  }
  return running.backfill
}

function contenderOf(
  { chain, kind }: Content,
  run: Exclude<Run, { who: 'plain' }>,
  location: DatabaseLocation,
): Promise<Contender> {
  switch (run.who) {
    case 'ours':
      return ours(chain, location, { verify: run.verify, transfers: kind === 'transfers' })
    case 'ponder':
      return ponder(chain, location)
    case 'sqd':
      return sqd(chain, urlOf(location))
  }
}

function urlOf(location: DatabaseLocation): string {
  if (location.kind !== 'postgres') throw new Error('A database of PostgreSQL was asked for')
  return location.url
}

/** How many of a chain's facts an indexer can show. */
async function factsAt(url: string, kind: Content['kind']): Promise<number> {
  if (kind === 'transfers') {
    const { transfers } = await askGraphql(
      url,
      '{ transfers(limit: 1) { totalCount } }',
      z.object({ transfers: counted }),
    )
    return transfers.totalCount
  }
  const { inferences } = await askGraphql(
    url,
    '{ inferences(limit: 1) { totalCount } }',
    z.object({ inferences: counted }),
  )
  return inferences.totalCount
}

const PLAIN = fileURLToPath(new URL('plain.ts', import.meta.url))
const plainSchema = z.object({ seconds: z.number(), events: z.int(), cpuSeconds: z.number(), peakMiB: z.number() })

async function plain({ chain, facts }: Content, balances: boolean, location: DatabaseLocation): Promise<Backfill> {
  const { anvil, deployment } = chain
  const args = [PLAIN, anvil.url, deployment.contracts.openToken, `${deployment.startBlock}`, urlOf(location)]
  const { stdout } = await promisify(execFile)(process.execPath, balances ? [...args, 'balances'] : args)
  const { events, ...one } = plainSchema.parse(JSON.parse(stdout))
  if (events !== facts) throw new Error(`The plain program has ${events} of ${facts} events`)
  return { ...one, startSeconds: 0, childrenCpuSeconds: 0, childrenPeakMiB: 0 }
}
