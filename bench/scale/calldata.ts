// How many bytes acts have, counted on real ones: every codec and ABI is the one that they are sent with.
import { bytesToHex, encodeFunctionData, type Hex } from 'viem'
import { type RandomSource, randomSource } from '../../attribution/random.ts'
import { batchOf, type OpenedBatch } from '../../sdk/batch.ts'
import { bookId } from '../../sdk/book.ts'
import { encodeChannels, type NamedChannel } from '../../sdk/channel.ts'
import { abis } from '../../sdk/contracts.ts'
import { encodeRecords, type InferenceRecord, MAX_FEE_UNITS, recordSize } from '../../sdk/record.ts'
import { BEGINNING, pageAt } from '../../sdk/settlement.ts'
import { encodeVouchers } from '../../sdk/voucher.ts'
import type { BatchShape } from './batches.ts'
import { normal } from './draw.ts'
import { type ByteCounts, byteCounts, difference, plus, times } from './gasRules.ts'
import { K, type Scenario } from './scenario.ts'

/** The bytes of the parts of a batch's calldata, and of what settlement shows of it. */
export interface BatchBytes {
  readonly call: ByteCounts
  readonly record: ByteCounts
  readonly channel: ByteCounts
  readonly voucher: ByteCounts
  readonly shown: ByteCounts
  readonly settlement: ByteCounts
}

const STREAM = 2
const MANY = { records: 1_000, channels: 200, vouchers: 200 } as const

export function measureBatchBytes(fee: Scenario['fee'], seed: number): BatchBytes {
  const next = randomSource(seed, STREAM)
  const count = (records: number, channels: number, vouchers: number) =>
    byteCounts(recordCalldata(drawBatch(fee, { records, channels }, next), vouchers, next))
  const { records, channels, vouchers } = MANY
  const one = count(1, 1, 0)
  const named = count(1, channels, 0)
  // With many channels, so that the byte that names one is as rarely zero as it is.
  const record = times(difference(count(records, channels, 0), named), 1 / (records - 1))
  const channel = times(difference(named, one), 1 / (channels - 1))
  const voucher = times(difference(count(1, channels, vouchers), named), 1 / vouchers)
  const batch = drawBatch(fee, MANY, next)
  const [two, three] = [2, 3].map((batches) => byteCounts(settleCalldata(Array(batches).fill(batch))))
  const shown = difference(three as ByteCounts, two as ByteCounts)
  return {
    call: difference(difference(one, record), channel),
    record,
    channel,
    voucher,
    shown,
    settlement: difference(two as ByteCounts, times(shown, 2)),
  }
}

/** What a batch's calldata has. */
export function batchBytes(bytes: BatchBytes, { records, channels, vouchers }: BatchShape): ByteCounts {
  const parts = [times(bytes.record, records), times(bytes.channel, channels), times(bytes.voucher, vouchers)]
  return parts.reduce(plus, bytes.call)
}

/** What the log of a batch has (`BatchRecorded`): records as they came, 16 bytes a channel, and eight words. */
export function batchLogBytes({ records, channels }: BatchShape): number {
  return records * recordSize(K) + 16 * channels + 32 * 8
}

/** A batch as it is recorded: fees as they are drawn, and every bit of commitments and sketches as likely. */
export function drawBatch(
  fee: Scenario['fee'],
  { records, channels }: Pick<BatchShape, 'records' | 'channels'>,
  next: RandomSource,
): OpenedBatch {
  const drawn = Array.from(
    { length: records },
    (_, i): InferenceRecord => ({
      channel: i % channels,
      feeUnits: Math.min(MAX_FEE_UNITS, Math.max(1, Math.round(fee.medianUnits * Math.exp(fee.sigma * normal(next))))),
      commitment: bytesToHex(drawBytes(next, 32)),
      sketch: drawBytes(next, K / 8),
    }),
  )
  const named = Array.from({ length: channels }, (): NamedChannel => ({ payer: next() % 1_000_000, salt: 1 }))
  const book = bookId({ model: 300, operator: 40, number: 500 })
  return batchOf({ batch: 1_000_000n, book, number: 100, recordedIn: 30_000_000 }, named, drawn, K)
}

export function recordCalldata(batch: OpenedBatch, vouchers: number, next: RandomSource): Hex {
  const presented = Array.from({ length: vouchers }, (_, channel) => ({
    channel,
    maxClaimableAmount: BigInt(next()) * 10n ** 15n,
    signature: bytesToHex(drawBytes(next, 64)),
  }))
  return encodeFunctionData({
    abi: abis.ledger,
    functionName: 'recordBatch',
    args: [
      300,
      bytesToHex(encodeChannels(batch.channels)),
      bytesToHex(encodeVouchers(presented)),
      bytesToHex(encodeRecords(batch.records, K)),
    ],
  })
}

function settleCalldata(batches: readonly OpenedBatch[]): Hex {
  const book = batches[0]?.header.book ?? 0n
  const settling = { book, batches, k: K, weights: [], unitsGwei: [] }
  const page = pageAt(settling, BEGINNING, { batches: batches.length, units: 1_024 })
  return encodeFunctionData({ abi: abis.settlement, functionName: 'settle', args: [page] })
}

function drawBytes(next: RandomSource, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => next() >>> 24)
}
