// Which of the calls that wait go into the next batch: pure. In the order in which they were served, as many as fit, each only where its channel
// covers it, so that no payer's calls hold up another's.

import type { NamedChannel } from '../../sdk/channel.ts'
import { MAX_CHANNELS } from '../../sdk/channel.ts'
import { promisedRecord, type Receipt } from '../../sdk/receipt.ts'
import { MAX_RECORDS, recordSize } from '../../sdk/record.ts'
import type { PresentedVoucher } from '../../sdk/voucher.ts'
import { chargeableUnits } from '../channels/channelLimits.ts'
import { channelName, type UsedChannel } from '../channels/channelUse.ts'

/** The most that goes into one transaction. */
export interface BatchLimits {
  readonly records: number
  /** Of its calldata: pools refuse transactions above 128 KiB. */
  readonly bytes: number
}

export interface TakenBatch {
  readonly receipts: readonly Receipt[]
  readonly channels: readonly NamedChannel[]
  readonly vouchers: readonly PresentedVoucher[]
}

export const USUAL_BATCH: BatchLimits = { records: 200, bytes: 120_000 }

const CHANNEL_BYTES = 8
const VOUCHER_BYTES = 81

export interface Taking {
  readonly batch: TakenBatch
  /** Calls whose channels do not cover them now. */
  readonly uncovered: readonly Receipt[]
}

export function takeBatch(
  waiting: readonly Receipt[],
  channels: ReadonlyMap<string, UsedChannel>,
  k: number,
  limits: BatchLimits,
): Taking {
  const taken = new Map<string, { readonly channel: UsedChannel; readonly units: number }>()
  const receipts: Receipt[] = []
  const uncovered: Receipt[] = []
  let bytes = 0
  for (const receipt of waiting) {
    const name = channelName({ payer: receipt.payer, salt: receipt.channelSalt })
    const channel = channels.get(name)
    const before = taken.get(name)
    const units = (before?.units ?? 0) + promisedRecord(receipt).feeUnits
    if (channel === undefined || !isCovered(channel, units)) {
      uncovered.push(receipt)
      continue
    }
    const added = recordSize(k) + (before === undefined ? CHANNEL_BYTES + VOUCHER_BYTES : 0)
    const isFull = receipts.length >= Math.min(limits.records, MAX_RECORDS) || bytes + added > limits.bytes
    if (isFull || (before === undefined && taken.size >= MAX_CHANNELS)) continue
    bytes += added
    taken.set(name, { channel, units })
    receipts.push(receipt)
  }
  const inBatch = [...taken.values()]
  return {
    batch: {
      receipts,
      channels: inBatch.map(({ channel: { payer, salt } }) => ({ payer, salt })),
      vouchers: inBatch.flatMap(({ channel, units }, place) => voucherFor(channel, units, place)),
    },
    uncovered,
  }
}

function isCovered({ state, voucher }: UsedChannel, units: number): boolean {
  return BigInt(state.chargedUnits + units) <= chargeableUnits(state, voucher)
}

/** A voucher goes along only where the chain does not know enough yet. */
function voucherFor({ state, best }: UsedChannel, units: number, channel: number): readonly PresentedVoucher[] {
  if (state.chargedUnits + units <= state.coveredUnits || best === undefined) return []
  return [{ channel, maxClaimableAmount: best.maxClaimableAmount, signature: best.signature }]
}
