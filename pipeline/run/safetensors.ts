/**
 * The safetensors format, read strictly:
 *
 *     header length (u64, little-endian) ‖ JSON header {name: {dtype, shape, data_offsets}} ‖ data
 *
 * Refused: a header longer than the file, unknown dtypes, shapes that do not match their offsets, tensors that overlap,
 * holes between them, and bytes after the last. What remains has exactly one meaning.
 */
import { endianness } from 'node:os'
import { z } from 'zod'
import { decodeFloats, type FloatType } from './floats.ts'
import { RERUN, RunError } from './runError.ts'

const LENGTH_BYTES = 8
const ALIGNMENT = 8

/** Every dtype of the format (safetensors 0.8.0, safetensors/src/tensor.rs: Dtype), so that a file is read whatever it holds. */
const ELEMENT_BITS = {
  F64: 64,
  F32: 32,
  F16: 16,
  BF16: 16,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
  C64: 64,
  I64: 64,
  I32: 32,
  I16: 16,
  I8: 8,
  U64: 64,
  U32: 32,
  U16: 16,
  U8: 8,
  BOOL: 8,
} as const
const FLOAT32_BYTES = 4
export type Dtype = keyof typeof ELEMENT_BITS

export interface Tensor {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  /** Little-endian, as in the file. */
  readonly bytes: Uint8Array
}

const size = z.number().int().nonnegative()
const tensorSchema = z.strictObject({
  dtype: z.enum(Object.keys(ELEMENT_BITS) as [Dtype, ...Dtype[]]),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
})
const headerSchema = z.record(z.string(), z.unknown())
const metadataSchema = z.record(z.string(), z.string())

/** A tensor's place in the data part of its file. */
export interface TensorPlace {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly start: number
  readonly end: number
}

/** All tensors of a file, by name. `file` is for the error's sake. */
export function parseSafetensors(file: string, content: Uint8Array): ReadonlyMap<string, Tensor> {
  const dataStart = LENGTH_BYTES + headerLength(file, content, content.length)
  const places = parsePlaces(file, content.subarray(LENGTH_BYTES, dataStart), content.length)
  return new Map(
    [...places].map(([name, { dtype, shape, start, end }]) => [
      name,
      { dtype, shape, bytes: content.subarray(dataStart + start, dataStart + end) },
    ]),
  )
}

/** What a file's writer says about it, a text each. */
export function parseMetadata(file: string, content: Uint8Array): Readonly<Record<string, string>> {
  const end = LENGTH_BYTES + headerLength(file, content, content.length)
  const parsed = metadataSchema.safeParse(parseHeader(file, content.subarray(LENGTH_BYTES, end)).__metadata__ ?? {})
  if (!parsed.success) throw malformed(file, 'its metadata is no map of strings', {})
  return parsed.data
}

/** How many bytes the header takes, from the first eight bytes of a file of `fileBytes`. */
export function headerLength(file: string, content: Uint8Array, fileBytes: number): number {
  if (content.length < LENGTH_BYTES) throw malformed(file, 'it is too short for a header', { bytes: content.length })
  const length = new DataView(content.buffer, content.byteOffset, LENGTH_BYTES).getBigUint64(0, true)
  if (length > BigInt(fileBytes - LENGTH_BYTES))
    throw malformed(file, 'its header is longer than the file', { headerBytes: length, fileBytes })
  return Number(length)
}

/**
 * Where each tensor lies, for files that are too large to be read at once.
 * @param header The JSON, without the length before it.
 */
export function parsePlaces(file: string, header: Uint8Array, fileBytes: number): ReadonlyMap<string, TensorPlace> {
  const dataStart = LENGTH_BYTES + header.length
  const entries = Object.entries(parseHeader(file, header))
  const places = new Map<string, TensorPlace>()
  for (const [name, entry] of entries) {
    if (name === '__metadata__') {
      if (!metadataSchema.safeParse(entry).success) throw malformed(file, 'its metadata is no map of strings', {})
      continue
    }
    const parsed = tensorSchema.safeParse(entry)
    if (!parsed.success)
      throw malformed(file, `tensor "${name}" is not described correctly`, { problem: z.prettifyError(parsed.error) })
    const {
      dtype,
      shape,
      data_offsets: [start, end],
    } = parsed.data
    const expected = shape.reduce((product, length) => product * length, ELEMENT_BITS[dtype]) / 8
    if (end - start !== expected)
      throw malformed(file, `tensor "${name}" has offsets that do not fit its shape`, {
        shape: shape.join('×'),
        dtype,
        expectedBytes: expected,
        start,
        end,
      })
    if (dataStart + end > fileBytes)
      throw malformed(file, `tensor "${name}" reaches beyond the end: the file is cut short`, {
        end: dataStart + end,
        fileBytes,
      })
    places.set(name, { dtype, shape, start, end })
  }
  checkCover(file, places, fileBytes - dataStart)
  return places
}

/** The numbers of a float32 tensor. */
export function float32Of(file: string, name: string, { dtype, bytes }: Tensor): Float32Array {
  if (dtype !== 'F32') throw malformed(file, `tensor "${name}" is not float32`, { dtype })
  return decodeFloats(bytes, 'float32')
}

/** Which floating-point type a dtype is, if it is one. */
export const FLOAT_TYPES: Partial<Record<Dtype, FloatType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
}

/** The numbers of a floating-point tensor, none of them NaN or infinite. */
export function finiteOf(file: string, name: string, { dtype, bytes }: Tensor): Float32Array {
  const type = FLOAT_TYPES[dtype]
  if (type === undefined) throw malformed(file, `tensor "${name}" is no floating-point tensor`, { dtype })
  const values = decodeFloats(bytes, type)
  const bad = firstNotFinite(values)
  if (bad < 0) return values
  throw new RunError(
    file,
    `tensor "${name}" holds a number that is none`,
    { entry: bad, value: String(values[bad]) },
    'Look at the training step that produced it; a weight must be finite.',
  )
}

/** Position of the first NaN or infinity, or -1. */
export function firstNotFinite(values: Float32Array): number {
  return values.findIndex((value) => !Number.isFinite(value))
}

export interface Float32Tensor {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

export function formatSafetensors(
  tensors: Readonly<Record<string, Float32Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]))
  return Buffer.concat([
    formatFloat32Header(shapes, metadata),
    ...Object.values(tensors).map(({ values }) => littleEndian(values)),
  ])
}

/** What stands before the data of float32 tensors, which follow it in the order given. */
export function formatFloat32Header(
  shapes: Readonly<Record<string, readonly number[]>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const [name, shape] of Object.entries(shapes)) {
    const end = offset + shape.reduce((product, length) => product * length, FLOAT32_BYTES)
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, end] }
    offset = end
  }
  const json = JSON.stringify(header)
  const padded = json.padEnd(json.length + ((ALIGNMENT - (Buffer.byteLength(json) % ALIGNMENT)) % ALIGNMENT))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(padded)))
  return Buffer.concat([length, Buffer.from(padded)])
}

export function littleEndian(values: Float32Array): Buffer {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  return endianness() === 'BE' ? Buffer.from(bytes).swap32() : bytes
}

function parseHeader(file: string, bytes: Uint8Array): Record<string, unknown> {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new RunError(file, 'its header is no JSON', { headerBytes: bytes.length }, RERUN, cause)
  }
  const parsed = headerSchema.safeParse(json)
  if (!parsed.success) throw malformed(file, 'its header is no JSON object', {})
  return parsed.data
}

function checkCover(file: string, places: ReadonlyMap<string, TensorPlace>, dataBytes: number): void {
  let covered = 0
  const inOrder = [...places].toSorted(([, a], [, b]) => a.start - b.start || a.end - b.end)
  for (const [name, { start, end }] of inOrder) {
    if (start < covered) throw malformed(file, `tensor "${name}" overlaps the one before`, { start, covered })
    if (start > covered) throw malformed(file, `there is a hole before tensor "${name}"`, { start, covered })
    covered = end
  }
  if (covered !== dataBytes) throw malformed(file, 'it has bytes after its last tensor', { covered, dataBytes })
}

function malformed(file: string, what: string, facts: RunError['facts']): RunError {
  return new RunError(file, what, facts, RERUN)
}
