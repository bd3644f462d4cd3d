import type { Kysely } from 'kysely'
import { createTables, gwei, inOrder, place } from './tables.ts'

/** What governance set, accounts, and datasets. */

const tables: Readonly<Record<string, string>> = {
  authority_updated: `${place}, contract text not null, authority bytea not null, ${inOrder}`,
  appointed: `${place}, contract text not null, office text not null, appointed bytea not null,
    primary key (block, log_index, office)`,
  paused: `${place}, paused_by bytea not null, until int8 not null, ${inOrder}`,
  resumed: `${place}, resumed_by bytea not null, paused_seconds int8 not null, ${inOrder}`,
  model_terms_set: `${place}, activation_seconds int8 not null, notice_seconds int8 not null, ${inOrder}`,
  channel_notice_set: `${place}, notice_seconds int8 not null, ${inOrder}`,
  ledger_terms_set: `${place}, epoch_seconds int8 not null, window_seconds int8 not null, min_book_gwei ${gwei},
    treasury_bps int8 not null, ${inOrder}`,
  bond_rule_set: `${place}, minimum_gwei ${gwei}, per_record_gwei ${gwei}, ratio_bps int8 not null,
    bounty_bps int8 not null, notice_seconds int8 not null, model_seconds int8 not null, ${inOrder}`,
  court_terms_set: `${place}, demand_fee_gwei ${gwei}, demand_seconds int8 not null, receipt_fees int8 not null,
    appeal_stake_gwei ${gwei}, ruling_seconds int8 not null, key_notice_seconds int8 not null, ${inOrder}`,
  unit_court_terms_set: `${place}, demand_fee_gwei ${gwei}, demand_seconds int8 not null, ${inOrder}`,

  account_opened: `${place}, account int8 not null, payout bytea not null, ${inOrder}`,
  payout_proposed: `${place}, account int8 not null, payout bytea not null, proposed bytea not null, ${inOrder}`,
  payout_rotated: `${place}, account int8 not null, previous bytea not null, payout bytea not null, ${inOrder}`,
  acting_as: `${place}, account int8 not null, payout bytea not null, ${inOrder}`,

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
}

const indexes: readonly string[] = [
  'account_opened (account)',
  'account_opened (payout)',
  'payout_proposed (account, block)',
  'payout_rotated (account, block)',
  'payout_rotated (payout)',
  'acting_as (payout)',
  'dataset_registered (dataset)',
  'curator_proposed (dataset, block)',
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
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await createTables(db, tables, indexes)
}
