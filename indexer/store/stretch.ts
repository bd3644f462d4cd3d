import { type Kysely, sql } from 'kysely'
import type { Block } from '../../chain/block.ts'
import type { Finality } from '../../chain/blocks/finality.ts'
import type { ContractName } from '../../chain/events/contracts.ts'
import type { Fact } from '../../chain/events/facts.ts'
import type { JournalMove } from '../../chain/events/journals.ts'
import type { Verdict } from '../../chain/verify/verification.ts'
import type { Database } from './schema.ts'

/** A stretch of the chain with everything that happened in it: what is stored at once. */
export interface Stretch {
  readonly blocks: readonly Block[]
  readonly facts: readonly Fact[]
  readonly journalMoves: readonly JournalMove[]
  readonly verdict: Verdict
  /** How the replayed journals were held against storage at its last block: by verified proofs, on the node's word, or not. */
  readonly journals?: 'proof' | 'storage' | undefined
  /** As known when it was fetched. */
  readonly finality: Finality
  /** Who told it, without credentials. */
  readonly node: string
  /** Whose facts are in it; a contract that is still being caught up is none of them. */
  readonly contracts: readonly ContractName[]
}

/** Writes down how far the blocks from `first` to `last` are verified. What was final once stays so, whatever a node says later. */
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

/** What the newest stretch knows of finality. */
export async function finalityOf(db: Kysely<Database>): Promise<Finality> {
  const newest = db.selectFrom('stretch').select(['safe', 'finalised']).orderBy('first', 'desc').limit(1)
  const found = await newest.executeTakeFirst()
  return { safe: found?.safe ?? undefined, finalised: found?.finalised ?? undefined }
}

/** Ends the newest stretch at `ancestor` and forgets those above, but not what they knew to be final. */
export async function endStretchesAt(db: Kysely<Database>, ancestor: bigint): Promise<void> {
  const { finalised = null } = await finalityOf(db)
  await db.deleteFrom('stretch').where('first', '>', ancestor).execute()
  await sql`
    update stretch set last = least(last, ${ancestor}), finalised = greatest(finalised, ${finalised}::int8)
    where first = (select max(s.first) from stretch s)`.execute(db)
}
