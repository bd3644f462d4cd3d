import type pg from 'pg'
import type { Hex } from 'viem'
import type { ToldBatch } from '../../sdk/batch.ts'
import type { ChannelKey } from '../../sdk/channel.ts'
import { type Receipt, receiptSchema } from '../../sdk/receipt.ts'
import type { Charge } from '../channels/channelLimits.ts'
import { type Database, type Queries, transaction } from './database.ts'
import { LIVING } from './presence.ts'
import { toldFrom } from './toldBatch.ts'

/** Calls, from the moment at which their pay is set aside to their records. */

export interface KeptVoucher {
  readonly maxClaimableAmount: bigint
  readonly signature: Hex
  /** Who signed it; it counts while the channel has this signer. */
  readonly signer: Hex
}

/** A channel's row: what a gateway knows of it beside the chain. */
export interface KeptChannel {
  readonly voucher: KeptVoucher | undefined
  readonly servedUnits: number
  /** Vouchers up to this amount are public. */
  readonly presented: bigint
}

export interface CallToReserve {
  readonly id: string
  readonly channel: ChannelKey
  /** The caller's own name for it. */
  readonly key: string | undefined
  readonly mostUnits: number
  readonly requestHash: Hex
  readonly process: number
  /** Checked to be its signer's. */
  readonly voucher: KeptVoucher | undefined
  /** What the chain says was charged: where the channel is new here, it was served that much elsewhere. */
  readonly chargedUnits: number
  readonly decide: (kept: KeptChannel) => Charge
}

export type Reservation =
  | { readonly kind: 'reserved' }
  | { readonly kind: 'refused'; readonly charge: Charge }
  /** Asked before, under the same name: answered with this receipt, or being answered. */
  | { readonly kind: 'known'; readonly id: string; readonly requestHash: Hex; readonly receipt: Receipt | undefined }

/** Keeps the voucher, and sets a call's pay aside where its channel covers it: all of it, or none. */
export async function reserveCall(pool: pg.Pool, call: CallToReserve): Promise<Reservation> {
  const { id, channel, key, mostUnits, requestHash, process, voucher, decide } = call
  return await transaction(pool, async (queries): Promise<Reservation> => {
    const kept = await lockChannel(queries, call)
    const isBetter = voucher !== undefined && isLarger(voucher, kept.voucher)
    if (isBetter) await keepVoucher(queries, channel, voucher)
    const known = key === undefined ? undefined : await callNamed(queries, channel, key)
    if (known !== undefined) return { kind: 'known', ...known }
    const charge = decide(isBetter ? { ...kept, voucher } : kept)
    if (charge.kind !== 'covered') return { kind: 'refused', charge }
    await queries.query(
      `with served as (
        update channels set served_units = served_units + $1 where (operator, model, payer, salt) = ($2, $3, $4, $5))
      insert into calls (fee_units, operator, model, payer, salt, id, key, state, request_hash, process)
      values ($1, $2, $3, $4, $5, $6, $7, 'reserved', $8, $9)`,
      [mostUnits, ...placeOf(channel), id, key, requestHash, process],
    )
    return { kind: 'reserved' }
  })
}

/** Keeps the receipt, before anybody is given it, and returns what was set aside too much. False where the call was dropped meanwhile. */
export async function finishCall(pool: pg.Pool, id: string, feeUnits: number, receipt: Receipt): Promise<boolean> {
  const { rowCount } = await pool.query(
    `with before as (select id, fee_units from calls where id = $1 and state = 'reserved' for update),
    done as (
      update calls c set state = 'answered', fee_units = $2, receipt = $3, answered_at = now() from before b where c.id = b.id
      returning c.operator, c.model, c.payer, c.salt, b.fee_units - $2 as unused)
    update channels c set served_units = c.served_units - done.unused from done
    where (c.operator, c.model, c.payer, c.salt) = (done.operator, done.model, done.payer, done.salt)`,
    [id, feeUnits, JSON.stringify(receipt)],
  )
  return rowCount === 1
}

/** Drops calls that were not answered: one, or all whose process has ended. */
export async function dropCalls(
  { pool, schema }: Database,
  which: { readonly id: string } | 'those of ended processes',
): Promise<void> {
  const [condition, value] =
    typeof which === 'object' ? ['id = $1', which.id] : [`not (process = any (${LIVING}))`, schema]
  await pool.query(
    `with gone as (
      delete from calls where state = 'reserved' and ${condition} returning operator, model, payer, salt, fee_units),
    sums as (select operator, model, payer, salt, sum(fee_units) as units from gone group by 1, 2, 3, 4)
    update channels c set served_units = c.served_units - sums.units from sums
    where (c.operator, c.model, c.payer, c.salt) = (sums.operator, sums.model, sums.payer, sums.salt)`,
    [value],
  )
}

/** A call with its receipt, and the batch that holds its record, once one does. */
export interface KeptCall {
  readonly receipt: Receipt
  readonly batch: ToldBatch | undefined
  readonly index: number | undefined
  readonly transaction: Hex | undefined
}

export async function callById(pool: pg.Pool, id: string): Promise<KeptCall | undefined> {
  const { rows } = await pool.query(
    `select c.receipt, c.place, b.told, b.attempts from calls c
    left join batches b on b.id = c.batch and b.state in ('mined', 'final') where c.id = $1 and c.state = 'answered'`,
    [id],
  )
  const [row] = rows
  if (row === undefined) return undefined
  const isRecorded = row.told !== null
  return {
    receipt: receiptSchema.parse(row.receipt),
    batch: isRecorded ? toldFrom(row.told) : undefined,
    index: isRecorded ? row.place : undefined,
    transaction: isRecorded ? row.told.transaction : undefined,
  }
}

/** What is answered or being answered, and not recorded yet. */
export interface Pending {
  readonly model: number
  readonly records: number
  readonly units: number
  readonly oldestAt: number | undefined
}

export async function pendingOf(pool: pg.Pool, operator: number): Promise<readonly Pending[]> {
  const { rows } = await pool.query(
    `select c.model, count(*)::int as records, coalesce(sum(c.fee_units), 0)::float8 as units
    from calls c left join batches b on b.id = c.batch
    where c.operator = $1 and (c.batch is null or b.state = 'sent') group by c.model`,
    [operator],
  )
  return rows
}

export interface WaitingCall {
  readonly id: string
  readonly receipt: Receipt
  /** How long it has waited, by this machine's clock: a chain without traffic may stand still. */
  readonly seconds: number
}

/** Calls whose records are in no batch, in the order in which they were answered for. */
export async function waitingCalls(
  queries: Queries,
  operator: number,
  model: number,
  most: number,
): Promise<readonly WaitingCall[]> {
  const { rows } = await queries.query(
    `select id, receipt, extract(epoch from now() - answered_at)::float8 as seconds
    from calls where operator = $1 and model = $2 and batch is null and state = 'answered'
    order by seq limit $3`,
    [operator, model, most],
  )
  return rows.map(({ id, receipt, seconds }) => ({ id, receipt: receiptSchema.parse(receipt), seconds }))
}

/** The callers' names of calls that were answered. */
export async function answeredKeys(pool: pg.Pool, operator: number, model: number): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query(
    `select key from calls where operator = $1 and model = $2 and state = 'answered' and key is not null`,
    [operator, model],
  )
  return new Set(rows.map(({ key }) => key))
}

export async function keptChannel(queries: Queries, channel: ChannelKey): Promise<KeptChannel | undefined> {
  const { rows } = await queries.query(
    `${CHANNEL} where (operator, model, payer, salt) = ($1, $2, $3, $4)`,
    placeOf(channel),
  )
  return rows[0] && channelFrom(rows[0])
}

/** From now on these vouchers are public. */
export async function markPresented(queries: Queries, channel: ChannelKey, amount: bigint): Promise<void> {
  await queries.query(
    `update channels set presented = greatest(presented, $5) where (operator, model, payer, salt) = ($1, $2, $3, $4)`,
    [...placeOf(channel), amount],
  )
}

async function lockChannel(queries: Queries, { channel, chargedUnits }: CallToReserve): Promise<KeptChannel> {
  const find = async () => {
    const text = `${CHANNEL} where (operator, model, payer, salt) = ($1, $2, $3, $4) for update`
    return (await queries.query(text, placeOf(channel))).rows[0]
  }
  const found = await find()
  if (found !== undefined) return channelFrom(found)
  await queries.query(
    `insert into channels (operator, model, payer, salt, served_units) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [...placeOf(channel), chargedUnits],
  )
  return channelFrom(await find())
}

async function keepVoucher(queries: Queries, channel: ChannelKey, voucher: KeptVoucher): Promise<void> {
  const { maxClaimableAmount, signature, signer } = voucher
  await queries.query(
    `update channels set max_claimable = $5, signature = $6, signer = $7
    where (operator, model, payer, salt) = ($1, $2, $3, $4)`,
    [...placeOf(channel), maxClaimableAmount, signature, signer],
  )
}

async function callNamed(queries: Queries, channel: ChannelKey, key: string) {
  const { rows } = await queries.query(
    `select id, request_hash, receipt from calls
    where (operator, model, payer, salt) = ($1, $2, $3, $4) and key = $5`,
    [...placeOf(channel), key],
  )
  const [row] = rows
  if (row === undefined) return undefined
  const receipt = row.receipt === null ? undefined : receiptSchema.parse(row.receipt)
  return { id: row.id as string, requestHash: row.request_hash as Hex, receipt }
}

/** One of another signer replaces what that signer's predecessor signed, however much. */
function isLarger(voucher: KeptVoucher, kept: KeptVoucher | undefined): boolean {
  return kept === undefined || kept.signer !== voucher.signer || kept.maxClaimableAmount < voucher.maxClaimableAmount
}

const CHANNEL = 'select max_claimable, signature, signer, served_units, presented from channels'

function channelFrom(row: Record<string, unknown>): KeptChannel {
  return {
    voucher:
      row.max_claimable === null
        ? undefined
        : {
            maxClaimableAmount: row.max_claimable as bigint,
            signature: row.signature as Hex,
            signer: row.signer as Hex,
          },
    servedUnits: Number(row.served_units),
    presented: row.presented as bigint,
  }
}

function placeOf({ operator, model, payer, salt }: ChannelKey): number[] {
  return [operator, model, payer, salt]
}
