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
import { RERUN, RunError } from './runError.ts'

const LENGTH_BYTES = 8
const ALIGNMENT = 8

const ELEMENT_BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const
export type Dtype = keyof typeof ELEMENT_BYTES

export interface Tensor {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  /** Little-endian, as in the file. */
  readonly bytes: Uint8Array
}

const size = z.number().int().nonnegative()
const tensorSchema = z.strictObject({
  dtype: z.enum(Object.keys(ELEMENT_BYTES) as [Dtype, ...Dtype[]]),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
})
const headerSchema = z.record(z.string(), z.unknown())
const metadataSchema = z.record(z.string(), z.string())

/** All tensors of a file, by name. `file` is for the error's sake. */
export function parseSafetensors(file: string, content: Uint8Array): ReadonlyMap<string, Tensor> {
  const dataStart = LENGTH_BYTES + headerLength(file, content)
  const entries = Object.entries(parseHeader(file, content.subarray(LENGTH_BYTES, dataStart)))
  const tensors = new Map<string, Tensor>()
  const spans: { readonly name: string; readonly start: number; readonly end: number }[] = []
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
    const expected = shape.reduce((product, length) => product * length, ELEMENT_BYTES[dtype])
    if (end - start !== expected)
      throw malformed(file, `tensor "${name}" has offsets that do not fit its shape`, {
        shape: shape.join('×'),
        dtype,
        expectedBytes: expected,
        start,
        end,
      })
    if (dataStart + end > content.length)
      throw malformed(file, `tensor "${name}" reaches beyond the end: the file is cut short`, {
        end: dataStart + end,
        fileBytes: content.length,
      })
    spans.push({ name, start, end })
    tensors.set(name, { dtype, shape, bytes: content.subarray(dataStart + start, dataStart + end) })
  }
  checkCover(file, spans, content.length - dataStart)
  return tensors
}

/** The numbers of a float32 tensor. */
export function float32Of(file: string, name: string, { dtype, bytes }: Tensor): Float32Array {
  if (dtype !== 'F32') throw malformed(file, `tensor "${name}" is not float32`, { dtype })
  const { buffer } = Uint8Array.from(bytes)
  if (endianness() === 'BE') Buffer.from(buffer).swap32()
  return new Float32Array(buffer)
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
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] }
    offset += values.byteLength
  }
  const json = JSON.stringify(header)
  const padded = json.padEnd(json.length + ((ALIGNMENT - (Buffer.byteLength(json) % ALIGNMENT)) % ALIGNMENT))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(padded)))
  return Buffer.concat([
    length,
    Buffer.from(padded),
    ...Object.values(tensors).map(({ values }) => littleEndian(values)),
  ])
}

function littleEndian(values: Float32Array): Buffer {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  return endianness() === 'BE' ? Buffer.from(bytes).swap32() : bytes
}

function headerLength(file: string, content: Uint8Array): number {
  if (content.length < LENGTH_BYTES) throw malformed(file, 'it is too short for a header', { bytes: content.length })
  const length = new DataView(content.buffer, content.byteOffset, LENGTH_BYTES).getBigUint64(0, true)
  if (length > BigInt(content.length - LENGTH_BYTES))
    throw malformed(file, 'its header is longer than the file', { headerBytes: length, fileBytes: content.length })
  return Number(length)
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

function checkCover(
  file: string,
  spans: readonly { readonly name: string; readonly start: number; readonly end: number }[],
  dataBytes: number,
): void {
  let covered = 0
  for (const { name, start, end } of spans.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < covered) throw malformed(file, `tensor "${name}" overlaps the one before`, { start, covered })
    if (start > covered) throw malformed(file, `there is a hole before tensor "${name}"`, { start, covered })
    covered = end
  }
  if (covered !== dataBytes) throw malformed(file, 'it has bytes after its last tensor', { covered, dataBytes })
}

function malformed(file: string, what: string, facts: RunError['facts']): RunError {
  return new RunError(file, what, facts, RERUN)
}
