import type { Kysely } from 'kysely'
import { createTables, gwei, inOrder, model, place, unit } from './tables.ts'

/**
 * Models, and the units that their contributors are paid by. Sketches stand apart from units: they
 * are long and rarely read.
 */

const tables: Readonly<Record<string, string>> = {
  base_model_registered: `${place}, ${model}, owner int8 not null, name text not null, licence text not null,
    weights_hash bytea not null, weights_uri text not null, royalty_bps int8 not null, ${inOrder}`,
  fine_tune_entered: `${place}, ${model}, owner int8 not null, parent int8 not null, contributor_bps int8 not null,
    operator_bps int8 not null, royalty_bps int8 not null, base_bps int8 not null, floor_bps int8 not null,
    sketched bool not null, fee_unit_gwei int8 not null, dims int8 not null, ${inOrder}`,
  royalty_owed: `block int8 not null, ${model}, position int8 not null, account int8 not null, bps int8 not null,
    primary key (model, position)`,
  model_activated: `${place}, ${model}, active_from int8 not null, sheet bytea not null, ${inOrder}`,
  operator_set: `${place}, ${model}, operator int8 not null, allowed bool not null, until int8 not null, ${inOrder}`,
  unit_struck: `${place}, ${model}, ${unit}, struck_at int8 not null, ${inOrder}`,

  fine_tune_begun: `${place}, ${model}, adapter_hash bytea not null, manifest_hash bytea not null, manifest_uri text not null,
    method text not null, quantisation_scheme text not null, quantisation_bits int8 not null, double_quant bool not null,
    index_hash bytea not null, index_uri text not null, sketch_source text not null, unit_count int8 not null,
    minimum_rows int8 not null, joint_rows int8 not null, max_peak int8 not null, ${inOrder}`,
  trained_on: `block int8 not null, ${model}, version numeric(20) not null, primary key (model, version)`,
  units_registered: `${place}, ${model}, first_unit int8 not null, units int8 not null, contributions int8 not null,
    is_last bool not null, ${inOrder}`,
  unit_kept: `block int8 not null, ${model}, ${unit}, joint int8, payee int8, contribution bytea, kept int8 not null,
    scale int8 not null, fixed_weight ${gwei}, primary key (model, unit)`,
  unit_sketch: `block int8 not null, ${model}, ${unit}, sketch bytea not null, primary key (model, unit)`,
  unit_member: `block int8 not null, ${model}, joint int8 not null, member int8 not null, contribution bytea not null,
    kept int8 not null, primary key (model, joint, member)`,
  fine_tune_registered: `${place}, ${model}, index_root bytea not null, total_hash bytea not null, floor_norm numeric(20) not null,
    fixed_total numeric(39) not null, kept_rows int8 not null, ${inOrder}`,
}

const indexes: readonly string[] = [
  'base_model_registered (model)',
  'fine_tune_entered (model)',
  'fine_tune_entered (parent)',
  'fine_tune_entered (owner)',
  'royalty_owed (block)',
  'royalty_owed (account)',
  'model_activated (model)',
  'operator_set (model, operator, block)',
  'operator_set (operator)',
  'unit_struck (model, unit)',
  'fine_tune_begun (model)',
  'trained_on (version)',
  'trained_on (block)',
  'units_registered (model)',
  'unit_kept (block)',
  'unit_kept (payee)',
  'unit_kept (contribution)',
  'unit_kept (model, joint)',
  'unit_sketch (block)',
  'unit_member (block)',
  'unit_member (contribution)',
  'fine_tune_registered (model)',
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await createTables(db, tables, indexes)
}
