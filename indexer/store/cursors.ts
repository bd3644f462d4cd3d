import { type Kysely, sql } from 'kysely'
import type { Cursors } from '../../chain/blocks/position.ts'
import type { ContractName } from '../../chain/events/contracts.ts'
import type { Database } from './schema.ts'

export async function cursorsOf(db: Kysely<Database>): Promise<Cursors> {
  const rows = await db.selectFrom('followed').selectAll().execute()
  return new Map(rows.map(({ contract, last }) => [contract, last]))
}

/** A contract's facts are stored up to `last`. */
export async function setCursor(db: Kysely<Database>, contract: ContractName, last: bigint): Promise<void> {
  await sql`
    insert into followed (contract, last) values (${contract}, ${last})
    on conflict (contract) do update set last = excluded.last`.execute(db)
}

/** Moves the cursors of contracts that stood just before a stretch to its end; on an empty history, it is their beginning. */
export async function advanceCursors(
  db: Kysely<Database>,
  contracts: readonly ContractName[],
  first: bigint,
  last: bigint,
  isBeginning: boolean,
): Promise<void> {
  const names = sql`${sql.val(contracts)}::text[]`
  if (isBeginning) {
    // There are some already where a reorg took back the first block.
    await sql`
      insert into followed (contract, last) select unnest(${names}), ${last}
      on conflict (contract) do update set last = excluded.last`.execute(db)
    return
  }
  await sql`update followed set last = ${last} where contract = any(${names}) and last = ${first - 1n}`.execute(db)
}

/** No contract is followed beyond the chain. */
export async function lowerCursors(db: Kysely<Database>, ancestor: bigint): Promise<void> {
  await sql`update followed set last = ${ancestor} where last > ${ancestor}`.execute(db)
}
