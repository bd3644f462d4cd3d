import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MalformedError } from '../../attribution/malformed.ts'
import { checkDims, findInvalidCode, packSketch, quantise, unpackSketch } from '../../attribution/sketch.ts'

const codes = fc
  .array(fc.integer({ min: -7, max: 7 }), { minLength: 64, maxLength: 64 })
  .map((list) => Int8Array.from(list))

/** ⌊7·|x| / m + 1/2⌋ with the sign put back, in integers: what the rule says, without floats. */
function exactCode(x: number, largest: number): number {
  const size = Number((14n * BigInt(Math.abs(x)) + BigInt(largest)) / (2n * BigInt(largest)))
  return x < 0 ? -size : size
}

describe('quantising', () => {
  describe('given a vector of floats', () => {
    it('scales by the largest entry', () => {
      expect([...quantise(Float32Array.of(0.5, -1, 0.25, 0))]).toEqual([4, -7, 2, 0])
    })

    it('rounds ties away from zero', () => {
      expect([...quantise(Float32Array.of(14, 1, -1, 3, -3, 13, -13))]).toEqual([7, 1, -1, 2, -2, 7, -7])
    })

    it('agrees with the rule in integers, for every size of number', () => {
      const whole = fc.integer({ min: -(2 ** 24), max: 2 ** 24 })
      fc.assert(
        fc.property(
          fc.array(whole, { minLength: 1, maxLength: 64 }),
          fc.integer({ min: -120, max: 80 }),
          (list, shift) => {
            const largest = Math.max(...list.map(Math.abs))
            const vector = Float32Array.from(list, (x) => x * 2 ** shift)
            expect([...quantise(vector)]).toEqual(
              list.map((x) => (largest === 0 || x === 0 ? 0 : exactCode(x, largest) || 0)),
            )
          },
        ),
      )
    })

    it('does not change when the vector is scaled', () => {
      fc.assert(
        fc.property(fc.float32Array({ minLength: 64, maxLength: 64, noNaN: true, min: -1e6, max: 1e6 }), (vector) => {
          expect(quantise(vector.map((x) => x * 4))).toEqual(quantise(vector))
        }),
      )
    })
  })

  it('gives zeros for a vector of zeros', () => {
    expect(quantise(new Float32Array(64))).toEqual(new Int8Array(64))
  })

  it('does not lose the smallest floats there are', () => {
    expect([...quantise(Float32Array.of(2 ** -149, -(2 ** -149), 0))]).toEqual([7, -7, 0])
  })

  it('refuses what is not a finite number, and says where', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const vector = Float32Array.of(1, 2, value, 4)
      expect(() => quantise(vector)).toThrow(MalformedError)
      expect(() => quantise(vector)).toThrow(`Entry 2 of a vector to sketch is ${value}`)
    }
  })
})

describe('packing', () => {
  it('puts the even code in the high nibble, as two’s complement', () => {
    expect([...packSketch(Int8Array.of(7, -7, 0, -1))]).toEqual([0x79, 0x0f])
  })

  it('is undone by unpacking', () => {
    fc.assert(
      fc.property(codes, (sketch) => {
        expect(unpackSketch(packSketch(sketch))).toEqual(sketch)
      }),
    )
  })

  it('refuses codes that are not codes', () => {
    expect(() => packSketch(Int8Array.of(0, -8))).toThrow('Codes 0 and 1 of a sketch are 0 and -8')
    expect(() => packSketch(Int8Array.of(0, 0, 8, 0))).toThrow('Codes 2 and 3 of a sketch are 8 and 0')
  })
})

describe('unpacking', () => {
  it('refuses the nibble 0x8 and no other', () => {
    for (let byte = 0; byte < 256; byte++) {
      const invalid = byte >> 4 === 8 ? 2 : (byte & 15) === 8 ? 3 : -1
      expect(findInvalidCode(Uint8Array.of(0, byte))).toBe(invalid)
    }
    expect(() => unpackSketch(Uint8Array.of(0, 0x18))).toThrow('Code 3 of a packed sketch is the nibble 0x8')
  })
})

describe('the number of dimensions', () => {
  it('is a multiple of 64 from 64 to 4096', () => {
    for (const dims of [64, 256, 4096]) expect(() => checkDims(dims)).not.toThrow()
    for (const dims of [0, 63, 100, 4160, 64.5, Number.NaN]) {
      expect(() => checkDims(dims)).toThrow(`A sketch cannot have ${dims} dimensions`)
    }
  })
})
