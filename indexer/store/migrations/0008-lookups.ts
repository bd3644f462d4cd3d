import { type Kysely, sql } from 'kysely'

/**
 * For what wallets, dApps and auditors ask: the newest total of every account, so that the highest are
 * read off an index; and an index for every order and look-up of theirs. Blocks and inferences are
 * ordered as they came, so one index serves number, time and place.
 */

const amount = 'numeric(20) not null default 0'

const accountNow = `
  create table account_now (account int8 primary key, since int8 not null, contributor_gwei ${amount},
    joint_member_gwei ${amount}, operator_gwei ${amount}, owner_gwei ${amount}, royalty_gwei ${amount}, treasury_gwei ${amount},
    refund_gwei ${amount}, bounty_gwei ${amount}, claimed_gwei ${amount}, earned_gwei numeric(23) not null default 0,
    claimable_gwei numeric(23) not null default 0)`

const replaced: Readonly<Record<string, string>> = {
  inference_block_idx: 'inference (block, batch, position)',
  inference_model_batch_position_idx: 'inference (model, block, batch, position)',
  inference_payer_idx: 'inference (payer, block, batch, position)',
  batch_recorded_model_batch_idx: 'batch_recorded (model, block, batch)',
  batch_recorded_operator_idx: 'batch_recorded (operator, block, batch)',
  reward_claimed_account_idx: 'reward_claimed (account, block, log_index, position)',
}

const indexes: readonly string[] = [
  'account_now (earned_gwei, account)',
  'account_now (claimable_gwei, account)',
  'account_now (since)',
  'block (timestamp, number)',
  'block (hash)',
  'reverted_block (hash)',
  'inference (operator, block, batch, position)',
  'book_opened (model, block)',
]

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(accountNow).execute(db)
  await sql.raw('alter table identity add column open_token bytea').execute(db)
  for (const [old, index] of Object.entries(replaced)) {
    // A backfill that has not ended keeps its indexes as statements: they are replaced there.
    await sql.raw(`drop index if exists ${old}`).execute(db)
    await sql.raw(`delete from deferred_index where name = '${old}'`).execute(db)
    await sql.raw(`create index on ${index}`).execute(db)
  }
  for (const index of indexes) await sql.raw(`create index on ${index}`).execute(db)
  await sql`
    insert into account_now select o.account, coalesce(t.block, o.block), coalesce(t.contributor_gwei, 0),
      coalesce(t.joint_member_gwei, 0), coalesce(t.operator_gwei, 0), coalesce(t.owner_gwei, 0), coalesce(t.royalty_gwei, 0),
      coalesce(t.treasury_gwei, 0), coalesce(t.refund_gwei, 0), coalesce(t.bounty_gwei, 0), coalesce(t.claimed_gwei, 0),
      coalesce(t.earned_gwei, 0), coalesce(t.earned_gwei - t.claimed_gwei, 0)
    from account_opened o
    left join lateral (
      select *, contributor_gwei + joint_member_gwei + operator_gwei + owner_gwei + royalty_gwei + treasury_gwei + refund_gwei
        + bounty_gwei as earned_gwei
      from account_total where account = o.account order by block desc limit 1
    ) t on true`.execute(db)
}
