import type { Client } from 'pg'
import { z } from 'zod'
import type { Content } from './backfills.ts'
import { runToHead } from './contender.ts'
import { type Databases, withClient } from './databases.ts'
import { ours } from './ours.ts'
import { askPage, type QueryTime } from './pageQueries.ts'
import { cpuSeconds, residentMiB } from './processes.ts'

/** What a long history costs: while it is written, when the indexer starts on it again, when it is asked, and on disk. */
export interface Curve {
  readonly windows: readonly Window[]
  /** From its start on the whole history until it is ready again. */
  readonly restartSeconds: number
  readonly queries: readonly QueryTime[]
  readonly tables: readonly TableSize[]
  readonly inferences: number
}

/** A part of the history, by how many facts there were at its end. */
export interface Window {
  readonly facts: number
  readonly microsecondsAFact: number
  readonly cpuMicrosecondsAFact: number
  readonly residentMiB: number
}

export interface TableSize {
  readonly table: string
  readonly rows: number
  readonly bytes: number
}

interface Sample {
  readonly at: number
  readonly cpu: number
  readonly resident: number
  readonly block: number
}

const SAMPLE_MS = 100
const HISTORY = `select nspname as schema from pg_namespace where nspname like 'history\\_%'`

export async function curve(content: Content, factsAWindow: number, databases: Databases): Promise<Curve> {
  const location = await databases.make('postgres')
  if (location.kind !== 'postgres') throw new Error('The curve is drawn on PostgreSQL')
  const options = { verify: 'receipts', transfers: false } as const
  try {
    return await withClient(location.url, async (client) => {
      const samples: Sample[] = []
      const first = await runToHead(await ours(content.chain, location, options), async (pid) => {
        const at = performance.now()
        if (at - (samples.at(-1)?.at ?? 0) < SAMPLE_MS) return
        samples.push({ at, cpu: cpuSeconds(pid), resident: residentMiB(pid), block: await headIn(client) })
      })
      samples.push({
        at: performance.now(),
        cpu: cpuSeconds(first.pid),
        resident: residentMiB(first.pid),
        block: await headIn(client),
      })
      await first.stop()
      const contender = await ours(content.chain, location, options)
      const again = await runToHead(contender)
      const queries = await askPage(contender.url)
      await again.stop()
      return {
        windows: windowsOf(samples, await factsUpTo(client), factsAWindow),
        restartSeconds: again.backfill.startSeconds + again.backfill.seconds,
        queries,
        ...(await sizesIn(client)),
      }
    })
  } finally {
    await databases.drop(location)
  }
}

/** The newest block stored; 0 before there is one. */
async function headIn(client: Client): Promise<number> {
  const { rows } = await client.query(HISTORY)
  const schema: unknown = rows[0]?.schema
  const isThere = `select from pg_tables where schemaname = $1 and tablename = 'block'`
  if (schema === undefined || (await client.query(isThere, [schema])).rowCount === 0) return 0
  const { rows: heads } = await client.query(`select coalesce(max(number), 0)::int4 as head from ${schema}.block`)
  return z.int().parse(heads[0]?.head)
}

/** How many inferences there are up to a block. */
async function factsUpTo(client: Client): Promise<(block: number) => number> {
  const { rows } = await client.query(HISTORY)
  const schema = z.string().parse(rows[0]?.schema)
  const { rows: counts } = await client.query(`
    select block::int4, sum(count(*)) over (order by block)::int4 as facts from ${schema}.inference group by block`)
  const known = z.array(z.object({ block: z.int(), facts: z.int() })).parse(counts)
  return (block) => known.findLast((one) => one.block <= block)?.facts ?? 0
}

function windowsOf(
  samples: readonly Sample[],
  factsAt: (block: number) => number,
  factsAWindow: number,
): readonly Window[] {
  const windows: Window[] = []
  // The first of them came while everything was still being loaded and opened.
  let before = samples.find(({ block }) => factsAt(block) >= factsAWindow)
  for (const sample of samples) {
    if (before === undefined) break
    const facts = factsAt(sample.block) - factsAt(before.block)
    if (facts < factsAWindow && sample !== samples.at(-1)) continue
    // What is left at the end is a window if it is most of one.
    if (facts < factsAWindow / 2) continue
    windows.push({
      facts: factsAt(sample.block),
      microsecondsAFact: ((sample.at - before.at) * 1_000) / facts,
      cpuMicrosecondsAFact: ((sample.cpu - before.cpu) * 1e6) / facts,
      residentMiB: sample.resident,
    })
    before = sample
  }
  return windows
}

async function sizesIn(client: Client): Promise<Pick<Curve, 'tables' | 'inferences'>> {
  const { rows } = await client.query(HISTORY)
  const schema = z.string().parse(rows[0]?.schema)
  await client.query('analyze')
  const { rows: found } = await client.query(
    `select relname as table, reltuples::int4 as rows, pg_total_relation_size(c.oid)::float8 as bytes
    from pg_class c join pg_namespace n on n.oid = relnamespace
    where nspname = $1 and relkind = 'r' and reltuples > 0 order by bytes desc`,
    [schema],
  )
  const { rows: counted } = await client.query(`select count(*)::int4 as inferences from ${schema}.inference`)
  return {
    tables: z.array(z.object({ table: z.string(), rows: z.int(), bytes: z.number() })).parse(found),
    inferences: z.int().parse(counted[0]?.inferences),
  }
}
