import { bytesToHex } from 'viem'
import { bitsOf } from '../../attribution/querySketch.ts'
import type { RandomSource } from '../../attribution/random.ts'
import { packSketch } from '../../attribution/sketch.ts'
import { type OpenedBatch, openBatch } from '../../sdk/batch.ts'
import { encodeChannels } from '../../sdk/channel.ts'
import { callTo, eventIn } from '../../sdk/contractCall.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { toldBatch } from '../../sdk/openBook.ts'
import { type Receipt, type ReceiptDraft, signReceipt } from '../../sdk/receipt.ts'
import { encodeRecords, type InferenceRecord, inferenceCommitment } from '../../sdk/record.ts'
import { amountCovering, encodeVouchers, signVoucher, type Voucher } from '../../sdk/voucher.ts'
import { codes, hash, integer } from '../vectors/draw.ts'
import type { LocalLedger } from './localLedger.ts'
import { type LocalChannel, type Operating, operatorOf } from './localModel.ts'

/** Calls on a local ledger: records as an operator would make them, and their receipts. */

const FEE_UNIT = 1_000_000n
const MOST_FEE = 900
const PROMISE_SECONDS = 3_600

/** Where calls are recorded. */
export interface Recorder {
  readonly model: number
  /** Dimensions of the records' sketches. */
  readonly k: number
  readonly channels: readonly LocalChannel[]
  /** The wallets' operator, if nobody else. */
  readonly operating?: Operating
}

/** A record with its receipt. */
export interface DrawnCall {
  readonly record: InferenceRecord
  readonly receipt: Receipt
}

/** A call that was served: its receipt promises its record. */
export async function drawCall(local: LocalLedger, recorder: Recorder, next: RandomSource): Promise<DrawnCall> {
  const { reader, contracts } = local.connection
  const { model, k, channels, operating = operatorOf(local) } = recorder
  const place = integer(next, channels.length)
  const channel = channels[place] as LocalChannel
  const query = codes(next, k)
  const sketch = packSketch(query)
  const [salt, requestHash, answerHash] = [hash(next), hash(next), hash(next)] as const
  const feeUnits = 1 + integer(next, MOST_FEE)
  const bits = k === 0 ? new Uint8Array() : bitsOf(query.map((code) => (code < 0 ? -1 : 1)))
  const time = await reader.readContract({ ...contracts.clock, functionName: 'time' })
  const draft: ReceiptDraft = {
    chainId: reader.chain.id,
    court: contracts.court.address.toLowerCase() as `0x${string}`,
    model,
    operator: channel.operator,
    payer: channel.payer,
    channelSalt: channel.salt,
    requestHash,
    answerHash,
    salt,
    querySketch: bytesToHex(sketch),
    recordBy: time + PROMISE_SECONDS,
    feeUnits,
    bits,
  }
  const commitment = inferenceCommitment(salt, requestHash, answerHash, sketch)
  return {
    record: { channel: place, feeUnits, commitment, sketch: bits },
    receipt: await signReceipt(operating.key, draft),
  }
}

export async function drawCalls(
  local: LocalLedger,
  recorder: Recorder,
  next: RandomSource,
  count: number,
): Promise<readonly DrawnCall[]> {
  const calls: DrawnCall[] = []
  while (calls.length < count) calls.push(await drawCall(local, recorder, next))
  return calls
}

/** A voucher of a channel's signer for so many fee units in all. */
export async function voucherFor({ connection }: LocalLedger, channel: LocalChannel, units: number): Promise<Voucher> {
  const { reader, contracts } = connection
  const place = { chainId: reader.chain.id, address: contracts.channels.address }
  const maxClaimableAmount = amountCovering(BigInt(units), FEE_UNIT)
  return await signVoucher(place, channel.signer, { channelId: channel.id, maxClaimableAmount })
}

/** Vouchers that cover whatever a test records. */
export async function ampleVouchers(local: LocalLedger, channels: readonly LocalChannel[]): Promise<Uint8Array> {
  const vouchers = await Promise.all(channels.map((channel) => voucherFor(local, channel, 1_000_000)))
  return encodeVouchers(vouchers.map((voucher, channel) => ({ channel, ...voucher })))
}

export async function recordLocalBatch(
  local: LocalLedger,
  { model, k, channels, operating = operatorOf(local) }: Recorder,
  records: readonly InferenceRecord[],
  vouchers: Uint8Array = new Uint8Array(),
): Promise<OpenedBatch> {
  const { connection, walletOf } = local
  const { reader, contracts } = connection
  const receipt = await transact(
    reader,
    walletOf(operating.by),
    callTo(contracts.ledger, 'recordBatch', [
      model,
      bytesToHex(encodeChannels(channels)),
      bytesToHex(vouchers),
      bytesToHex(encodeRecords(records, k, channels.length)),
    ]),
  )
  const told = toldBatch(eventIn(receipt, contracts.ledger, 'BatchRecorded'), receipt.blockNumber)
  return openBatch(told, k)
}
