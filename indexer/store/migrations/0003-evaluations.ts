import { type Kysely, sql } from 'kysely'

/** Evaluations of all kinds in one table, and ratings. Scores may be negative; ratings leave only with voided records. */

const place = 'block int8 not null, log_index int8 not null, transaction_hash bytea not null'
const inOrder = 'primary key (block, log_index)'

const tables: Readonly<Record<string, string>> = {
  evaluation_recorded: `${place}, evaluation int8 not null, kind text not null, model int8 not null,
    evaluator int8 not null, metric text not null, dataset_hash bytea not null, score_millionths int8 not null,
    low_millionths int8 not null, high_millionths int8 not null, sample_count int8 not null, results_hash bytea not null,
    results_uri text not null, task text, task_version text, config_hash bytea, first_batch int8, last_batch int8,
    twin_hash bytea, twin int8, twin_score_millionths int8, twin_low_millionths int8, twin_high_millionths int8,
    gained int8, lost int8, mean_kl_billionths numeric(20), ${inOrder}`,
  inference_rated: `${place}, batch int8 not null, position int8 not null, model int8 not null, payer int8 not null,
    fee_gwei int8 not null, stars int8 not null, ${inOrder}`,
  rating_dropped: `${place}, batch int8 not null, position int8 not null, model int8 not null, ${inOrder}`,
}

const indexes: readonly string[] = [
  'evaluation_recorded (evaluation)',
  'evaluation_recorded (model)',
  'inference_rated (batch, position)',
  'inference_rated (model)',
  'rating_dropped (batch, position)',
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [name, columns] of Object.entries(tables)) {
    await sql.raw(`create table ${name} (${columns})`).execute(db)
  }
  for (const columns of indexes) await sql.raw(`create index on ${columns}`).execute(db)
}
