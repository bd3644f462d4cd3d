import { type Kysely, sql } from 'kysely'
import type { Block } from '../../chain/block.ts'
import type { Position } from '../../chain/blocks/position.ts'
import { journaled } from '../../chain/events/contracts.ts'
import type { Fact, Facts, FactTable } from '../../chain/events/facts.ts'
import { emptyJournals, type JournalMove, type Journals } from '../../chain/events/journals.ts'
import { type Terms, termsFrom } from '../../chain/events/terms.ts'
import { cursorsOf } from './cursors.ts'
import type { Database, Stored } from './schema.ts'
import { finalityOf } from './stretch.ts'

/** The position of the stored history, read in one transaction. */
export async function loadPosition(db: Kysely<Database>): Promise<Position> {
  return await db.transaction().execute(async (tx) => ({
    head: await headOf(tx),
    journals: await journalsOf(tx),
    terms: await termsOf(tx),
    finality: await finalityOf(tx),
    cursors: await cursorsOf(tx),
  }))
}

/** The newest block stored, or none. */
export async function headOf(db: Kysely<Database>): Promise<Block | undefined> {
  return await db.selectFrom('block').selectAll().orderBy('number', 'desc').limit(1).executeTakeFirst()
}

/** Stored blocks from `from` to `to`, ascending. */
export async function blocksBetween(db: Kysely<Database>, from: bigint, to: bigint): Promise<readonly Block[]> {
  return await db
    .selectFrom('block')
    .selectAll()
    .where('number', '>=', from)
    .where('number', '<=', to)
    .orderBy('number')
    .execute()
}

/** The journals after the stored history: the newest move of each contract. */
async function journalsOf(db: Kysely<Database>): Promise<Journals> {
  const { rows } = await sql<Pick<JournalMove, 'contract' | 'slot'>>`
    select m.contract, m.slot from unnest(${sql.val(journaled)}::text[]) c (name)
    cross join lateral (select * from journal_move where contract = c.name order by block desc limit 1) m`.execute(db)
  return { ...emptyJournals, ...Object.fromEntries(rows.map(({ contract, slot }) => [contract, slot])) }
}

/**
 * The terms that decoding the next block depends on, from all stored blocks or those up to `last`.
 */
export async function termsOf(db: Kysely<Database>, last?: bigint): Promise<Terms> {
  const rowsOf = async <T extends FactTable>(table: T, order: readonly string[], where = sql`true`) => {
    const within = last === undefined ? where : sql`block <= ${last} and ${where}`
    const ordered = sql.join(order.map((column) => sql.ref(column)))
    const { rows } = await sql<
      Stored<Facts[T]>
    >`select * from ${sql.table(table)} where ${within} order by ${ordered}`.execute(db)
    return rows.map((row) => factOf(table, row))
  }
  const registered = last === undefined ? sql`true` : sql`r.block <= ${last}`
  const isDraft = sql`model not in (select r.model from fine_tune_registered r where ${registered})`
  return termsFrom([
    ...(await rowsOf('bondRuleSet', ['block', 'logIndex'])),
    ...(await rowsOf('fineTuneEntered', ['block', 'logIndex'])),
    ...(await rowsOf('fineTuneBegun', ['block', 'logIndex'], isDraft)),
    ...(await rowsOf('unitMember', ['model', 'joint', 'member'], isDraft)),
    ...(await rowsOf('unitKept', ['model', 'unit'], isDraft)),
  ])
}

/** The ids of the tables that terms are read from. */
const ids = ['model', 'owner', 'parent', 'unit', 'joint', 'member', 'payee']

/** A stored row as the fact that it was: its ids are numbers again. */
function factOf<T extends FactTable>(table: T, stored: Stored<Facts[T]>): Fact {
  const columns = Object.entries(stored).map(([name, value]) => [
    name,
    ids.includes(name) && typeof value === 'bigint' ? Number(value) : value,
  ])
  return { table, row: Object.fromEntries(columns) } as unknown as Fact
}
