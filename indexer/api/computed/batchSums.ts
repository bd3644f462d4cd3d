import { type Kysely, sql } from 'kysely'
import { type Hex, hexToBytes } from 'viem'
import type { BatchSum } from '../../../attribution/bookSum.ts'
import { batchSum, type WeighedSketch, withoutRecord } from '../../../attribution/querySum.ts'
import type { Database } from '../../store/schema.ts'
import { toBytea } from '../../store/types.ts'
import type { AsOf } from '../query/asOf.ts'
import type { Lru } from './lru.ts'

/** The sums of batches as recorded. The root identifies the records, through any reorg. */
export type RecordedSums = Lru<Uint32Array>

/** A batch as it was recorded. */
interface Recorded {
  readonly batch: bigint
  readonly units: bigint
  readonly root: Hex
}

/** The most batches whose records are in memory at once. */
const BATCHES_A_STATEMENT = 16

/**
 * The batches of a book without voided records, by number: their fees, and the sums of their query
 * sketches of k dimensions.
 */
export async function bookBatches(
  db: Kysely<Database>,
  book: bigint,
  at: Pick<AsOf, 'block'>,
  k: number,
  kept: RecordedSums,
): Promise<readonly BatchSum[]> {
  const recorded = await db
    .selectFrom('batchRecorded')
    .select(['batch', 'units', 'root'])
    .where('book', '=', book)
    .where('block', '<=', at.block)
    .orderBy('number')
    .execute()
  return await standing(db, recorded, at, k, kept)
}

/** One batch without voided records. */
export async function standingBatch(
  db: Kysely<Database>,
  batch: bigint,
  at: Pick<AsOf, 'block'>,
  k: number,
  kept: RecordedSums,
): Promise<BatchSum | undefined> {
  const recorded = await db
    .selectFrom('batchRecorded')
    .select(['batch', 'units', 'root'])
    .where('batch', '=', batch)
    .where('block', '<=', at.block)
    .execute()
  return (await standing(db, recorded, at, k, kept))[0]
}

async function standing(
  db: Kysely<Database>,
  recorded: readonly Recorded[],
  { block }: Pick<AsOf, 'block'>,
  k: number,
  kept: RecordedSums,
): Promise<readonly BatchSum[]> {
  const found: BatchSum[] = []
  for (let from = 0; from < recorded.length; from += BATCHES_A_STATEMENT) {
    const some = recorded.slice(from, from + BATCHES_A_STATEMENT)
    const voided = await db
      .selectFrom('recordVoided as v')
      .innerJoin('inference as i', (join) =>
        join.onRef('i.batch', '=', 'v.batch').onRef('i.position', '=', 'v.position'),
      )
      .select(['i.batch', 'i.feeUnits', 'i.sketch'])
      .where(
        'v.batch',
        'in',
        some.map(({ batch }) => batch),
      )
      .where('v.block', '<=', block)
      .execute()
    const sums = await Promise.all(
      some.map(({ batch, root }) => kept.get(`${batch} ${root}`, () => recordedSum(db, batch, root, k))),
    )
    some.forEach(({ batch, units }, i) => {
      const gone = voided.filter((record) => record.batch === batch).map(weighed)
      found.push({
        feeUnits: Number(units) - gone.reduce((sum, { feeUnits }) => sum + feeUnits, 0),
        sum: k === 0 ? new Uint32Array() : gone.reduce(withoutRecord, sums[i] as Uint32Array),
      })
    })
  }
  return found
}

async function recordedSum(db: Kysely<Database>, batch: bigint, root: Hex, k: number): Promise<Uint32Array> {
  if (k === 0) return new Uint32Array()
  const { rows } = await sql<Stored>`
    select i.fee_units, i.sketch from inference i join batch_recorded r on r.batch = i.batch
    where i.batch = ${batch} and r.root = ${toBytea(root)}`.execute(db)
  // A reorg happened in between: the request is executed again, and nothing false is cached.
  if (rows.length === 0) throw new Error(`Batch ${batch} was reorganised`)
  return batchSum(rows.map(weighed), k)
}

interface Stored {
  readonly feeUnits: bigint
  readonly sketch: Hex | null
}

function weighed({ feeUnits, sketch }: Stored): WeighedSketch {
  return { feeUnits: Number(feeUnits), sketch: hexToBytes(sketch ?? '0x') }
}
