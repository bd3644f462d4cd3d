/**
 * Floating-point numbers as files hold them → float32. float32, float16 and bfloat16 become float32 without a difference;
 * float64 is rounded, and what is too large for a float32 becomes an infinity, which the checks that follow refuse.
 */
import { endianness } from 'node:os'

export const FLOAT_BYTES = { float64: 8, float32: 4, float16: 2, bfloat16: 2 } as const
export type FloatType = keyof typeof FLOAT_BYTES
export type ByteOrder = 'LE' | 'BE'

/** @param bytes A whole number of numbers; left as they are. */
export function decodeFloats(bytes: Uint8Array, type: FloatType, order: ByteOrder = 'LE'): Float32Array {
  const size = FLOAT_BYTES[type]
  const { buffer } = Uint8Array.from(bytes)
  if (order !== endianness()) swap(Buffer.from(buffer), size)
  if (type === 'float32') return new Float32Array(buffer)
  if (type === 'float64') return Float32Array.from(new Float64Array(buffer))
  if (type === 'float16') return Float32Array.from(new Float16Array(buffer))
  const halves = new Uint16Array(buffer)
  const words = new Uint32Array(halves.length)
  for (let i = 0; i < halves.length; i++) words[i] = (halves[i] as number) << 16
  return new Float32Array(words.buffer)
}

function swap(bytes: Buffer, size: 2 | 4 | 8): void {
  if (size === 2) bytes.swap16()
  else if (size === 4) bytes.swap32()
  else bytes.swap64()
}
