import { availableParallelism } from 'node:os'
import { blocksOf } from '../../attribution/fast/rowBlocks.ts'
import { fitSketcherFast, type GradientBlocks, sketchBlocks } from '../../attribution/fast/sketcher.ts'
import type { SketchedBlock } from '../../attribution/fast/sketchMap.ts'
import { openSketchPool } from '../../attribution/fast/sketchPool.ts'
import type { Rows } from '../../attribution/matrix.ts'
import type { Sketcher, SketchSettings } from '../../attribution/sketcher.ts'
import type { SketchManifest } from '../run/manifest.ts'
import { RunError } from '../run/runError.ts'
import { float32Of, formatSafetensors, parseSafetensors } from '../run/safetensors.ts'

/** gradients.safetensors → sketcher.safetensors: the map that rows and queries of one model are sketched with. */

export function fitRunSketcher({ u, v }: { readonly u: Rows; readonly v: Rows }, sketch: SketchManifest): Sketcher {
  return fitSketcherFast({ u: blocksOf(u), v: blocksOf(v) }, settingsOf(sketch))
}

/** A run's rows as they are known from then on: a thousand bytes each where their gradients were many thousands. */
export interface SketchedRows {
  readonly sketcher: Sketcher
  /** By row number. */
  readonly codes: readonly Int8Array[]
  /** What the codes were quantised from. */
  readonly mapped: Rows
}

/** From so many numbers a gradient tensor is worth the start of a worker thread for every core. */
const LARGE = 2 ** 24
const MOST_WORKERS = 8

/** Fits a sketcher to gradients that need not fit into memory, and sketches them all: the same, however many workers do it. */
export async function sketchGradients(
  gradients: GradientBlocks,
  sketch: SketchManifest,
  workers: number = workersFor(gradients.u),
): Promise<SketchedRows> {
  const { u } = gradients
  const settings = settingsOf(sketch)
  const sketched = collector(u.n, settings.dims)
  if (workers === 0) {
    const sketcher = fitSketcherFast(gradients, settings)
    for (const block of sketchBlocks(sketcher, u)) sketched.add(block)
    return { sketcher, ...sketched.rows() }
  }
  const pool = openSketchPool(workers)
  try {
    const sketcher = await pool.fit(gradients, settings)
    for await (const block of pool.sketch(sketcher, u)) sketched.add(block)
    return { sketcher, ...sketched.rows() }
  } finally {
    await pool.close()
  }
}

function workersFor({ n, width }: GradientBlocks['u']): number {
  return n * width < LARGE ? 0 : Math.min(availableParallelism(), MOST_WORKERS)
}

function collector(n: number, dims: number) {
  const values = new Float32Array(n * dims)
  const codes: Int8Array[] = []
  const add = (block: SketchedBlock) => {
    values.set(block.mapped, codes.length * dims)
    for (let at = 0; at < block.codes.length; at += dims) codes.push(block.codes.subarray(at, at + dims))
  }
  return { add, rows: () => ({ codes, mapped: { n, width: dims, values } }) }
}

export function formatSketcher({ dims, width, map }: Sketcher): Uint8Array {
  return formatSafetensors({ map: { shape: [dims, width], values: map } })
}

export function parseSketcher(file: string, content: Uint8Array): Sketcher {
  const tensor = parseSafetensors(file, content).get('map')
  const [dims, width, ...rest] = tensor?.shape ?? []
  if (tensor === undefined || dims === undefined || width === undefined || rest.length > 0) {
    throw new RunError(file, 'it holds no sketcher', {}, 'Publish the run again; its sketcher is fitted anew.')
  }
  return { dims, width, map: float32Of(file, 'map', tensor) }
}

/** What of the manifest's sketch section the fit needs; the rest is about what is done with the sketches. */
export function settingsOf({ source: _source, ...settings }: SketchManifest): SketchSettings {
  return settings
}
