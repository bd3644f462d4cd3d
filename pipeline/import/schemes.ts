/** Schemes of quantisation as a manifest and a command say them. */
import type { ImportedManifest } from '../run/importedManifest.ts'

/** Null where nothing is quantised. */
export type Quantisation = ImportedManifest['quantisation']

/** bitsandbytes and torchao quantise four-bit weights in blocks of 64. */
const BLOCK = 64

export function int8(): Quantisation {
  return { scheme: 'int8', bits: 8, doubleQuant: false, blockSize: null }
}

export function fourBits(scheme: string, doubleQuant: boolean): Quantisation {
  return { scheme, bits: 4, doubleQuant, blockSize: BLOCK }
}

export const SCHEMES =
  'none, int8, nf4, fp4, nf4+double, fp4+double, or a method and its bits, such as gptq-4, awq-4, fp8-8'

/** Undefined where a text is no scheme. */
export function parseQuantisation(text: string): Quantisation | undefined {
  if (text === 'none') return null
  if (text === 'int8') return int8()
  const [, scheme, double] = /^(nf4|fp4)(\+double)?$/.exec(text) ?? []
  if (scheme !== undefined) return fourBits(scheme, double !== undefined)
  const [, method, bits] = /^([a-z][a-z0-9-]*)-(\d{1,2})$/.exec(text) ?? []
  if (method === undefined || ['none', 'int8', 'nf4', 'fp4'].includes(method)) return undefined
  return Number(bits) >= 1 && Number(bits) <= 16
    ? { scheme: method, bits: Number(bits), doubleQuant: false, blockSize: null }
    : undefined
}

export function wordsOf(value: Quantisation): string {
  if (value === null) return 'none'
  return `${value.scheme}, ${value.bits} bits${value.doubleQuant ? ', scales quantised again' : ''}`
}
