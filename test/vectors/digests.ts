import type { Hex } from 'viem'
import { blocksOf } from '../../attribution/fast/rowBlocks.ts'
import { fitSketcherFast, sketchBlocks } from '../../attribution/fast/sketcher.ts'
import { keccak } from '../../attribution/keccak.ts'
import type { Rows } from '../../attribution/matrix.ts'
import { projectOuter } from '../../attribution/projection.ts'
import { type RandomSource, randomSource } from '../../attribution/random.ts'
import { fitSketcher, type Sketcher, type SketchSettings, sketchRows } from '../../attribution/sketcher.ts'

/**
 * From gradients to sketches: projected gradients, a fitted map, the codes of all rows. Only digests are kept. Runs anywhere: Node,
 * and any browser. What a model makes of them: modelDigests.ts.
 */

const ROWS = 300

const SETTINGS: readonly SketchSettings[] = [
  { method: 'pca', dims: 64, curvature: 'gauss-newton', seed: 1, damping: [0.001, 0.01], iterations: 2 },
  { method: 'pca', dims: 128, curvature: 'fisher', seed: 2, damping: [0.01], iterations: 1 },
  { method: 'random', dims: 64, curvature: 'fisher', seed: 3, damping: 0.01 },
]

/** @param path The plain code, which is the truth, or the fast one, which must give the same. */
export function digestVectors(path: 'plain' | 'fast' = 'plain') {
  const next = randomSource(13)
  return SETTINGS.map((settings) => {
    const [u, v] = [drawGradients(next), drawGradients(next)]
    const { sketcher, codes } = path === 'plain' ? sketchPlainly(u, v, settings) : sketchFast(u, v, settings)
    return {
      settings,
      gradients: digestOf(u.values),
      map: digestOf(sketcher.map),
      sketches: keccak(...codes.map(bytesOf)),
    }
  })
}

/**
 * Of three modules, one of which is kept whole: 292 numbers, wide beside 64 dimensions and narrow beside 128. Every seventh row is
 * close to the one before.
 */
export function drawGradients(next: RandomSource): Rows {
  const side = (width: number, keep: number) => {
    const values = new Float32Array(ROWS * width)
    for (let at = 0; at < values.length; at++) {
      const drawn = next() / 2 ** 31 - 1
      const copied = Math.floor(at / width) % 7 === 6
      values[at] = copied ? (values[at - width] as number) * (1 + drawn / 16) : drawn / (1 + (at % width))
    }
    return { rows: { n: ROWS, width, values }, keep }
  }
  const modules = [
    { left: side(4, 4), right: side(40, 13) },
    { left: side(33, 12), right: side(4, 4) },
    { left: side(3, 3), right: side(64, 64) },
  ]
  return projectOuter(modules, ROWS, 5)
}

type SketchedRun = { readonly sketcher: Sketcher; readonly codes: readonly Int8Array[] }

export function sketchPlainly(u: Rows, v: Rows, settings: SketchSettings): SketchedRun {
  const sketcher = fitSketcher({ u, v }, settings)
  return { sketcher, codes: sketchRows(sketcher, u) }
}

export function sketchFast(u: Rows, v: Rows, settings: SketchSettings): SketchedRun {
  const sketcher = fitSketcherFast({ u: blocksOf(u), v: blocksOf(v) }, settings)
  const { dims } = sketcher
  const codes = [...sketchBlocks(sketcher, blocksOf(u))].flatMap((block) =>
    Array.from({ length: block.codes.length / dims }, (_, i) => block.codes.slice(i * dims, (i + 1) * dims)),
  )
  return { sketcher, codes }
}

function digestOf(values: Float32Array): Hex {
  return keccak(bytesOf(values))
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
