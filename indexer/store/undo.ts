import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { FactTable } from '../../chain/events/facts.ts'
import { undoAccounts } from './accountNow.ts'
import { type Column, tableOf } from './catalogue.ts'
import { lowerCursors } from './cursors.ts'
import { type Database, factTables } from './schema.ts'
import type { Store } from './store.ts'
import { endStretchesAt } from './stretch.ts'

/**
 * Rolls back every block above `ancestor` with its facts and totals. They were served, so they are
 * kept as reverted blocks and facts, in tables that only grow.
 */
export async function undoAbove(store: Store, ancestor: bigint): Promise<void> {
  await store.write.transaction().execute(async (tx) => {
    await sql`
      insert into reverted_block (number, hash, parent_hash, timestamp, served_from, reverted_at)
      select b.number, b.hash, b.parent_hash, b.timestamp,
        (select s.stored_at from stretch s where s.first <= b.number order by s.first desc limit 1), now()
      from block b where b.number > ${ancestor}`.execute(tx)
    for (const table of factTables) await withdraw(tx, table, tableOf(store.catalogue, table).columns, ancestor)
    await tx.deleteFrom('journalMove').where('block', '>', ancestor).execute()
    await tx.deleteFrom('accountTotal').where('block', '>', ancestor).execute()
    await undoAccounts(tx, ancestor)
    await tx.deleteFrom('block').where('number', '>', ancestor).execute()
    await endStretchesAt(tx, ancestor)
    await lowerCursors(tx, ancestor)
  })
}

/** Moves a table's rows above `ancestor` to the reverted facts. */
async function withdraw(
  tx: Kysely<Database>,
  table: FactTable,
  columns: readonly Column[],
  ancestor: bigint,
): Promise<void> {
  await sql`
    with gone as (delete from ${sql.table(table)} where block > ${ancestor} returning *)
    insert into reverted_fact (block, block_hash, reverted_at, "table", position, "row")
    select g.block, b.hash, now(), ${table}, row_number() over (partition by g.block order by g), ${rowAsJson(columns)}
    from gone g join block b on b.number = g.block`.execute(tx)
}

/**
 * A row as the indexer reads it: integers as strings of digits, bytes as 0x and hexadecimal digits.
 */
function rowAsJson(columns: readonly Column[]): RawBuilder<unknown> {
  const pairs = columns.map(({ name, type }) => {
    const column = sql`g.${sql.ref(name)}`
    return sql`${sql.lit(name)}, ${asJson(column, type)}`
  })
  return sql`jsonb_build_object(${sql.join(pairs)})`
}

function asJson(column: RawBuilder<unknown>, type: string): RawBuilder<unknown> {
  if (type === 'bytea') return sql`'0x' || encode(${column}, 'hex')`
  return type === 'bool' || type === 'text' ? column : sql`${column}::text`
}
