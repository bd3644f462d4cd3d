import { type Kysely, sql } from 'kysely'
import { openDatabase } from '../../indexer/store/database.ts'
import { makeDeferredIndexes } from '../../indexer/store/deferredIndexes.ts'
import { openStore } from '../../indexer/store/store.ts'
import { identity } from './identity.ts'
import type { PostgresServer } from './postgres.ts'

/** A history of the size that people have, made up by the database itself: its plans are those of a busy ledger. */

export const FILLED = {
  accounts: 100_000,
  payers: 2_000,
  batches: 5_000,
  records: 40,
  models: 40,
  units: 100,
  claims: 50_000,
}
export type Sizes = typeof FILLED

/** The blocks in which batches are recorded. */
const BATCH_BLOCKS = 5_000

const hash = (of: string, bytes = 32) => `decode(substr(repeat(md5(${of}), 2), 1, ${2 * bytes}), 'hex')`
const word = `decode(repeat('ab', 32), 'hex')`
const address = (of: string) => hash(`'payout ' || ${of}`, 20)
const bookOf = (n: string, models: number) =>
  `((2 + ${n} % ${models})::numeric * 18446744073709551616 + 4294967296 * (1 + ${n} % 7) + 1 + ${n} / 280)`
const place = (block: string) => `${block}, 0, ${hash(`'tx ' || ${block}`)}`

type Filling = readonly (readonly [table: string, count: number, columns: string])[]

/** By table: the columns in their order, of row `n` from 0. */
function rowsOf({ accounts, payers, batches, records, models, units, claims }: Sizes): Filling {
  const book = (n: string) => bookOf(n, models)
  const contributors = Math.min(20_000, accounts)
  const batchBlock = (batch: string) => `800 + ${batch} * ${BATCH_BLOCKS} / ${batches}`
  return [
    ['block', 6_000, `n, ${hash(`'b' || n`)}, ${hash(`'b' || (n - 1)`)}, 1700000000 + 12 * n`],
    ['account_opened', accounts, `n / 100, n % 100, ${word}, 1 + n, ${address('n')}`],
    ['base_model_registered', 1, `${place('1')}, 1, 1, 'base', 'MIT', ${word}, 'ipfs://base', 100`],
    ['fine_tune_entered', models, `2 + n, 1, ${word}, 2 + n, 1, 1, 6000, 1000, 100, 0, 0, true, 1000, 256`],
    [
      'fine_tune_begun',
      models,
      `2 + n, 2, ${word}, 2 + n, ${word}, ${word}, 'ipfs://' || n, 'LoRA', 'nf4', 4, true, ${word}, '', 'Gradient', ${units}, 16, 0, 100`,
    ],
    ['fine_tune_registered', models, `2 + n, 3, ${word}, 2 + n, ${word}, ${word}, 100, 100, 1000`],
    ['model_activated', models, `2 + n, 4, ${word}, 2 + n, 1, ${hash(`'s'`, 20)}`],
    [
      'contribution_submitted',
      contributors,
      `n / 10, 1000 + n % 10, ${word}, ${hash(`'c' || n`)}, 1, 1 + n, ${word}, 20`,
    ],
    ['contribution_accepted', contributors, `n / 10, 2000 + n % 10, ${word}, ${hash(`'c' || n`)}, 1, n`],
    [
      'unit_kept',
      models * units,
      `50, 2 + n / ${units}, n % ${units}, null, 1 + n % ${contributors}, ${hash(`'c' || n`)}, 20, 100, 5`,
    ],
    [
      'unit_sketch',
      models * units,
      `50, 2 + n / ${units}, n % ${units}, decode(repeat(translate(md5('u' || n), '8', '1'), 8), 'hex')`,
    ],
    [
      'channel_opened',
      payers,
      `500 + n / 200, 3000 + n % 200, ${word}, ${hash(`'ch' || n`)}, 1 + n, 1 + n % 7, 2 + n % ${models}, 1, ${hash(`'k'`, 20)}`,
    ],
    [
      'book_opened',
      1_000,
      `700, n, ${word}, ${book('n')}, 2 + n % ${models}, 1 + n % 7, 1 + n / 280, 1700050000, 86400, 86400, 1, 500`,
    ],
    [
      'batch_recorded',
      batches,
      `${batchBlock('n')}, 5 + n, ${hash(`'tx' || n`)}, 1 + n, ${book('n % 1000')}, 2 + n % ${models}, 1 + n % 7, n / 1000, ${records}, ${records * 50}, ${records * 50_000}, 100, ${word}, ${word}`,
    ],
    [
      'channel_charged',
      batches,
      `${batchBlock('n')}, 5 + n, 1 + n, 0, ${hash(`'ch' || (n % ${payers})`)}, 1 + n % ${payers}, 1, ${records * 50}, 100000, 100000`,
    ],
    [
      'inference',
      batches * records,
      `${batchBlock(`(n / ${records})`)}, 1 + n / ${records}, n % ${records}, 2 + (n / ${records}) % ${models}, 1 + (n / ${records}) % 7, 1 + (n / ${records}) % ${payers}, 0, 50, 50000, ${hash(`'i' || n`)}, ${hash(`'r' || n`)}, ${hash(`'q' || n`)}`,
    ],
    [
      'unit_paid',
      200 * units,
      `5900, n / ${units}, ${book(`(n / ${units})`)}, 2 + (n / ${units}) % ${models}, n % ${units}, 1000 + n`,
    ],
    [
      'unit_weighed',
      200 * units,
      `5900, ${book(`(n / ${units})`)}, 2 + (n / ${units}) % ${models}, n % ${units}, n % 1000`,
    ],
    ['book_settled', 200, `5900, n, ${word}, ${book('n')}, 2 + n % ${models}, 1 + n % 7, 100, 100, 10, 1, 100000`],
    ['reward_claimed', claims, `5000 + n / 100, n % 100, ${word}, 0, 1 + n % ${contributors}, ${address('n')}, 100`],
    ['account_total', accounts, `1 + n, 5900, 19700, (n * 7919) % 1000003, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0`],
  ]
}

export async function fillHistory(
  postgres: PostgresServer,
  sizes: Sizes = FILLED,
): Promise<{ readonly url: string; readonly schema: string }> {
  const location = await postgres.newDatabase()
  const database = await openDatabase(location)
  const store = await openStore(database, identity)
  const db = store.write as Kysely<unknown>
  for (const [table, count, columns] of rowsOf(sizes)) {
    await sql.raw(`insert into ${table} select ${columns} from generate_series(0, ${count - 1}) n`).execute(db)
  }
  await sql`
    insert into account_now (account, since, contributor_gwei, earned_gwei, claimable_gwei)
    select account, block, contributor_gwei, contributor_gwei, contributor_gwei from account_total`.execute(db)
  await makeDeferredIndexes(store.write)
  const { rows: named } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db)
  await store.close()
  await database.close()
  return { url: location.url, schema: named[0]?.schema ?? '' }
}
