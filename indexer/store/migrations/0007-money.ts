import { type Kysely, sql } from 'kysely'

/**
 * That money adds up, at the newest block: what came in is what went out and what is held, for each
 * channel, book, joint unit, account and bond, and for each of the two contracts that hold OPEN.
 * `imbalance` names what does not; it is empty always.
 */

const channelMoney = `
  create view channel_money as
  select o.channel, o.model, m.fee_unit_gwei,
    coalesce(f.amount_gwei, 0) as deposit_gwei, coalesce(f.told_gwei, 0) as told_deposit_gwei,
    coalesce(w.amount_gwei, 0) as withdrawn_gwei, coalesce(w.told_gwei, 0) as told_withdrawn_gwei,
    coalesce(c.units, 0) * m.fee_unit_gwei as charged_gwei, coalesce(c.told_units, 0) * m.fee_unit_gwei as told_charged_gwei
  from channel_opened o
  join fine_tune_entered m on m.model = o.model
  left join (select channel, sum(amount_gwei) as amount_gwei, max(deposit_gwei) as told_gwei from channel_funded group by channel) f
    on f.channel = o.channel
  left join (select channel, sum(amount_gwei) as amount_gwei, max(withdrawn_gwei) as told_gwei from channel_withdrawn group by channel) w
    on w.channel = o.channel
  left join (select channel, sum(units) as units, max(charged_units) as told_units from channel_charged group by channel) c
    on c.channel = o.channel`

const bookMoney = `
  create view book_money as
  select o.book, o.model, o.operator, coalesce(r.fees_gwei, 0) as fees_gwei, coalesce(v.fees_gwei, 0) as voided_gwei,
    coalesce(g.amount_gwei, 0) as given_gwei, coalesce(u.amount_gwei, 0) as units_gwei, s.book is not null as is_settled,
    coalesce(s.contributors_gwei, 0) as contributors_gwei,
    coalesce(s.operator_gwei + s.owner_gwei + s.royalties_gwei + s.treasury_gwei, 0) as others_gwei
  from book_opened o
  left join (select book, sum(fees_gwei) as fees_gwei from batch_recorded group by book) r on r.book = o.book
  left join (
    select b.book, sum(v.fee_gwei) as fees_gwei from record_voided v join batch_recorded b on b.batch = v.batch group by b.book
  ) v on v.book = o.book
  left join (select book, sum(amount_gwei) as amount_gwei from given_to_book group by book) g on g.book = o.book
  left join (select book, sum(amount_gwei) as amount_gwei from unit_paid group by book) u on u.book = o.book
  left join book_settled s on s.book = o.book`

const jointMoney = `
  create view joint_money as
  select u.model, u.unit, coalesce(p.amount_gwei, 0) as received_gwei, coalesce(d.amount_gwei, 0) as drawn_gwei
  from unit_kept u
  left join (select model, unit, sum(amount_gwei) as amount_gwei from unit_paid group by model, unit) p
    on p.model = u.model and p.unit = u.unit
  left join (select model, unit, sum(amount_gwei) as amount_gwei from joint_drawn group by model, unit) d
    on d.model = u.model and d.unit = u.unit
  where u.joint is not null`

const accountMoney = `
  create view account_money as
  select a.account, coalesce(e.amount_gwei, 0) as earned_gwei, coalesce(c.amount_gwei, 0) as claimed_gwei,
    coalesce(t.contributor_gwei + t.joint_member_gwei + t.operator_gwei + t.owner_gwei + t.royalty_gwei + t.treasury_gwei
      + t.refund_gwei + t.bounty_gwei, 0) as total_earned_gwei,
    coalesce(t.claimed_gwei, 0) as total_claimed_gwei
  from account_opened a
  left join (select account, sum(amount_gwei) as amount_gwei from credit group by account) e on e.account = a.account
  left join (select account, sum(amount_gwei) as amount_gwei from reward_claimed group by account) c on c.account = a.account
  left join lateral (select * from account_total t where t.account = a.account order by t.block desc limit 1) t on true`

const bondMoney = `
  create view bond_money as
  select m.bond, m.balance_gwei, t.balance_gwei as told_balance_gwei
  from (select bond, sum(balance_change) as balance_gwei from bond_move group by bond) m
  left join lateral (
    select balance_gwei from (
      select bond, block, log_index, balance_gwei from bond_deposited
      union all select bond, block, log_index, balance_gwei from bond_withdrawn
      union all select bond, block, log_index, balance_gwei from bond_slashed
    ) told where told.bond = m.bond order by block desc, log_index desc limit 1
  ) t on true`

/** The two contracts that hold OPEN. What they hold is their balance of the token, in gwei. */
const money = `
  create view money as
  select 'earnings' as contract,
    (select coalesce(sum(amount_gwei), 0) from channel_funded)
      + (select coalesce(sum(bounty_gwei + given_gwei), 0) from bond_slashed) as came_in_gwei,
    (select coalesce(sum(amount_gwei), 0) from channel_withdrawn)
      + (select coalesce(sum(amount_gwei), 0) from reward_claimed) as went_out_gwei,
    (select coalesce(sum(deposit_gwei - withdrawn_gwei - charged_gwei), 0) from channel_money)
      + (select coalesce(sum(fees_gwei - voided_gwei + given_gwei - units_gwei - others_gwei), 0) from book_money)
      + (select coalesce(sum(fee_gwei), 0) from record_voided where is_set_aside)
      - (select coalesce(sum(fee_gwei), 0) from fee_returned)
      + (select coalesce(sum(received_gwei - drawn_gwei), 0) from joint_money)
      + (select coalesce(sum(earned_gwei - claimed_gwei), 0) from account_money) as held_gwei
  union all
  select 'bonds', (select coalesce(sum(amount_gwei), 0) from bond_deposited),
    (select coalesce(sum(amount_gwei), 0) from bond_withdrawn)
      + (select coalesce(sum(bounty_gwei + given_gwei), 0) from bond_slashed)
      + (select coalesce(sum(amount_gwei), 0) from slashed_burnt),
    (select coalesce(sum(balance_gwei), 0) from bond_money)
      + (select coalesce(sum(amount_gwei - bounty_gwei - given_gwei), 0) from bond_slashed)
      - (select coalesce(sum(amount_gwei), 0) from slashed_burnt)`

const imbalance = `
  create view imbalance as
  select what, id, amount, expected_gwei, found_gwei from (
    select 'channel' as what, '0x' || encode(channel, 'hex') as id, amount, expected_gwei, found_gwei
      from channel_money cross join lateral (values
        ('deposit', told_deposit_gwei, deposit_gwei),
        ('withdrawn', told_withdrawn_gwei, withdrawn_gwei),
        ('charged', told_charged_gwei, charged_gwei),
        ('charged and withdrawn', least(deposit_gwei, charged_gwei + withdrawn_gwei), charged_gwei + withdrawn_gwei)
      ) v (amount, expected_gwei, found_gwei)
    union all
    select 'batch', b.batch::text, 'fees', b.fees_gwei, coalesce(i.fees_gwei, 0)
      from batch_recorded b
      left join (select batch, sum(fee_gwei) as fees_gwei from inference group by batch) i on i.batch = b.batch
    union all
    select 'book', book::text, amount, expected_gwei, found_gwei
      from book_money cross join lateral (values
        ('contributors', contributors_gwei, units_gwei),
        ('pay', fees_gwei - voided_gwei + given_gwei, units_gwei + others_gwei)
      ) v (amount, expected_gwei, found_gwei) where is_settled
    union all
    select 'joint unit', model || ' ' || unit, 'drawn', least(received_gwei, drawn_gwei), drawn_gwei from joint_money
    union all
    select 'account', account::text, amount, expected_gwei, found_gwei
      from account_money cross join lateral (values
        ('earned', earned_gwei, total_earned_gwei),
        ('claimed', claimed_gwei, total_claimed_gwei),
        ('claimed', least(earned_gwei, claimed_gwei), claimed_gwei)
      ) v (amount, expected_gwei, found_gwei)
    union all
    select 'bond', bond::text, 'balance', told_balance_gwei, balance_gwei from bond_money
    union all
    select 'contract', contract, 'held', came_in_gwei - went_out_gwei, held_gwei from money
  ) checked
  where expected_gwei is distinct from found_gwei`

export async function up(db: Kysely<unknown>): Promise<void> {
  const views = [channelMoney, bookMoney, jointMoney, accountMoney, bondMoney, money, imbalance]
  for (const view of views) await sql.raw(view).execute(db)
}
