import { rmSync } from 'node:fs'
import fc from 'fast-check'
import { sql } from 'kysely'
import type { Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { append } from '../../indexer/store/append.ts'
import { tableOf } from '../../indexer/store/catalogue.ts'
import { copyImage } from '../../indexer/store/copyImage.ts'
import { type DatabaseLocation, openDatabase } from '../../indexer/store/database.ts'
import type { Database } from '../../indexer/store/schema.ts'
import { openStore } from '../../indexer/store/store.ts'
import { newFolder } from '../support/folder.ts'
import { identity } from '../support/identity.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'

type EvaluationRecorded = Database['evaluationRecorded']

const hex = (bytes: number): fc.Arbitrary<Hex> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((array): Hex => `0x${Buffer.from(array).toString('hex')}`)
const int8 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const words = fc.string({ unit: 'binary', maxLength: 300 }).map((text) => text.replaceAll('\0', ''))
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null })

/** Of a table that has every type of column, some of them null. */
const evaluations: fc.Arbitrary<readonly EvaluationRecorded[]> = fc.array(
  fc.record({
    block: int8,
    logIndex: int8,
    transactionHash: hex(32),
    evaluation: int8,
    kind: fc.constantFrom('Benchmark', 'Production', 'QuantisationLoss'),
    model: int8,
    evaluator: int8,
    metric: words,
    datasetHash: hex(32),
    scoreMillionths: int8,
    lowMillionths: int8,
    highMillionths: int8,
    sampleCount: int8,
    resultsHash: hex(0),
    resultsUri: words,
    task: orNull(words),
    taskVersion: orNull(words),
    configHash: orNull(hex(32)),
    firstBatch: orNull(int8),
    lastBatch: orNull(int8),
    twinHash: orNull(hex(700)),
    twin: orNull(int8),
    twinScoreMillionths: orNull(int8),
    twinLowMillionths: orNull(int8),
    twinHighMillionths: orNull(int8),
    gained: orNull(int8),
    lost: orNull(int8),
    meanKlBillionths: orNull(fc.bigInt({ min: -(10n ** 20n) + 1n, max: 10n ** 20n - 1n })),
  }),
  { maxLength: 30 },
) as fc.Arbitrary<readonly EvaluationRecorded[]>

describe('copied rows', () => {
  let postgres: PostgresServer
  const folder = newFolder('copy')
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(async () => {
    await postgres?.stop()
    rmSync(folder, { recursive: true })
  })

  const databases: readonly (readonly [string, () => Promise<DatabaseLocation>])[] = [
    ['PostgreSQL', () => postgres.newDatabase()],
    ['the embedded database', async () => ({ kind: 'embedded', folder })],
  ]
  it.each(databases)('are those that a plain statement inserts, in %s', async (_, locate) => {
    const database = await openDatabase(await locate())
    const store = await openStore(database, identity)
    const { sqlName, columns } = tableOf(store.catalogue, 'evaluationRecorded')
    const names = columns.map((column) => column.sqlName).join(', ')
    await sql`alter table evaluation_recorded drop constraint evaluation_recorded_pkey`.execute(store.write)
    const stored = async () => {
      const { rows } = await sql`select * from evaluation_recorded order by evaluation_recorded::text`.execute(
        store.write,
      )
      await sql`delete from evaluation_recorded`.execute(store.write)
      return rows
    }
    await fc.assert(
      fc.asyncProperty(evaluations, async (rows) => {
        await store.write.transaction().execute((tx) => append(tx, store.catalogue, 'evaluationRecorded', rows))
        const inserted = await stored()
        await store.write.transaction().execute(() => store.copy(sqlName, names, copyImage(columns, rows)))
        expect(await stored()).toEqual(inserted)
        expect(inserted).toHaveLength(rows.length)
      }),
      { numRuns: 40 },
    )
    await store.close()
    await database.close()
  })

  it('hold amounts as wide as a word of the EVM', async () => {
    const database = await openDatabase(await postgres.newDatabase())
    const store = await openStore(database, identity)
    const { sqlName, columns } = tableOf(store.catalogue, 'transfer')
    const names = columns.map((column) => `"${column.sqlName}"`).join(', ')
    const amounts = [
      0n,
      1n,
      9_999n,
      10_000n,
      10_001n,
      10n ** 18n,
      123_000_000_000_000_000_000n,
      2n ** 255n,
      2n ** 256n - 1n,
    ]
    const place = { block: 1n, transactionHash: `0x${'ab'.repeat(32)}`, from: '0x01', to: '0x02' } as const
    const rows = amounts.map((amountWei, i) => ({ ...place, logIndex: BigInt(i), amountWei }))
    await store.write.transaction().execute(() => store.copy(sqlName, names, copyImage(columns, rows)))
    expect(await store.read.selectFrom('transfer').selectAll().orderBy('logIndex').execute()).toEqual(rows)
    await store.close()
    await database.close()
  })
})
