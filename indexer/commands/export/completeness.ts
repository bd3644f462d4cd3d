import { type Kysely, sql } from 'kysely'
import type { Verdict } from '../../../chain/verify/verification.ts'
import { cursorsOf } from '../../store/cursors.ts'
import type { Database } from '../../store/schema.ts'

/** How complete a history is as of a block. */
export interface Completeness {
  /** Whether the block counted as final. */
  readonly isFinal: boolean
  /** Ranges of blocks, and why their facts count as complete. */
  readonly verdicts: readonly { readonly first: string; readonly last: string; readonly verdict: Verdict }[]
  /** Up to which block each contract's facts are stored. */
  readonly followed: Readonly<Record<string, string>>
}

export async function completenessOf(db: Kysely<Database>, block: bigint): Promise<Completeness> {
  // Neighbours with one verdict become one range: the difference of the two row numbers is constant
  // within it.
  const { rows } = await sql<{ first: bigint; last: bigint; verdict: Verdict }>`
    select min(first) as first, least(max(last), ${block}::int8) as last, verdict
    from (
      select first, last, verdict,
        row_number() over (order by first) - row_number() over (partition by verdict order by first) as run
      from stretch where first <= ${block}
    ) s
    group by verdict, run order by 1`.execute(db)
  const final = await db
    .selectFrom('stretch')
    .select((of) => of.fn.max('finalised').as('finalised'))
    .executeTakeFirst()
  const cursors = [...(await cursorsOf(db))].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    isFinal: block <= (final?.finalised ?? -1n),
    verdicts: rows.map(({ first, last, verdict }) => ({ first: `${first}`, last: `${last}`, verdict })),
    followed: Object.fromEntries(cursors.map(([contract, last]) => [contract, `${last < block ? last : block}`])),
  }
}
