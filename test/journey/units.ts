/**
 * Units, computed a second time: from the row index that a model's registration names, and from what its events tell. Rules as
 * docs/protocol.md states them, in bigints, sharing no code with the house.
 */
import { getBytes, keccak256 } from 'ethers'
import type { Told } from './logs.ts'

/** A unit as the chain keeps it. */
export interface Unit {
  /** 0 of a joint unit. */
  readonly payee: number
  readonly kept: bigint
  readonly scale: bigint
  readonly fixed: bigint
  readonly codes: readonly bigint[]
}

const HEAD_BYTES = 16
const TOP_SCALE = 65_535n

/** The units of a model, from the events of its registration's pages. */
export function toldUnits(events: readonly Told[], model: number, dims: number): readonly Unit[] {
  const size = HEAD_BYTES + dims / 2
  const pages = events.filter(({ name, args }) => name === 'UnitsRegistered' && Number(args.model) === model)
  return pages.flatMap(({ args }) => {
    const bytes = getBytes(args.units)
    return Array.from({ length: bytes.length / size }, (_, i): Unit => {
      const unit = bytes.subarray(i * size, (i + 1) * size)
      const view = new DataView(unit.buffer, unit.byteOffset, size)
      return {
        payee: view.getUint32(0),
        kept: BigInt(view.getUint16(4)),
        scale: BigInt(view.getUint16(6)),
        fixed: view.getBigUint64(8),
        codes: codesOf(unit.subarray(HEAD_BYTES)),
      }
    })
  })
}

/** What the others' sum says of each unit. */
export function fixedWeights(units: readonly Pick<Unit, 'scale' | 'codes'>[]): readonly bigint[] {
  const total = (units[0]?.codes ?? []).map((_, d) =>
    units.reduce((sum, { scale, codes }) => sum + scale * (codes[d] ?? 0n), 0n),
  )
  return units.map(({ scale, codes }) => {
    const own = scale * scale * dot(codes, codes)
    const weight = scale * dot(codes, total) - own
    return weight > 0n ? weight : 0n
  })
}

/** Scales, sketches and kept rows of units as the rows of a row index make them. */
export function unitsOfRows(file: Uint8Array, name: string): readonly Omit<Unit, 'payee' | 'fixed'>[] {
  if (keccak256(file) !== name) throw new Error(`the row index ${name} hashes to ${keccak256(file)}`)
  const sums = readSums(file)
  const peaks = sums.map(({ sum }) => largest(sum.map(size)))
  const top = largest(peaks)
  return sums.map(({ kept, sum }, u) => {
    const peak = peaks[u] as bigint
    return {
      kept,
      scale: top === 0n ? 0n : rounded(TOP_SCALE * peak, top),
      codes: sum.map((x) => (peak === 0n ? 0n : x < 0n ? -rounded(-7n * x, peak) : rounded(7n * x, peak))),
    }
  })
}

function readSums(file: Uint8Array): { kept: bigint; sum: bigint[] }[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const dims = view.getUint32(8)
  let at = 20
  return Array.from({ length: view.getUint32(12) }, () => {
    const rows = view.getUint32(at)
    at += 4
    let kept = 0n
    const sum = new Array<bigint>(dims).fill(0n)
    for (let row = 0; row < rows; row++) {
      const multiplier = BigInt(view.getUint16(at + 32))
      codesOf(file.subarray(at + 34, at + 34 + dims / 2)).forEach((code, d) => {
        sum[d] = (sum[d] as bigint) + multiplier * code
      })
      at += 34 + dims / 2 + (multiplier === 0n ? 6 : 0)
      if (multiplier > 0n) kept += 1n
    }
    return { kept, sum }
  })
}

export function codesOf(sketch: Uint8Array): readonly bigint[] {
  const signed = (nibble: number): bigint => BigInt(nibble > 7 ? nibble - 16 : nibble)
  return [...sketch].flatMap((byte) => [signed(byte >> 4), signed(byte & 15)])
}

export function dot(a: readonly bigint[], b: readonly bigint[]): bigint {
  return a.reduce((sum, x, d) => sum + x * (b[d] ?? 0n), 0n)
}

/** Of numbers that are not negative. */
export function largest(values: readonly bigint[]): bigint {
  let most = 0n
  for (const value of values) if (value > most) most = value
  return most
}

function size(x: bigint): bigint {
  return x < 0n ? -x : x
}

/** Of nothing negative, ties up. */
function rounded(part: bigint, whole: bigint): bigint {
  return (2n * part + whole) / (2n * whole)
}
