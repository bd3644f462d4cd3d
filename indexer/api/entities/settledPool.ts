import { type RawBuilder, sql } from 'kysely'
import type { AsOf } from '../query/asOf.ts'

/**
 * What contributors of a model earned lately, for which its bond still answers
 * (contracts/Bonds.sol, `_rolled`): a pool counts for one to two times `modelSeconds`. The contract
 * keeps two sums, which it moves on when somebody looks, so they are moved on from book to book as
 * it did: a walk along the model's settled books, each found by the index, and at last to now.
 *
 *   before since + m      as they are
 *   before since + 2m     older = newer, newer = 0, since + m
 *   later                 both 0, since = now
 */
export function settledPoolAt({ block, time }: Pick<AsOf, 'block' | 'time'>): RawBuilder<unknown> {
  return sql`
    coalesce((
      with recursive walk as (
        select -1::int8 as block, -1::int8 as log_index, 0::int8 as since, 0::numeric as newer, 0::numeric as older
        union all
        select b.block, b.log_index, ${sinceAt('b.at')}, ${newerAt('b.at')} + b.pool_gwei, ${olderAt('b.at')}
        from walk w cross join lateral (
          select l.block, l.log_index, clock_at(k.timestamp) as at, ${poolOf} as pool_gwei, ${ruleBefore('l.block', 'l.log_index')} as m
          from book_released l join block k on k.number = l.block
          where l.model = named.model and l.block <= ${block} and (l.block, l.log_index) > (w.block, w.log_index)
          order by l.block, l.log_index limit 1
        ) b
      )
      select ${newerAt('b.at')} + ${olderAt('b.at')}
      from (select * from walk order by block desc, log_index desc limit 1) w
      cross join lateral (
        select ${time}::int8 as at, (
          select model_seconds from bond_rule_set where block <= ${block} order by block desc, log_index desc limit 1
        ) as m
      ) b
    ), 0)`
}

const sinceAt = (at: string) => {
  const now = sql.ref(at)
  return sql`case when ${now} < w.since + b.m then w.since when ${now} < w.since + 2 * b.m then w.since + b.m else ${now} end`
}
const newerAt = (at: string) => sql`case when ${sql.ref(at)} < w.since + b.m then w.newer else 0 end`
const olderAt = (at: string) => {
  const now = sql.ref(at)
  return sql`case when ${now} < w.since + b.m then w.older when ${now} < w.since + 2 * b.m then w.newer else 0 end`
}

/** The contributors' share of a book's fees, without what was given to it. */
const poolOf = sql`
  (select div((
      (select coalesce(sum(r.fees_gwei), 0) from batch_recorded r where r.book = l.book)
      - (select coalesce(sum(v.fee_gwei), 0) from record_voided v join batch_recorded r on r.batch = v.batch where r.book = l.book)
    ) * f.contributor_bps, 10000) from fine_tune_entered f where f.model = l.model)`

const ruleBefore = (block: string, logIndex: string) => sql`
  (select u.model_seconds from bond_rule_set u where (u.block, u.log_index) < (${sql.ref(block)}, ${sql.ref(logIndex)})
    order by u.block desc, u.log_index desc limit 1)`
