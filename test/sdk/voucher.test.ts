import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  amountCovering,
  compactSignature,
  coveredUnitsOf,
  decodeVouchers,
  encodeVouchers,
  signerOfVoucher,
  signVoucher,
  type Voucher,
} from '../../sdk/voucher.ts'

const place = { chainId: 31_337, address: `0x${'c4'.repeat(20)}` } as const
const signer = privateKeyToAccount(generatePrivateKey())
const message = { channelId: `0x${'11'.repeat(32)}`, maxClaimableAmount: 10n ** 18n } as const
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

describe('a voucher', () => {
  let voucher: Voucher

  beforeAll(async () => {
    voucher = await signVoucher(place, signer, message)
  })

  it('is its signer’s on this chain, for this contract, channel and amount, and nobody’s elsewhere', async () => {
    expect(await signerOfVoucher(place, voucher)).toBe(signer.address)
    const elsewhere = await Promise.all([
      signerOfVoucher({ ...place, chainId: 1 }, voucher),
      signerOfVoucher({ ...place, address: `0x${'c5'.repeat(20)}` }, voucher),
      signerOfVoucher(place, { ...voucher, channelId: `0x${'12'.repeat(32)}` }),
      signerOfVoucher(place, { ...voucher, maxClaimableAmount: 10n ** 18n + 1n }),
    ])
    expect(elsewhere.includes(signer.address)).toBe(false)
  })

  it('is taken with a signature of 65 bytes or 64, and with no other', async () => {
    const { r, vs } = compactSignature(voucher.signature)
    const compact = { ...voucher, signature: `${r}${vs.slice(2)}` as const }
    expect(compactSignature(compact.signature)).toEqual({ r, vs })
    expect(await signerOfVoucher(place, compact)).toBe(signer.address)
    expect(await signerOfVoucher(place, { ...voucher, signature: '0x1234' })).toBeUndefined()
    expect(() => compactSignature('0x1234')).toThrow('A signature of 2 bytes is malformed')
  })

  it('with a high s is not its signer’s, because its compact form is another signature', async () => {
    const { signature } = voucher
    const s = CURVE_ORDER - BigInt(`0x${signature.slice(66, 130)}`)
    const flipped = signature.endsWith('1b') ? '1c' : '1b'
    const high = `${signature.slice(0, 66)}${s.toString(16).padStart(64, '0')}${flipped}` as `0x${string}`
    expect(await signerOfVoucher(place, { ...voucher, signature: high })).not.toBe(signer.address)
  })

  it('covers whole fee units, rounded down', () => {
    const unit = 1_000_000n
    const amount = amountCovering(7n, unit)
    expect(amount).toBe(7n * 10n ** 15n)
    expect([amount - 1n, amount, amount + 1n].map((wei) => coveredUnitsOf(wei, unit))).toEqual([6n, 7n, 7n])
  })

  it('has 81 bytes in a batch: channel, amount and compact signature', () => {
    const { r, vs } = compactSignature(voucher.signature)
    const bytes = encodeVouchers([
      { channel: 3, ...voucher },
      { channel: 4, ...voucher, maxClaimableAmount: 1n },
    ])
    expect(bytes.length).toBe(2 * 81)
    expect(Buffer.from(bytes.subarray(0, 81)).toString('hex')).toBe(
      `03${(10n ** 18n).toString(16).padStart(32, '0')}${r.slice(2)}${vs.slice(2)}`,
    )
    expect(decodeVouchers(bytes)[0]).toMatchObject({ signature: `${r}${vs.slice(2)}`, maxClaimableAmount: 10n ** 18n })
    expect(encodeVouchers(decodeVouchers(bytes))).toEqual(bytes)
    expect(() => decodeVouchers(bytes.subarray(1))).toThrow('are no vouchers of 81 bytes each')
    expect(() => encodeVouchers([{ channel: 0, ...voucher, maxClaimableAmount: 1n << 128n }])).toThrow(
      'A voucher cannot be for',
    )
  })
})
