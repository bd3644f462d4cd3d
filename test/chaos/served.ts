import { type Kysely, sql } from 'kysely'
import type { Hex } from 'viem'
import { type Database, factTables } from '../../indexer/store/schema.ts'
import { Seen } from './suite.ts'

/**
 * Remembers what a history held of every block while it held it, to say of the history of what was reverted that it is true:
 * whatever was served and is gone stands there as it was, once; nothing else does; and what stood there once stays.
 */
export interface Served {
  /** Takes note of the blocks that are held now. */
  note(db: Kysely<Database>): Promise<void>
  /** Says how many blocks were reverted since the last check; throws where they are not told of as they were. */
  check(db: Kysely<Database>, wasOnChain: (hash: Hex) => boolean): Promise<number>
}

interface Reverted {
  readonly hash: Hex
  readonly revertedAt: string
}

interface Told {
  readonly hash: Hex
  readonly fact: string
}

export function servedOf(): Served {
  const noted = new Map<Hex, readonly string[]>()
  const told = new Map<string, Reverted>()
  let checked = { upTo: '-infinity', sum: '' }

  const held = async (db: Kysely<Database>): Promise<ReadonlySet<Hex>> =>
    new Set((await db.selectFrom('block').select('hash').execute()).map(({ hash }) => hash))

  return {
    note: async (db) => {
      const unknown = [...(await held(db))].filter((hash) => !noted.has(hash))
      const facts = Map.groupBy(await factsOf(db, unknown), ({ hash }) => hash)
      for (const hash of unknown) noted.set(hash, sorted(facts.get(hash)))
    },
    check: async (db, wasOnChain) => {
      const sum = await sumUpTo(db, checked.upTo)
      if (sum !== checked.sum && checked.upTo !== '-infinity')
        throw new Seen('The history of what was reverted changed')
      const reverted = await revertedSince(db, checked.upTo)
      const facts = Map.groupBy(await revertedFacts(db, checked.upTo), ({ hash }) => hash)
      for (const one of reverted) {
        const name = `${one.hash} ${one.revertedAt}`
        if (!wasOnChain(one.hash)) throw new Seen(`A block is told of as reverted that no chain had: ${name}`)
        told.set(name, one)
        const expected = noted.get(one.hash)
        const found = sorted(facts.get(one.hash))
        if (expected !== undefined && expected.join('\n') !== found.join('\n')) {
          throw new Seen(`Of ${name}, there was\n${expected.join('\n')}\nand as reverted is told\n${found.join('\n')}`)
        }
      }
      const stands = await held(db)
      const everReverted = new Set([...told.values()].map(({ hash }) => hash))
      const lost = [...noted.keys()].filter((hash) => !stands.has(hash) && !everReverted.has(hash))
      if (lost.length > 0) throw new Seen(`Blocks were served, are gone, and are not told of as reverted: ${lost}`)
      const upTo = reverted.at(-1)?.revertedAt ?? checked.upTo
      checked = { upTo, sum: await sumUpTo(db, upTo) }
      return reverted.length
    },
  }
}

/** Each block is of exactly one stretch, from the first to the last. */
export async function mustCoverOnce(db: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{ first: bigint; last: bigint }>`select first, last from stretch order by first`.execute(
    db,
  )
  const { rows: blocks } = await sql<{ first: bigint | null; last: bigint | null; count: bigint }>`
    select min(number) as first, max(number) as last, count(*) as count from block`.execute(db)
  const [bounds] = blocks
  let next = bounds?.first ?? 0n
  for (const { first, last } of rows) {
    if (first !== next || last < first) throw new Seen(`A stretch from ${first} to ${last} where ${next} was next`)
    next = last + 1n
  }
  if (next !== (bounds?.last ?? -1n) + 1n) throw new Seen(`Stretches end before ${next}, blocks at ${bounds?.last}`)
}

/** Every fact of some blocks, spelt so that it can be compared: values as text, bytes as 0x…, names as in our rows. */
async function factsOf(db: Kysely<Database>, hashes: readonly Hex[]): Promise<readonly Told[]> {
  if (hashes.length === 0) return []
  const wanted = sql`select number, hash from block where hash = any(${hashes.map((hash) => Buffer.from(hash.slice(2), 'hex'))})`
  const tables = factTables.map(
    (table) => sql`select w.hash, ${sql.lit(table)} as "table", (
        select jsonb_object_agg(key, value) from jsonb_each_text(to_jsonb(t))) as "row"
      from ${sql.table(table)} t join wanted w on w.number = t.block`,
  )
  const { rows } = await sql<{ hash: Hex; table: string; row: Readonly<Record<string, string | null>> }>`
    with wanted as (${wanted}) ${sql.join(tables, sql` union all `)}`.execute(db)
  return rows.map(({ hash, table, row }) => ({ hash, fact: spelt(table, row) }))
}

async function revertedFacts(db: Kysely<Database>, since: string): Promise<readonly Told[]> {
  const { rows } = await sql<{ hash: Hex; table: string; row: Readonly<Record<string, unknown>> }>`
    select block_hash as hash, "table", "row" from reverted_fact where reverted_at > ${since}::timestamptz`.execute(db)
  return rows.map(({ hash, table, row }) => ({ hash, fact: spelt(table, row) }))
}

async function revertedSince(db: Kysely<Database>, since: string): Promise<readonly Reverted[]> {
  const { rows } = await sql<Reverted>`
    select hash, reverted_at::text as reverted_at from reverted_block where reverted_at > ${since}::timestamptz
    order by reverted_at, number`.execute(db)
  return rows
}

async function sumUpTo(db: Kysely<Database>, upTo: string): Promise<string> {
  const { rows } = await sql<{ sum: string | null }>`
    select md5(string_agg(line, ' ' order by line collate "C")) as sum from (
      select r::text as line from reverted_block r where reverted_at <= ${upTo}::timestamptz
      union all select f::text from reverted_fact f where reverted_at <= ${upTo}::timestamptz
    ) lines`.execute(db)
  return rows[0]?.sum ?? ''
}

function spelt(table: string, row: Readonly<Record<string, unknown>>): string {
  const values = Object.entries(row).map(([name, value]) => {
    const text = value === null ? 'null' : String(value).replace(/^\\x/, '0x')
    return `${camelCase(name)}=${text}`
  })
  return `${camelCase(table)}: ${values.toSorted().join(' ')}`
}

function camelCase(snake: string): string {
  return snake.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

function sorted(facts: readonly Told[] | undefined): readonly string[] {
  return (facts ?? []).map(({ fact }) => fact).toSorted()
}
