import { type Kysely, sql } from 'kysely'

/**
 * What follows from facts and is kept nowhere: the contracts' clock, who earned what, and how bonds
 * moved. Beside it, what an account had earned after each block that changed it: so the earnings of
 * thousands as of any block are as many index look-ups and no sums over all facts.
 */

/**
 * From when to when the contracts' clock stood still, as far as is known: a pause that nobody
 * resumes ends by itself.
 */
const clockPause = `
  create view clock_pause as
  select p.block, p.log_index, b.timestamp as began_at, least(p.until, r.timestamp) as ends_at
  from paused p
  join block b on b.number = p.block
  left join lateral (
    select rb.timestamp from resumed q join block rb on rb.number = q.block
    where (q.block, q.log_index) > (p.block, p.log_index) order by q.block, q.log_index limit 1
  ) r on true`

/**
 * The time by which notices, windows and epochs run, at a timestamp: less all that was paused
 * (contracts/Clock.sol).
 */
const clockAt = `
  create function clock_at(at int8) returns int8 stable
  return at - coalesce((
    select sum(least(c.ends_at, at) - c.began_at) from clock_pause c where c.began_at <= at
  ), 0)::int8`

/** Everything that accounts earned, by the event that gave it and the place in it. */
const credit = `
  create view credit as
  select p.block, p.log_index, p.unit as position, u.payee as account, 'Contributor' as role, p.model, p.book, p.amount_gwei
    from unit_paid p join unit_kept u on u.model = p.model and u.unit = p.unit
    where u.payee is not null and p.amount_gwei > 0
  union all
  select block, log_index, 0, account, 'JointMember', model, null::numeric, amount_gwei from joint_drawn
  union all
  select block, log_index, 0, operator, 'Operator', model, book, operator_gwei from book_settled where operator_gwei > 0
  union all
  select s.block, s.log_index, 1, f.owner, 'Owner', s.model, s.book, s.owner_gwei
    from book_settled s join fine_tune_entered f on f.model = s.model where s.owner_gwei > 0
  union all
  select s.block, s.log_index, 2, d.treasury, 'Treasury', s.model, s.book, s.treasury_gwei
    from book_settled s cross join identity d where s.treasury_gwei > 0
  union all
  select p.block, p.log_index, 3 + p.position, r.account, 'Royalty', p.model, p.book, p.amount_gwei
    from royalty_paid p join royalty_owed r on r.model = p.model and r.position = p.position where p.amount_gwei > 0
  union all
  select v.block, v.log_index, 0, v.payer, 'Refund', b.model, b.book, v.fee_gwei
    from record_voided v join batch_recorded b on b.batch = v.batch where not v.is_set_aside and v.payer > 0
  union all
  select block, log_index, 0, payer, 'Refund', model, null, fee_gwei from fee_returned where to_payer and payer > 0
  union all
  select block, log_index, 0, beneficiary, 'Bounty', null, null, bounty_gwei from bond_slashed where bounty_gwei > 0`

/** Everything that changed what a bond holds, or what the courts hold of it. */
const bondMove = `
  create view bond_move as
  select block, log_index, transaction_hash, bond, 'Deposited' as kind, amount_gwei, amount_gwei as balance_change,
    0::numeric as bounty_gwei, 0::numeric as given_gwei, null::int8 as beneficiary from bond_deposited
  union all
  select block, log_index, transaction_hash, bond, 'Withdrawn', amount_gwei, -amount_gwei, 0, 0, null from bond_withdrawn
  union all
  select block, log_index, transaction_hash, bond, 'Held', amount_gwei, 0, 0, 0, null from bond_held
  union all
  select block, log_index, transaction_hash, bond, 'Released', amount_gwei, 0, 0, 0, null from bond_released
  union all
  select block, log_index, transaction_hash, bond, 'Slashed', amount_gwei, -amount_gwei, bounty_gwei, given_gwei,
    nullif(beneficiary, 0) from bond_slashed`

const amount = 'numeric(20) not null'

const accountTotal = `
  create table account_total (account int8 not null, block int8 not null, day int8 not null, contributor_gwei ${amount},
    joint_member_gwei ${amount}, operator_gwei ${amount}, owner_gwei ${amount}, royalty_gwei ${amount}, treasury_gwei ${amount},
    refund_gwei ${amount}, bounty_gwei ${amount}, claimed_gwei ${amount}, earned_before_gwei ${amount},
    claimed_before_gwei ${amount}, primary key (account, block))`

const indexes: readonly string[] = ['account_total (block)', 'account_total (day, account, block desc)']

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const made of [clockPause, clockAt, credit, bondMove, accountTotal]) await sql.raw(made).execute(db)
  for (const index of indexes) await sql.raw(`create index on ${index}`).execute(db)
}
