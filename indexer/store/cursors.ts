import { type Kysely, sql } from 'kysely'
import type { Cursors } from '../../chain/blocks/position.ts'
import type { ContractName } from '../../chain/events/contracts.ts'
import type { Database } from './schema.ts'

export async function cursorsOf(db: Kysely<Database>): Promise<Cursors> {
  const rows = await db.selectFrom('followed').selectAll().execute()
  return new Map(rows.map(({ contract, last }) => [contract, last]))
}

/** Records that a contract's facts are stored up to `last`. */
export async function setCursor(db: Kysely<Database>, contract: ContractName, last: bigint): Promise<void> {
  await sql`
    insert into followed (contract, last) values (${contract}, ${last})
    on conflict (contract) do update set last = excluded.last`.execute(db)
}

/**
 * Moves the cursors of contracts from just before a stretch to its end. On an empty history it
 * creates them.
 */
export async function advanceCursors(
  db: Kysely<Database>,
  contracts: readonly ContractName[],
  first: bigint,
  last: bigint,
  isBeginning: boolean,
): Promise<void> {
  const names = sql`${sql.val(contracts)}::text[]`
  if (isBeginning) {
    // Some exist already if a reorg rolled back the first block.
    await sql`
      insert into followed (contract, last) select unnest(${names}), ${last}
      on conflict (contract) do update set last = excluded.last`.execute(db)
    return
  }
  await sql`update followed set last = ${last} where contract = any(${names}) and last = ${first - 1n}`.execute(db)
}

/** Lowers cursors above `ancestor` to it. */
export async function lowerCursors(db: Kysely<Database>, ancestor: bigint): Promise<void> {
  await sql`update followed set last = ${ancestor} where last > ${ancestor}`.execute(db)
}
