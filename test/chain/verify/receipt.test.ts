import fc from 'fast-check'
import { concatHex, type Hex, numberToHex, toRlp } from 'viem'
import { expect, it } from 'vitest'
import { isUnionOf } from '../../../chain/verify/bloom.ts'
import { type Receipt, writeReceipt } from '../../../chain/verify/receipt.ts'
import { createRlpWriter } from '../../../sdk/rlp.ts'

const hexOf = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString('hex')}`
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(hexOf)
const number = fc.bigInt({ min: 0n, max: 2n ** 70n })
const blooms = bytes(256)
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

const receipts: fc.Arbitrary<Receipt> = fc.record({
  type: fc.constantFrom(0, 1, 2, 3, 4, 5, 0x7d, 0x7e, 0x7f),
  blockHash: bytes(32),
  transactionHash: bytes(32),
  status: optional(fc.constantFrom(0n, 1n)),
  root: optional(bytes(32)),
  cumulativeGasUsed: number,
  logsBloom: blooms,
  logs: fc.array(
    fc.record({
      address: bytes(20),
      topics: fc.array(bytes(32), { maxLength: 4 }),
      data: fc.uint8Array({ maxLength: 300 }).map(hexOf),
    }),
    { maxLength: 5 },
  ),
  depositNonce: optional(number),
  depositReceiptVersion: optional(fc.constant(1n)),
})

/** The same in viem's words, plainly. */
function encoded(receipt: Receipt): Hex {
  const { type, status, root, cumulativeGasUsed, logsBloom, logs, depositNonce, depositReceiptVersion } = receipt
  const payload = toRlp([
    status === undefined && root !== undefined ? root : scalar(status ?? 0n),
    scalar(cumulativeGasUsed),
    logsBloom,
    logs.map(({ address, topics, data }) => [address, [...topics], data]),
    ...(type === 0x7e && depositReceiptVersion !== undefined
      ? [scalar(depositNonce ?? 0n), scalar(depositReceiptVersion)]
      : []),
  ])
  return type === 0 ? payload : concatHex([numberToHex(type, { size: 1 }), payload])
}

function scalar(value: bigint): Hex {
  const digits = numberToHex(value).slice(2)
  return value === 0n ? '0x' : `0x${digits.length % 2 === 0 ? '' : '0'}${digits}`
}

it('a receipt of any kind is written as viem writes its parts', () => {
  const rlp = createRlpWriter()
  fc.assert(
    fc.property(receipts, (receipt) => {
      rlp.forget(0)
      writeReceipt(rlp, receipt)
      expect(hexOf(rlp.since(0))).toBe(encoded(receipt))
    }),
    { numRuns: 500 },
  )
})

it('a bloom filter is the union of others where it has all their bits and no other', () => {
  fc.assert(
    fc.property(fc.array(blooms, { maxLength: 5 }), fc.nat(2_047), (some, bit) => {
      const union = some.reduce((all, bloom) => all | BigInt(bloom), 0n)
      const next = union ^ (1n << BigInt(bit))
      expect(isUnionOf(numberToHex(union, { size: 256 }), some)).toBe(true)
      expect(isUnionOf(numberToHex(next, { size: 256 }), some)).toBe(false)
    }),
  )
})
