import type { Kysely } from 'kysely'
import { createTables, gwei, inOrder, model, place, unit } from './tables.ts'

/**
 * What happens before the courts, what people measured and thought of models, and transfers of OPEN
 * where they are followed.
 */

const tables: Readonly<Record<string, string>> = {
  challenge_committed: `${place}, contract text not null, commitment bytea not null, ${inOrder}`,
  receipt_key_set: `${place}, operator int8 not null, key bytea not null, valid_from int8 not null, previous bytea not null,
    previous_until int8 not null, ${inOrder}`,
  receipt_broken: `${place}, batch int8 not null, position int8 not null, challenger int8 not null,
    record_hash bytea not null, ${inOrder}`,
  receipt_demanded: `${place}, record_hash bytea not null, operator int8 not null, demander int8 not null, ${model},
    due_at int8 not null, stake_gwei ${gwei}, held_gwei ${gwei}, ${inOrder}`,
  record_shown: `${place}, record_hash bytea not null, batch int8 not null, position int8 not null, shown_by int8 not null,
    ${inOrder}`,
  receipt_unrecorded: `${place}, record_hash bytea not null, operator int8 not null, demander int8 not null, taken_gwei ${gwei},
    ${inOrder}`,
  appeal_filed: `${place}, appeal int8 not null, appellant int8 not null, batch int8, position int8, model int8, unit int8,
    stake_gwei ${gwei}, held_gwei ${gwei}, fee_gwei int8 not null, due_at int8 not null, grounds_hash bytea not null,
    grounds_uri text not null, ${inOrder}`,
  appeal_ruled: `${place}, appeal int8 not null, upheld bool not null, reasons_hash bytea not null,
    reasons_uri text not null, ${inOrder}`,
  appeal_lapsed: `${place}, appeal int8 not null, ${inOrder}`,

  unit_proved_false: `${place}, ${model}, ${unit}, challenger int8 not null, fault text not null, taken_gwei ${gwei}, ${inOrder}`,
  unit_demanded: `${place}, ${model}, ${unit}, "row" int8, demander int8 not null, stake_gwei ${gwei}, due_at int8 not null,
    ${inOrder}`,
  unit_answered: `${place}, ${model}, ${unit}, "row" int8, shown_by int8 not null, contribution bytea, item_hash bytea,
    ${inOrder}`,
  unit_rows_shown: `${place}, ${model}, ${unit}, first_row int8 not null, rows bytea not null, ${inOrder}`,

  evaluation_recorded: `${place}, evaluation int8 not null, kind text not null, ${model},
    evaluator int8 not null, metric text not null, dataset_hash bytea not null, score_millionths int8 not null,
    low_millionths int8 not null, high_millionths int8 not null, sample_count int8 not null, results_hash bytea not null,
    results_uri text not null, task text, task_version text, config_hash bytea, first_batch int8, last_batch int8,
    twin_hash bytea, twin int8, twin_score_millionths int8, twin_low_millionths int8, twin_high_millionths int8,
    gained int8, lost int8, mean_kl_billionths numeric(20), ${inOrder}`,
  inference_rated: `${place}, batch int8 not null, position int8 not null, ${model}, payer int8 not null,
    fee_gwei int8 not null, stars int8 not null, ${inOrder}`,
  rating_dropped: `${place}, batch int8 not null, position int8 not null, ${model}, payer int8 not null,
    fee_gwei int8 not null, stars int8 not null, ${inOrder}`,

  // An amount is as wide as a word of the EVM.
  transfer: `${place}, "from" bytea not null, "to" bytea not null, amount_wei numeric(78) not null, ${inOrder}`,
}

const indexes: readonly string[] = [
  'receipt_key_set (operator, block)',
  'receipt_broken (batch, position)',
  'receipt_demanded (record_hash)',
  'receipt_demanded (operator)',
  'record_shown (record_hash)',
  'receipt_unrecorded (record_hash)',
  'appeal_filed (appeal)',
  'appeal_filed (batch, position)',
  'appeal_ruled (appeal)',
  'appeal_lapsed (appeal)',
  'unit_proved_false (model, unit)',
  'unit_demanded (model, unit)',
  'unit_answered (model, unit)',
  'unit_rows_shown (model, unit)',
  'evaluation_recorded (evaluation)',
  'evaluation_recorded (model)',
  'inference_rated (batch, position)',
  'inference_rated (model)',
  'rating_dropped (batch, position)',
  'transfer ("from", block)',
  'transfer ("to", block)',
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await createTables(db, tables, indexes)
}
