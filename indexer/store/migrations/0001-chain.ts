import type { Kysely } from 'kysely'
import { createTables } from './tables.ts'

/**
 * Whose history it is, the chain's blocks, and what is of observation and not of the chain: how far
 * each stretch of blocks was verified when it was stored, up to where each contract is followed,
 * and what was served once and then withdrawn. The reverted tables are only ever appended to.
 */

const tables: Readonly<Record<string, string>> = {
  identity: `chain_id int8 not null, genesis_hash bytea not null, deployment text not null, start_block int8 not null,
    clock bytea not null, accounts bytea not null, datasets bytea not null, models bytea not null, fine_tunes bytea not null,
    earnings bytea not null, bonds bytea not null, channels bytea not null, ledger bytea not null, settlement bytea not null,
    court bytea not null, unit_court bytea not null, evaluations bytea not null, treasury int8 not null`,
  block: 'number int8 primary key, hash bytea not null, parent_hash bytea not null, timestamp int8 not null',
  journal_move: 'block int8 not null, contract text not null, slot bytea not null, primary key (block, contract)',
  stretch: `first int8 primary key, last int8 not null, verdict text not null, journals text, safe int8,
    finalised int8, node text not null, stored_at timestamptz not null`,
  followed: 'contract text primary key, last int8 not null',
  reverted_block: `number int8 not null, hash bytea not null, parent_hash bytea not null, timestamp int8 not null,
    served_from timestamptz not null, reverted_at timestamptz not null, primary key (number, hash, reverted_at)`,
  reverted_fact: `block int8 not null, block_hash bytea not null, reverted_at timestamptz not null, "table" text not null,
    position int8 not null, "row" jsonb not null, primary key (block, block_hash, reverted_at, "table", position)`,
  // What the writer knows beyond the history, for processes that only read: one row, written over
  // each second.
  status: `id int8 primary key, state text not null, reason text, node_head int8, safe int8, finalised int8,
    written_at timestamptz not null`,
  // Indexes that are not made yet, as the statements that make them: none once a history has first
  // caught up.
  deferred_index: 'name text primary key, definition text not null',
}

const indexes: readonly string[] = ['journal_move (contract, block)', 'stretch (verdict, first)']

export async function up(db: Kysely<unknown>): Promise<void> {
  await createTables(db, tables, indexes)
}
