import { zeroAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { type ChannelState, chargeableUnits, chargeFor } from '../../gateway/channels/channelLimits.ts'

const UNIT = 1_000n
const NOW_PLUS = 5_000
const state: ChannelState = {
  signer: `0x${'11'.repeat(20)}`,
  limitUnits: 100,
  coveredUnits: 10,
  chargedUnits: 8,
  depositGwei: 100_000n,
  withdrawnGwei: 0n,
  leavingGwei: 0n,
  leavesAt: 0,
  nextSigner: zeroAddress,
  nextSignerAt: 0,
}
const charge = (change: Partial<ChannelState>, voucher: bigint | undefined, owedUnits: number, fee: number) =>
  chargeFor(
    { state: { ...state, ...change }, voucher: voucher === undefined ? undefined : { units: voucher }, owedUnits },
    fee,
    NOW_PLUS,
    UNIT,
  )

describe('a call', () => {
  it('is covered by what was presented, and beyond it by a voucher, counting what is owed already', () => {
    expect(charge({}, undefined, 0, 2)).toEqual({ kind: 'covered' })
    expect(charge({}, undefined, 0, 3)).toEqual({ kind: 'voucher wanted', units: 11n })
    expect(charge({}, undefined, 1, 2)).toEqual({ kind: 'voucher wanted', units: 11n })
    expect(charge({}, 11n, 1, 2)).toEqual({ kind: 'covered' })
    expect(charge({}, 5n, 0, 2)).toEqual({ kind: 'covered' })
  })

  it('is not covered beyond the deposit, whatever was signed', () => {
    expect(charge({}, 1_000n, 0, 92)).toEqual({ kind: 'covered' })
    expect(charge({}, 1_000n, 0, 95)).toEqual({ kind: 'deposit wanted', units: 3n })
  })

  it('is not covered by what its payer can take back before it must be recorded', () => {
    const leaving = { leavingGwei: 50_500n, leavesAt: NOW_PLUS }
    expect(charge(leaving, 1_000n, 0, 42)).toEqual({ kind: 'deposit wanted', units: 1n })
    expect(charge(leaving, 1_000n, 0, 41)).toEqual({ kind: 'covered' })
    expect(charge({ ...leaving, leavesAt: NOW_PLUS + 1 }, 1_000n, 0, 42)).toEqual({ kind: 'covered' })
  })

  it('is not covered by a voucher whose signer may be replaced before it is presented', () => {
    const proposed = { nextSigner: `0x${'22'.repeat(20)}` as const, nextSignerAt: NOW_PLUS }
    expect(charge(proposed, 50n, 0, 3)).toEqual({ kind: 'voucher wanted', units: 11n })
    expect(charge(proposed, 50n, 0, 2)).toEqual({ kind: 'covered' })
    expect(charge({ ...proposed, nextSignerAt: NOW_PLUS + 1 }, 50n, 0, 3)).toEqual({ kind: 'covered' })
  })

  it('on a channel that nobody opened is refused, and on a walk-in channel covered without a voucher', () => {
    expect(charge({ signer: zeroAddress, depositGwei: 0n }, 50n, 0, 1)).toEqual({ kind: 'no channel' })
    expect(charge({ signer: zeroAddress }, undefined, 0, 2)).toEqual({ kind: 'covered' })
  })
})

describe('what a batch can charge', () => {
  it('is what was presented or signed, as far as the deposit reaches', () => {
    expect(
      [undefined, 5n, 50n, 500n].map((units) => chargeableUnits(state, units === undefined ? undefined : { units })),
    ).toEqual([10n, 10n, 50n, 100n])
  })
})
