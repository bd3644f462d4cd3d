import { type Kysely, sql } from 'kysely'

/**
 * One table a fact, appended to and only ever deleted from by block. int8 holds everything up to uint48 and all money that
 * exists (the supply is 1e18 gwei); amounts that a caller may choose freely are numeric(20), because uint64 is wider.
 * Primary keys lead with what a distributed database would place rows by, and no table refers to another.
 */

const place = 'block int8 not null, log_index int8 not null, transaction_hash bytea not null'
const inOrder = 'primary key (block, log_index)'

const tables: Readonly<Record<string, string>> = {
  identity: `chain_id int8 not null, genesis_hash bytea not null, deployment text not null, start_block int8 not null,
    accounts bytea not null, datasets bytea not null, models bytea not null, ledger bytea not null, court bytea not null,
    evaluations bytea not null, treasury int8 not null, epoch_seconds int8 not null`,
  block: 'number int8 primary key, hash bytea not null, parent_hash bytea not null, timestamp int8 not null',
  journal_move: 'block int8 not null, contract text not null, slot bytea not null, primary key (block, contract)',

  account_opened: `${place}, account int8 not null, payout bytea not null, ${inOrder}`,
  payout_proposed: `${place}, account int8 not null, payout bytea not null, proposed bytea not null, ${inOrder}`,
  payout_rotated: `${place}, account int8 not null, previous bytea not null, payout bytea not null, ${inOrder}`,

  dataset_registered: `${place}, dataset int8 not null, curator bytea not null, licence text not null,
    terms_hash bytea not null, metadata_hash bytea not null, metadata_uri text not null, ${inOrder}`,
  curator_proposed: `${place}, dataset int8 not null, curator bytea not null, proposed bytea not null, ${inOrder}`,
  curator_changed: `${place}, dataset int8 not null, previous bytea not null, curator bytea not null, ${inOrder}`,
  contribution_submitted: `${place}, contribution bytea not null, dataset int8 not null, contributor int8 not null,
    items_root bytea not null, item_count int8 not null, ${inOrder}`,
  contribution_accepted: `${place}, contribution bytea not null, dataset int8 not null, accepted_at int8 not null, ${inOrder}`,
  contribution_rejected: `${place}, contribution bytea not null, dataset int8 not null, ${inOrder}`,
  consent_withdrawn: `${place}, contribution bytea not null, dataset int8 not null, contributor int8 not null,
    withdrawn_at int8 not null, ${inOrder}`,
  version_frozen: `${place}, version numeric(20) not null, dataset int8 not null, frozen_at int8 not null,
    contribution_count int8 not null, ${inOrder}`,

  base_model_registered: `${place}, model int8 not null, owner int8 not null, name text not null, licence text not null,
    weights_hash bytea not null, weights_uri text not null, royalty_bps int8 not null, ${inOrder}`,
  fine_tune_registered: `${place}, model int8 not null, owner int8 not null, parent int8 not null,
    adapter_hash bytea not null, manifest_hash bytea not null, manifest_uri text not null, method text not null,
    quantisation_scheme text not null, quantisation_bits int8 not null, double_quant bool not null,
    influence_root bytea not null, index_hash bytea not null, index_uri text not null, row_count int8 not null,
    dims int8 not null, top_k int8 not null, sketch_source text not null, contributor_bps int8 not null,
    operator_bps int8 not null, royalty_bps int8 not null, ${inOrder}`,
  trained_on: 'block int8 not null, model int8 not null, version numeric(20) not null, primary key (model, version)',
  royalty_owed: `block int8 not null, model int8 not null, position int8 not null, account int8 not null,
    bps int8 not null, primary key (model, position)`,
  operator_set: `${place}, model int8 not null, operator int8 not null, allowed bool not null, ${inOrder}`,

  tab_funded: `${place}, payer int8 not null, operator int8 not null, amount_gwei numeric(20) not null,
    balance_gwei numeric(20) not null, max_fee_gwei numeric(20) not null, ${inOrder}`,
  tab_withdrawal_requested: `${place}, payer int8 not null, operator int8 not null, leaving_gwei numeric(20) not null,
    leaves_at int8 not null, ${inOrder}`,
  tab_withdrawn: `${place}, payer int8 not null, operator int8 not null, recipient bytea not null,
    amount_gwei numeric(20) not null, balance_gwei numeric(20) not null, ${inOrder}`,
  batch_recorded: `${place}, batch int8 not null, model int8 not null, operator int8 not null, epoch int8 not null,
    count int8 not null, treasury_bps int8 not null, fees_gwei int8 not null, root bytea not null, ${inOrder}`,
  inference: `block int8 not null, batch int8 not null, position int8 not null, model int8 not null,
    operator int8 not null, payer int8 not null, commitment bytea not null, record_hash bytea not null,
    sketch bytea not null, fee_gwei int8 not null, contributors_gwei int8 not null, operator_gwei int8 not null,
    royalties_gwei int8 not null, owner_gwei int8 not null, treasury_gwei int8 not null, primary key (batch, position)`,
  attribution: `block int8 not null, batch int8 not null, position int8 not null, rank int8 not null, model int8 not null,
    "row" int8 not null, account int8 not null, weight int8 not null, amount_gwei int8 not null,
    primary key (batch, position, rank)`,
  credit: `block int8 not null, batch int8 not null, account int8 not null, role text not null, model int8 not null,
    epoch int8 not null, amount_gwei int8 not null, primary key (batch, role, account)`,
  reward_claimed: `${place}, account int8 not null, recipient bytea not null, amount_gwei int8 not null, ${inOrder}`,
  treasury_share_set: `${place}, previous_bps int8 not null, treasury_bps int8 not null, ${inOrder}`,
  recording_switched: `${place}, paused bool not null, switched_by bytea not null, ${inOrder}`,
  authority_updated: `${place}, contract text not null, authority bytea not null, ${inOrder}`,
}

const indexes: readonly string[] = [
  'account_opened (account)',
  'account_opened (payout)',
  'payout_rotated (account, block)',
  'payout_rotated (payout)',
  'dataset_registered (dataset)',
  'curator_changed (dataset, block)',
  'contribution_submitted (contribution)',
  'contribution_submitted (dataset, block)',
  'contribution_submitted (contributor)',
  'contribution_accepted (contribution)',
  'contribution_accepted (dataset, accepted_at)',
  'contribution_rejected (contribution)',
  'consent_withdrawn (contribution)',
  'version_frozen (version)',
  'version_frozen (dataset)',
  'base_model_registered (model)',
  'fine_tune_registered (model)',
  'fine_tune_registered (parent)',
  'trained_on (version)',
  'trained_on (block)',
  'royalty_owed (block)',
  'royalty_owed (account)',
  'operator_set (model, operator, block)',
  'tab_funded (payer, operator)',
  'tab_withdrawal_requested (payer, operator)',
  'tab_withdrawn (payer, operator)',
  'batch_recorded (batch)',
  'batch_recorded (model, batch)',
  'inference (block)',
  'inference (model, batch, position)',
  'inference (payer, operator)',
  'attribution (block)',
  'attribution (account, batch)',
  'attribution (model, "row")',
  'credit (block)',
  'credit (account, epoch)',
  'credit (model)',
  'reward_claimed (account)',
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [name, columns] of Object.entries(tables)) {
    await sql.raw(`create table ${name} (${columns})`).execute(db)
  }
  for (const columns of indexes) await sql.raw(`create index on ${columns}`).execute(db)
}
