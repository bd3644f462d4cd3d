import { describe, expect, it } from 'vitest'
import { RunError } from '../../../pipeline/run/runError.ts'
import { firstNotFinite, float32Of, formatSafetensors, parseSafetensors } from '../../../pipeline/run/safetensors.ts'

const FILE = 'x.safetensors'

/** A file with this header, and so many bytes of data. */
function fileOf(header: unknown, dataBytes: number): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)])
}

const tensor = (start: number, end: number, shape = [(end - start) / 4], dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [start, end],
})
const parse = (content: Uint8Array) => parseSafetensors(FILE, content)

describe('safetensors', () => {
  it('come back as they were written', () => {
    const content = formatSafetensors(
      {
        a: { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) },
        'läyer.b': { shape: [1], values: Float32Array.of(-0.5) },
      },
      { format: 'pt' },
    )
    const tensors = parse(content)
    expect([...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
      ['a', 'F32', [2, 3]],
      ['läyer.b', 'F32', [1]],
    ])
    const [a, b] = [...tensors.entries()].map(([name, found]) => [...float32Of(FILE, name, found)])
    expect([a, b]).toEqual([[1, 2, 3, 4, 5, 6], [-0.5]])
  })

  it('begin their data at a multiple of eight bytes', () => {
    for (const name of ['a', 'ab', 'abc', 'ü'])
      expect(formatSafetensors({ [name]: { shape: [1], values: Float32Array.of(1) } }).length % 8).toBe(4)
  })

  it('may hold tensors of other kinds, empty ones, and in any order', () => {
    const content = fileOf({ late: tensor(8, 12), none: tensor(8, 8, [0, 5]), early: tensor(0, 8, [1], 'I64') }, 12)
    expect([...parse(content).keys()]).toEqual(['late', 'none', 'early'])
  })

  it.each([
    ['a file too short for a header', Buffer.alloc(7), 'too short for a header'],
    ['a header longer than the file', fileOf({ a: tensor(0, 4) }, 4).subarray(0, 20), 'header is longer than the file'],
    ['a header that is no JSON', fileOf('{"a":', 0), 'header is no JSON'],
    ['a header that is no object', fileOf([1], 0), 'header is no JSON object'],
    ['metadata that is no map of strings', fileOf({ __metadata__: { n: 1 } }, 0), 'no map of strings'],
    ['an unknown dtype', fileOf({ a: tensor(0, 4, [1], 'F31') }, 4), 'tensor "a" is not described correctly'],
    ['a negative offset', fileOf({ a: tensor(-4, 0, [1]) }, 4), 'tensor "a" is not described correctly'],
    ['an unknown field', fileOf({ a: { ...tensor(0, 4), stride: [1] } }, 4), 'tensor "a" is not described correctly'],
    ['a shape that does not fit', fileOf({ a: tensor(0, 8, [3]) }, 8), 'offsets that do not fit its shape'],
    ['a file cut short', fileOf({ a: tensor(0, 8) }, 4), 'the file is cut short'],
    ['tensors that overlap', fileOf({ a: tensor(0, 8), b: tensor(4, 12) }, 12), 'tensor "b" overlaps'],
    ['a hole', fileOf({ a: tensor(0, 4), b: tensor(8, 12) }, 12), 'a hole before tensor "b"'],
    ['bytes after the last tensor', fileOf({ a: tensor(0, 4) }, 5), 'bytes after its last tensor'],
  ])('are refused with %s', (_, content, message) => {
    expect(() => parse(content)).toThrow(RunError)
    expect(() => parse(content)).toThrow(message)
    expect(() => parse(content)).toThrow(FILE)
  })

  it('are not read as float32 where they are something else', () => {
    const found = parse(fileOf({ a: tensor(0, 8, [1], 'F64') }, 8)).get('a')
    expect(() => found && float32Of(FILE, 'a', found)).toThrow('is not float32')
  })
})

describe('the first number that is none', () => {
  it('is found, and nothing is found in good ones', () => {
    expect(firstNotFinite(Float32Array.of(1, Number.NaN, Number.POSITIVE_INFINITY))).toBe(1)
    expect(firstNotFinite(Float32Array.of(1, 2, Number.NEGATIVE_INFINITY))).toBe(2)
    expect(firstNotFinite(Float32Array.of(1, 2))).toBe(-1)
  })
})
