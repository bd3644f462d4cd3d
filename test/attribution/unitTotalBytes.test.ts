import fc from 'fast-check'
import { keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { totalOf } from '../../attribution/fixedWeights.ts'
import { packSketch } from '../../attribution/sketch.ts'
import { decodeUnitTotal, encodeUnitTotal, unitTotalHash } from '../../attribution/unitTotalBytes.ts'
import { codeCounts, flat, single } from './draws.ts'

const LARGEST = 1024 * 65_535 * 7
const BIAS = 2 ** 29
const totals = codeCounts.chain((k) =>
  fc
    .array(fc.oneof(fc.constantFrom(0, 1, -1, LARGEST, -LARGEST), fc.integer({ min: -LARGEST, max: LARGEST })), {
      minLength: k,
      maxLength: k,
    })
    .map((list) => Float64Array.from(list)),
)

describe('the bytes of the total of a model’s units', () => {
  it('hold dimension 64v + 8i + 7 − s of a block of 256 in lane i of word 8v + s', () => {
    const total = Float64Array.from({ length: 1024 }, (_, d) => d - 500)
    const bytes = encodeUnitTotal(total)
    const view = new DataView(bytes.buffer)
    expect(bytes.length).toBe(4096)
    for (let word = 0; word < 128; word++) {
      const [block, v, s] = [word >> 5, (word >> 3) & 3, word & 7]
      const lanes = Array.from({ length: 8 }, (_, i) => view.getUint32(32 * word + 4 * i))
      expect(lanes).toEqual(Array.from({ length: 8 }, (_, i) => 256 * block + 64 * v + 8 * i + 7 - s - 500 + BIAS))
    }
  })

  it('lie where a packed sketch has its codes: word 8v + s is the sketch’s word, 4 s bits to the right', () => {
    for (let d = 0; d < 320; d++) {
      const codes = single(320, d, 1)
      const bytes = encodeUnitTotal(totalOf([{ scale: 1, codes }]))
      const lane = Array.from({ length: 320 }, (_, at) => at).find((at) => bytes[4 * at + 3] === 1) as number
      const [word, i] = [lane >> 3, lane & 7]
      const [v, s] = [word >> 3, word & 7]
      // 32 bytes are 64 codes: eight lanes of 32 bits.
      const packed = new DataView(packSketch(codes).buffer).getUint32(32 * v + 4 * i)
      expect((packed >> (4 * s)) & 15).toBe(1)
    }
  })

  it('have 4k bytes, not a whole block', () => {
    expect([64, 320, 1024].map((k) => encodeUnitTotal(new Float64Array(k)).length)).toEqual([256, 1280, 4096])
  })

  it('are read back as they were written, at the extremes too', () => {
    fc.assert(
      fc.property(totals, (total) => {
        const bytes = encodeUnitTotal(total)
        expect(decodeUnitTotal(bytes)).toEqual(total)
        expect(decodeUnitTotal(Uint8Array.from([9, ...bytes, 9]).subarray(1, 1 + bytes.length))).toEqual(total)
      }),
    )
  })

  it('are never read differently than they would be written', () => {
    fc.assert(
      fc.property(totals, fc.nat(), fc.integer({ min: 1, max: 255 }), (total, place, change) => {
        const bytes = encodeUnitTotal(total)
        const at = place % bytes.length
        const changed = bytes.with(at, (bytes[at] as number) ^ change)
        let read: Float64Array
        try {
          read = decodeUnitTotal(changed)
        } catch {
          return
        }
        expect(encodeUnitTotal(read)).toEqual(changed)
      }),
    )
  })

  it('hold as many units as a model has, all alike', () => {
    const units = Array.from({ length: 1024 }, () => ({ scale: 65_535, codes: flat(64, -7) }))
    expect(decodeUnitTotal(encodeUnitTotal(totalOf(units)))).toEqual(new Float64Array(64).fill(-LARGEST))
  })

  it('are refused with another length, or more than any units come to', () => {
    const bytes = encodeUnitTotal(new Float64Array(64))
    expect(() => decodeUnitTotal(bytes.subarray(4))).toThrow('A sketch cannot have 63 codes')
    expect(() => decodeUnitTotal(bytes.subarray(1))).toThrow('A sketch cannot have 63.75 codes')
    expect(() => decodeUnitTotal(bytes.with(0, 0))).toThrow('Dimension 7 of the total of a model’s units is -536870912')
    for (const entry of [LARGEST + 1, -LARGEST - 1, 0.5, Number.NaN]) {
      expect(() => encodeUnitTotal(new Float64Array(64).with(5, entry))).toThrow(`Dimension 5 of the total`)
    }
  })

  it('have their keccak256 as their name, without sketches too', () => {
    const total = Float64Array.from({ length: 256 }, (_, d) => 3 - d)
    expect(unitTotalHash(total)).toBe(keccak256(encodeUnitTotal(total)))
    expect(encodeUnitTotal(new Float64Array())).toEqual(new Uint8Array())
    expect(decodeUnitTotal(new Uint8Array())).toEqual(new Float64Array())
    expect(unitTotalHash(new Float64Array())).toBe(keccak256('0x'))
  })
})
