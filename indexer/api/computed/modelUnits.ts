import { type Kysely, sql } from 'kysely'
import { type Hex, hexToBytes } from 'viem'
import { unpackSketch } from '../../../attribution/sketch.ts'
import type { ModelPayTerms } from '../../../sdk/predictPay.ts'
import type { RegisteredUnit } from '../../../sdk/registeredUnits.ts'
import type { Database } from '../../store/schema.ts'
import type { AsOf } from '../query/asOf.ts'
import type { Lru } from './lru.ts'

/** A registered fine-tune, for pay and explanations. It never changes. */
export interface ModelUnits {
  readonly model: bigint
  readonly terms: ModelPayTerms
  readonly royaltyAccounts: readonly bigint[]
  readonly floorNorm: bigint
  /** The row index's hash; zero where there is none. */
  readonly indexHash: Hex
  readonly units: readonly RegisteredUnit[]
}

interface Registered {
  readonly contributorBps: bigint
  readonly operatorBps: bigint
  readonly baseBps: bigint
  readonly floorBps: bigint
  readonly sketched: boolean
  readonly feeUnitGwei: bigint
  readonly dims: bigint
  readonly indexHash: Hex
  readonly floorNorm: bigint
  /** The hash of the block that completed its registration: a reorg may replace it. */
  readonly hash: Hex
}

/** Undefined for a base model, and for a fine-tune whose registration is not complete. */
export async function modelUnits(
  db: Kysely<Database>,
  model: bigint,
  { block }: Pick<AsOf, 'block'>,
  kept: Lru<ModelUnits>,
): Promise<ModelUnits | undefined> {
  const found = await registered(db, model, block)
  if (found === undefined) return undefined
  return await kept.get(`${model} ${found.hash}`, () =>
    db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (tx) => {
        // A reorg may have happened in between: the request is executed again, and nothing false is
        // cached.
        if ((await registered(tx, model, block))?.hash !== found.hash) throw new Error(`Model ${model} was reorganised`)
        return await read(tx, model, found)
      }),
  )
}

async function registered(db: Kysely<Database>, model: bigint, block: bigint): Promise<Registered | undefined> {
  const { rows } = await sql<Registered>`
    select e.contributor_bps, e.operator_bps, e.base_bps, e.floor_bps, e.sketched, e.fee_unit_gwei, e.dims, g.index_hash,
      r.floor_norm, b.hash
    from fine_tune_entered e
    join fine_tune_begun g on g.model = e.model
    join fine_tune_registered r on r.model = e.model
    join block b on b.number = r.block
    where e.model = ${model} and r.block <= ${block}`.execute(db)
  return rows[0]
}

async function read(db: Kysely<Database>, model: bigint, found: Registered): Promise<ModelUnits> {
  const royalties = await db
    .selectFrom('royaltyOwed')
    .select(['account', 'bps'])
    .where('model', '=', model)
    .orderBy('position')
    .execute()
  const units = await db
    .selectFrom('unitKept as k')
    .leftJoin('unitSketch as s', (join) => join.onRef('s.model', '=', 'k.model').onRef('s.unit', '=', 'k.unit'))
    .select(['k.payee', 'k.kept', 'k.scale', 'k.fixedWeight', 's.sketch'])
    .where('k.model', '=', model)
    .orderBy('k.unit')
    .execute()
  const { contributorBps, operatorBps, baseBps, floorBps, sketched, feeUnitGwei, dims, indexHash, floorNorm } = found
  return {
    model,
    terms: {
      contributorBps: Number(contributorBps),
      operatorBps: Number(operatorBps),
      royaltiesBps: royalties.map(({ bps }) => Number(bps)),
      baseBps: Number(baseBps),
      floorBps: Number(floorBps),
      sketched,
      feeUnitGwei,
      dims: Number(dims),
    },
    royaltyAccounts: royalties.map(({ account }) => account),
    floorNorm,
    indexHash,
    units: units.map(({ payee, kept, scale, fixedWeight, sketch }) => ({
      payee: Number(payee ?? 0n),
      kept: Number(kept),
      scale: Number(scale),
      fixed: fixedWeight,
      codes: unpackSketch(hexToBytes(sketch ?? '0x')),
    })),
  }
}
