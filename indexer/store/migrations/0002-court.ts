import { type Kysely, sql } from 'kysely'

/**
 * Bonds, and what the Court does to them, to records and to models: one table a fact, like those before. What voided records
 * take back from whom, and how bonds move, follows from facts and is kept nowhere: two views say it.
 */

const place = 'block int8 not null, log_index int8 not null, transaction_hash bytea not null'
const inOrder = 'primary key (block, log_index)'

const tables: Readonly<Record<string, string>> = {
  bond_deposited: `${place}, bond int8 not null, depositor bytea not null, amount_gwei int8 not null,
    balance_gwei int8 not null, ${inOrder}`,
  bond_withdrawal_requested: `${place}, bond int8 not null, leaving_gwei int8 not null, leaves_at int8 not null, ${inOrder}`,
  bond_withdrawn: `${place}, bond int8 not null, recipient bytea not null, amount_gwei int8 not null,
    balance_gwei int8 not null, ${inOrder}`,
  bond_frozen: `${place}, bond int8 not null, frozen_until int8 not null, ${inOrder}`,
  bond_staked: `${place}, bond int8 not null, amount_gwei int8 not null, balance_gwei int8 not null,
    staked_gwei int8 not null, ${inOrder}`,
  bond_released: `${place}, bond int8 not null, amount_gwei int8 not null, balance_gwei int8 not null,
    staked_gwei int8 not null, ${inOrder}`,
  stake_paid: `${place}, bond int8 not null, beneficiary int8 not null, amount_gwei int8 not null,
    staked_gwei int8 not null, ${inOrder}`,
  bond_slashed: `${place}, bond int8 not null, beneficiary int8 not null, amount_gwei int8 not null,
    bounty_gwei int8 not null, balance_gwei int8 not null, ${inOrder}`,
  slashed_burnt: `${place}, amount_gwei int8 not null, ${inOrder}`,
  record_voided: `${place}, batch int8 not null, position int8 not null, payer int8 not null, fee_gwei int8 not null,
    ${inOrder}`,
  model_stopped: `${place}, model int8 not null, ${inOrder}`,
  bond_rule_set: `${place}, minimum_gwei numeric(20) not null, ratio_bps int8 not null, bounty_bps int8 not null, ${inOrder}`,
  court_appointed: `${place}, court bytea not null, ${inOrder}`,

  challenge_committed: `${place}, commitment bytea not null, ${inOrder}`,
  record_struck: `${place}, batch int8 not null, position int8 not null, challenger int8 not null, fault text not null,
    ${inOrder}`,
  row_struck: `${place}, model int8 not null, "row" int8 not null, fault text not null, ${inOrder}`,
  index_struck: `${place}, model int8 not null, challenger int8 not null, fault text not null, ${inOrder}`,
  row_demanded: `${place}, model int8 not null, "row" int8 not null, demander int8 not null, fee_gwei int8 not null,
    due_at int8 not null, ${inOrder}`,
  row_shown: `${place}, model int8 not null, "row" int8 not null, shown_by int8 not null, entry bytea not null, ${inOrder}`,
  demand_closed: `${place}, model int8 not null, "row" int8 not null, demander int8 not null, ${inOrder}`,
  appeal_filed: `${place}, appeal int8 not null, appellant int8 not null, accused int8 not null, model int8 not null,
    batch int8, position int8, stake_gwei int8 not null, due_at int8 not null, grounds_hash bytea not null,
    grounds_uri text not null, ${inOrder}`,
  appeal_ruled: `${place}, appeal int8 not null, upheld bool not null, reasons_hash bytea not null,
    reasons_uri text not null, ${inOrder}`,
  appeal_lapsed: `${place}, appeal int8 not null, ${inOrder}`,
  court_terms_set: `${place}, demand_fee_gwei numeric(20) not null, demand_seconds int8 not null,
    appeal_stake_gwei numeric(20) not null, ruling_seconds int8 not null, ${inOrder}`,
}

const indexes: readonly string[] = [
  'bond_deposited (bond)',
  'bond_withdrawal_requested (bond)',
  'bond_withdrawn (bond)',
  'bond_frozen (bond)',
  'bond_staked (bond)',
  'bond_released (bond)',
  'stake_paid (bond)',
  'stake_paid (beneficiary)',
  'bond_slashed (bond)',
  'bond_slashed (beneficiary)',
  'record_voided (batch, position)',
  'record_voided (payer)',
  'model_stopped (model)',
  'record_struck (batch, position)',
  'row_struck (model, "row")',
  'row_demanded (model, "row")',
  'row_shown (model, "row")',
  'demand_closed (model, "row")',
  'appeal_filed (appeal)',
  'appeal_ruled (appeal)',
  'appeal_lapsed (appeal)',
  // What a bond answers for: the fees of recent epochs.
  'batch_recorded (operator, epoch)',
  'batch_recorded (model, epoch)',
]

/** Every part of a voided record's fee, from the account that had been credited with it. */
export const creditTakenBack = `
  with voided as (
    select v.block, i.batch, i.position, i.model, b.epoch, i.operator, i.fee_gwei, i.operator_gwei, i.owner_gwei,
      i.treasury_gwei
    from record_voided v
    join inference i on i.batch = v.batch and i.position = v.position
    join batch_recorded b on b.batch = v.batch
  )
  select v.block, v.batch, v.position, v.model, v.epoch, 'Contributor' as role, a.account, a.amount_gwei
    from voided v join attribution a on a.batch = v.batch and a.position = v.position
  union all
  select v.block, v.batch, v.position, v.model, v.epoch, 'Operator', v.operator, v.operator_gwei from voided v
  union all
  select v.block, v.batch, v.position, v.model, v.epoch, 'Royalty', r.account, div(v.fee_gwei::numeric * r.bps, 10000)::int8
    from voided v join royalty_owed r on r.model = v.model
  union all
  select v.block, v.batch, v.position, v.model, v.epoch, 'Owner', f.owner, v.owner_gwei
    from voided v join fine_tune_registered f on f.model = v.model
  union all
  select v.block, v.batch, v.position, v.model, v.epoch, 'Treasury', d.treasury, v.treasury_gwei
    from voided v cross join identity d`

/** Everything that changed what a bond holds, or what the Court holds of it. */
const bondMove = `
  create view bond_move as
  select block, log_index, transaction_hash, bond, 'Deposited' as kind, amount_gwei, amount_gwei as balance_change,
    0::int8 as staked_change, 0::int8 as bounty_gwei, null::int8 as beneficiary from bond_deposited
  union all
  select block, log_index, transaction_hash, bond, 'Withdrawn', amount_gwei, -amount_gwei, 0, 0, null from bond_withdrawn
  union all
  select block, log_index, transaction_hash, bond, 'Staked', amount_gwei, -amount_gwei, amount_gwei, 0, null from bond_staked
  union all
  select block, log_index, transaction_hash, bond, 'Released', amount_gwei, amount_gwei, -amount_gwei, 0, null
    from bond_released
  union all
  select block, log_index, transaction_hash, bond, 'Paid', amount_gwei, 0, -amount_gwei, amount_gwei, beneficiary
    from stake_paid
  union all
  select block, log_index, transaction_hash, bond, 'Slashed', amount_gwei, -amount_gwei, 0, bounty_gwei, beneficiary
    from bond_slashed`

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [name, columns] of Object.entries(tables)) {
    await sql.raw(`create table ${name} (${columns})`).execute(db)
  }
  for (const columns of indexes) await sql.raw(`create index on ${columns}`).execute(db)
  for (const view of [`create view credit_taken_back as ${creditTakenBack}`, bondMove]) await sql.raw(view).execute(db)
}
