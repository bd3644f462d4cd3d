import { type Kysely, sql } from 'kysely'
import type { Block } from '../../chain/block.ts'
import type { Finality } from '../../chain/blocks/finality.ts'
import type { ContractName } from '../../chain/events/contracts.ts'
import type { Fact } from '../../chain/events/facts.ts'
import type { JournalMove } from '../../chain/events/journals.ts'
import type { Verdict } from '../../chain/verify/verification.ts'
import type { Database } from './schema.ts'

/** Consecutive blocks and their facts, stored in one transaction. */
export interface Stretch {
  readonly blocks: readonly Block[]
  readonly facts: readonly Fact[]
  readonly journalMoves: readonly JournalMove[]
  readonly verdict: Verdict
  /**
   * How the replayed journals were compared with storage at its last block: by proof, by the node's
   * word, or not.
   */
  readonly journals?: 'proof' | 'storage' | undefined
  /** As known when it was fetched. */
  readonly finality: Finality
  /** The node's name, without credentials. */
  readonly node: string
  /** The contracts whose facts are in it; late contracts are not. */
  readonly contracts: readonly ContractName[]
}

/**
 * Records how the blocks from `first` to `last` were verified. A final block stays final, whatever
 * a node says later.
 */
export async function appendStretch(
  db: Kysely<Database>,
  { verdict, journals, finality, node }: Pick<Stretch, 'verdict' | 'journals' | 'finality' | 'node'>,
  first: bigint,
  last: bigint,
): Promise<void> {
  const { safe = null, finalised = null } = finality
  await sql`
    insert into stretch (first, last, verdict, journals, safe, finalised, node, stored_at)
    values (${first}, ${last}, ${verdict}, ${journals ?? null}, ${safe},
      greatest(${finalised}::int8, (select s.finalised from stretch s order by s.first desc limit 1)), ${node}, now())`.execute(
    db,
  )
}

/** The finality recorded with the newest stretch. */
export async function finalityOf(db: Kysely<Database>): Promise<Finality> {
  const newest = db.selectFrom('stretch').select(['safe', 'finalised']).orderBy('first', 'desc').limit(1)
  const found = await newest.executeTakeFirst()
  return { safe: found?.safe ?? undefined, finalised: found?.finalised ?? undefined }
}

/**
 * Ends the newest stretch at `ancestor` and deletes those above, but keeps their finalised block.
 */
export async function endStretchesAt(db: Kysely<Database>, ancestor: bigint): Promise<void> {
  const { finalised = null } = await finalityOf(db)
  await db.deleteFrom('stretch').where('first', '>', ancestor).execute()
  await sql`
    update stretch set last = least(last, ${ancestor}), finalised = greatest(finalised, ${finalised}::int8)
    where first = (select max(s.first) from stretch s)`.execute(db)
}
