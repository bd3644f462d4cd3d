import { type Kysely, sql } from 'kysely'

/**
 * What is of observation and not of the chain: how far each stretch of blocks was verified when it was stored, up to where each
 * contract is followed, and what was served once and then withdrawn. The reverted tables are only ever appended to.
 */

const tables: Readonly<Record<string, string>> = {
  stretch: `first int8 primary key, last int8 not null, verdict text not null, journals text, safe int8,
    finalised int8, node text not null, stored_at timestamptz not null`,
  followed: 'contract text primary key, last int8 not null',
  reverted_block: `number int8 not null, hash bytea not null, parent_hash bytea not null, timestamp int8 not null,
    served_from timestamptz not null, reverted_at timestamptz not null, primary key (number, hash, reverted_at)`,
  reverted_fact: `block int8 not null, block_hash bytea not null, reverted_at timestamptz not null, "table" text not null,
    position int8 not null, "row" jsonb not null, primary key (block, block_hash, reverted_at, "table", position)`,
}

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [name, columns] of Object.entries(tables)) {
    await sql.raw(`create table ${name} (${columns})`).execute(db)
  }
}
