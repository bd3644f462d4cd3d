import fc from 'fast-check'
import { keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { decodeSum, encodeSum, sumHash } from '../../attribution/querySumBytes.ts'
import { codeCounts } from './draws.ts'

const LARGEST = 1024 * 65_535
const sums = codeCounts.chain((k) =>
  fc
    .array(fc.oneof(fc.constantFrom(0, LARGEST), fc.integer({ min: 0, max: LARGEST })), { minLength: k, maxLength: k })
    .map((list) => Uint32Array.from(list)),
)

describe('the bytes of a sum', () => {
  it('hold dimension 32 · i + j of a block of 256 in lane i of word j', () => {
    const sum = Uint32Array.from({ length: 1024 }, (_, d) => d + 1)
    const bytes = encodeSum(sum)
    const view = new DataView(bytes.buffer)
    expect(bytes.length).toBe(4096)
    for (let d = 0; d < 1024; d++) {
      const [block, i, j] = [Math.floor(d / 256), Math.floor((d % 256) / 32), d % 32]
      expect(view.getUint32(1024 * block + 32 * j + 4 * i)).toBe(d + 1)
    }
  })

  it('fill up a block with zeros', () => {
    const bytes = encodeSum(new Uint32Array(64).fill(1))
    const word = [0, 0, 0, 1, 0, 0, 0, 1, ...new Array(24).fill(0)]
    expect([...bytes]).toEqual(Array.from({ length: 32 }, () => word).flat())
  })

  it('are read back as they were written', () => {
    fc.assert(
      fc.property(sums, (sum) => {
        expect(decodeSum(encodeSum(sum), sum.length)).toEqual(sum)
      }),
    )
  })

  it('are never read differently than they would be written', () => {
    const changes = fc.tuple(sums, fc.nat(), fc.integer({ min: 1, max: 255 }))
    fc.assert(
      fc.property(changes, ([sum, place, change]) => {
        const bytes = encodeSum(sum)
        const at = place % bytes.length
        const changed = bytes.with(at, (bytes[at] as number) ^ change)
        let read: Uint32Array
        try {
          read = decodeSum(changed, sum.length)
        } catch {
          return
        }
        expect(encodeSum(read)).toEqual(changed)
      }),
    )
  })

  it('are refused with another length, a lane that no dimension has, or more than a batch’s fees', () => {
    const bytes = encodeSum(new Uint32Array(64))
    expect(() => decodeSum(bytes.subarray(1), 64)).toThrow('A sum of 64 dimensions has 1024 bytes; this one has 1023')
    expect(() => decodeSum(bytes.with(11, 3), 64)).toThrow('A sum of 64 dimensions holds 3 for dimension 64')
    expect(() => decodeSum(bytes.with(0, 4), 64)).toThrow('Dimension 0 of a batch’s sum is 67108864')
    expect(() => decodeSum(bytes, 65)).toThrow('A sketch cannot have 65 codes')
    expect(() => encodeSum(new Uint32Array(64).with(5, LARGEST + 1))).toThrow(
      'Dimension 5 of a batch’s sum is 67107841',
    )
  })

  it('have their keccak256 as their name, and 32 zero bytes where there are no sketches', () => {
    const sum = Uint32Array.from({ length: 256 }, (_, d) => d)
    expect(sumHash(sum)).toBe(keccak256(encodeSum(sum)))
    expect(sumHash(new Uint32Array())).toBe(`0x${'00'.repeat(32)}`)
    expect(encodeSum(new Uint32Array())).toEqual(new Uint8Array())
    expect(decodeSum(new Uint8Array(), 0)).toEqual(new Uint32Array())
  })
})
