import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bitsOf, checkSigns, oneBitSketch, signsOf } from '../../attribution/querySketch.ts'
import { quantise } from '../../attribution/sketch.ts'
import { codeCounts } from './draws.ts'

const vectors = codeCounts.chain((k) =>
  fc.float32Array({ minLength: k, maxLength: k, noNaN: true, noDefaultInfinity: true }),
)

describe('a query sketch', () => {
  it('has dimension 0 as the highest bit of its first byte, and 1 where a value is not below zero', () => {
    const vector = new Float32Array(64).fill(-1)
    vector.set([1, -1, 0, -0, -(2 ** -149), 2 ** -149])
    vector[63] = 5
    expect([...oneBitSketch(vector)]).toEqual([0b10110100, 0, 0, 0, 0, 0, 0, 1])
  })

  it('is its signs, and the other way round', () => {
    fc.assert(
      fc.property(vectors, (vector) => {
        const bits = oneBitSketch(vector)
        const signs = signsOf(bits)
        expect([...signs]).toEqual([...vector].map((x) => (x >= 0 ? 1 : -1)))
        expect(bitsOf(signs)).toEqual(bits)
      }),
    )
  })

  it('goes with the int4 codes of the same vector', () => {
    fc.assert(
      fc.property(vectors, (vector) => {
        expect(() => checkSigns(oneBitSketch(vector), quantise(vector))).not.toThrow()
      }),
    )
  })

  it('does not go with a code of the other sign, nor with codes of another length', () => {
    const bits = new Uint8Array(8).fill(0xff)
    const codes = new Int8Array(64)
    expect(() => checkSigns(bits, codes.with(9, 7))).not.toThrow()
    expect(() => checkSigns(bits, codes.with(9, -1))).toThrow('Code 9 of a query is -1, but its bit is 1')
    expect(() => checkSigns(bits.with(1, 0xbf), codes.with(9, 3))).toThrow('Code 9 of a query is 3, but its bit is 0')
    expect(() => checkSigns(bits, new Int8Array(128))).toThrow('A query sketch of 64 bits does not go with 128 codes')
  })

  it('is made of finite numbers and a length that models have', () => {
    expect(() => oneBitSketch(new Float32Array(64).with(3, Number.NaN))).toThrow('Entry 3 of a vector to sketch is NaN')
    expect(() => oneBitSketch(new Float32Array(64).with(3, Infinity))).toThrow(
      'Entry 3 of a vector to sketch is Infinity',
    )
    expect(() => oneBitSketch(new Float32Array(63))).toThrow('A sketch cannot have 63 codes')
  })
})
