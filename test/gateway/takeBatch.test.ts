import { type Hex, zeroAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { takeBatch, USUAL_BATCH } from '../../gateway/batcher/takeBatch.ts'
import { channelName, type UsedChannel } from '../../gateway/channels/channelUse.ts'
import type { Receipt } from '../../sdk/receipt.ts'

const signature: Hex = `0x${'00'.repeat(65)}`

function channel(payer: number, coveredUnits: number, voucher?: bigint): UsedChannel {
  return {
    payer,
    salt: 1,
    state: {
      signer: zeroAddress,
      limitUnits: 1_000,
      coveredUnits,
      chargedUnits: 0,
      depositGwei: 1n,
      withdrawnGwei: 0n,
      leavingGwei: 0n,
      leavesAt: 0,
      nextSigner: zeroAddress,
      nextSignerAt: 0,
    },
    best: voucher === undefined ? undefined : { maxClaimableAmount: voucher, signature, signer: zeroAddress },
    voucher: voucher === undefined ? undefined : { units: voucher },
    owedUnits: 0,
  }
}

/** All that taking reads of a receipt. */
function call(payer: number, feeUnits: number): Receipt {
  const record = `0x${feeUnits.toString(16).padStart(4, '0')}${'00'.repeat(32)}`
  return { payer, channelSalt: 1, record } as Receipt
}

const named = (channels: readonly UsedChannel[]) => new Map(channels.map((one) => [channelName(one), one]))
const payers = ({ receipts }: { readonly receipts: readonly Receipt[] }) => receipts.map(({ payer }) => payer)

describe('a batch', () => {
  it('takes calls in their order, each channel once, with a voucher where the chain does not know enough', () => {
    const channels = named([channel(1, 10), channel(2, 3, 7n)])
    const waiting = [call(2, 3), call(1, 4), call(2, 4), call(1, 6)]
    const { batch, uncovered } = takeBatch(waiting, channels, 0, USUAL_BATCH)
    expect(batch).toEqual({
      receipts: waiting,
      channels: [
        { payer: 2, salt: 1 },
        { payer: 1, salt: 1 },
      ],
      vouchers: [{ channel: 0, maxClaimableAmount: 7n, signature }],
    })
    expect(uncovered).toEqual([])
  })

  it('leaves out calls that their channels do not cover, and no other payer’s', () => {
    const channels = named([channel(1, 5), channel(2, 100)])
    const waiting = [call(1, 3), call(2, 1), call(1, 3), call(3, 1), call(2, 1), call(1, 2)]
    const { batch, uncovered } = takeBatch(waiting, channels, 0, USUAL_BATCH)
    expect(payers(batch)).toEqual([1, 2, 2, 1])
    expect(uncovered).toEqual([waiting[2], waiting[3]])
  })

  it('has no more records, bytes and channels than it may', () => {
    const channels = named(Array.from({ length: 300 }, (_, i) => channel(i + 1, 10)))
    const all = [...channels.values()].map(({ payer }) => call(payer, 1))
    expect(payers(takeBatch(all, channels, 0, { ...USUAL_BATCH, records: 7 }).batch)).toHaveLength(7)
    expect(payers(takeBatch(all, channels, 0, { records: 1_024, bytes: 1_000_000 }).batch)).toHaveLength(255)
    // A record of 35 bytes, its channel and a voucher for it.
    expect(payers(takeBatch(all, channels, 0, { records: 1_024, bytes: 10 * (35 + 8 + 81) }).batch)).toHaveLength(10)
    expect(takeBatch(all, channels, 0, { records: 1_024, bytes: 1_000_000 }).uncovered).toEqual([])
  })
})
