import fc from 'fast-check'
import { type Hex, toRlp } from 'viem'
import { expect, it } from 'vitest'
import { createRlpWriter, type RlpWriter } from '../../sdk/rlp.ts'

type Item = Hex | readonly Item[]

const writer = createRlpWriter()

function write(rlp: RlpWriter, item: Item): void {
  if (typeof item === 'string') {
    rlp.string(item)
    return
  }
  const end = rlp.place()
  for (const one of item.toReversed()) write(rlp, one)
  rlp.closeList(end)
}

function written(item: Item): Hex {
  writer.forget(0)
  write(writer, item)
  return hexOf(writer.since(0))
}

function hexOf(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes).toString('hex')}`
}

const { item: items } = fc.letrec<{ item: Item }>((tie) => ({
  item: fc.oneof(
    { depthSize: 'medium' },
    fc.uint8Array({ maxLength: 70 }).map(hexOf),
    fc.array(tie('item'), { maxLength: 20 }),
  ),
}))

it('anything is written as viem writes it', () => {
  fc.assert(
    fc.property(items, (item) => {
      expect(written(item)).toBe(toRlp(item as Parameters<typeof toRlp>[0]))
    }),
    { numRuns: 1_000 },
  )
})

it('lengths around every change of their prefix are written as viem writes them', () => {
  for (const length of [0, 1, 2, 54, 55, 56, 57, 255, 256, 257, 65_535, 65_536, 65_537]) {
    for (const byte of ['00', '7f', '80', 'ff']) {
      const text: Hex = `0x${byte.repeat(length)}`
      expect(written(text)).toBe(toRlp(text))
      expect(written([text])).toBe(toRlp([text]))
    }
  }
})

it('digits in capitals are the same digits', () => {
  expect(written('0xABCDEF0123')).toBe(toRlp('0xabcdef0123'))
})

it('whole numbers are written without leading zeros, and none at all as nothing', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), fc.nat(255), (value, shift) => {
      const number = value >> BigInt(shift)
      writer.forget(0)
      writer.scalar(number)
      const digits = number.toString(16)
      const bytes: Hex = number === 0n ? '0x' : `0x${digits.length % 2 === 0 ? '' : '0'}${digits}`
      expect(hexOf(writer.since(0))).toBe(toRlp(bytes))
    }),
    { numRuns: 1_000 },
  )
})
