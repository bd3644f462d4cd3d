/**
 * `gradients.safetensors`, a few megabytes at a time: a run of a million rows is sketched without ever being in memory. The
 * header is compared with the manifest, and every number is looked at once, before any is used.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { GradientBlocks } from '../../attribution/fast/sketcher.ts'
import type { Rows } from '../../attribution/matrix.ts'
import { decodeFloats, FLOAT_BYTES } from './floats.ts'
import { RUN_FILES, RUN_FORMAT, type RunManifest } from './manifest.ts'
import { RERUN, RunError } from './runError.ts'
import { firstNotFinite, headerLength, parsePlaces, type TensorPlace } from './safetensors.ts'

type RowBlocks = GradientBlocks['u']

const FILE = RUN_FILES.gradients
const LENGTH_BYTES = 8
const PIECE_BYTES = 1 << 22

/** Opens the gradients of a run whose file has been compared with its digest. */
export function openGradients(
  folder: string,
  { dataset, projection, sketch, format, files }: RunManifest,
): GradientBlocks {
  const path = join(folder, FILE)
  const size = files[FILE]?.bytes ?? 0
  const length = headerLength(FILE, readAt(path, 0, Math.min(LENGTH_BYTES, size)), size)
  const places = parsePlaces(FILE, readAt(path, LENGTH_BYTES, length), size)
  const unknown = [...places.keys()].find((name) => name !== 'u' && name !== 'v')
  if (unknown !== undefined) throw new RunError(FILE, `it holds an unknown tensor "${unknown}"`, {}, RERUN)

  const open = (name: 'u' | 'v'): RowBlocks => {
    const place = requirePlace(name, places.get(name), dataset.rows, projection.width)
    const blocks = { n: dataset.rows, width: projection.width }
    const from = LENGTH_BYTES + length + place.start
    const rows: RowBlocks = { ...blocks, blocks: () => readRows(path, from, blocks) }
    requireFinite(name, rows)
    return rows
  }
  const u = open('u')
  const isFisher = format !== RUN_FORMAT && sketch.curvature === 'fisher' && !places.has('v')
  return { u, v: isFisher ? u : open('v') }
}

/** All of them in memory, for what looks at rows one by one. */
export function loadRows({ n, width, blocks }: RowBlocks): Rows {
  const values = new Float32Array(n * width)
  let at = 0
  for (const block of blocks()) {
    values.set(block, at)
    at += block.length
  }
  return { n, width, values }
}

function requirePlace(name: string, place: TensorPlace | undefined, n: number, width: number): TensorPlace {
  if (place === undefined) throw new RunError(FILE, `tensor "${name}" is missing`, {}, RERUN)
  const shape = place.shape.join('×')
  if (shape !== `${n}×${width}`)
    throw new RunError(
      FILE,
      `tensor "${name}" has the wrong shape`,
      { shape, expected: `${n}×${width}`, fields: 'dataset.rows × projection.width' },
      RERUN,
    )
  if (place.dtype !== 'F32') throw new RunError(FILE, `tensor "${name}" is not float32`, { dtype: place.dtype }, RERUN)
  return place
}

function requireFinite(name: string, { width, blocks }: RowBlocks): void {
  let row = 0
  for (const values of blocks()) {
    const bad = firstNotFinite(values)
    if (bad >= 0)
      throw new RunError(
        FILE,
        `tensor "${name}" holds a number that is none`,
        { row: row + Math.floor(bad / width), entry: bad % width, value: String(values[bad]) },
        'Look at the training step that produced it; a gradient must be finite.',
      )
    row += values.length / width
  }
}

function* readRows(
  path: string,
  from: number,
  { n, width }: { readonly n: number; readonly width: number },
): Generator<Float32Array> {
  const rowBytes = width * FLOAT_BYTES.float32
  const most = Math.max(1, Math.floor(PIECE_BYTES / rowBytes))
  for (let row = 0; row < n; row += most) {
    const rows = Math.min(most, n - row)
    yield decodeFloats(readAt(path, from + row * rowBytes, rows * rowBytes), 'float32')
  }
}

/** Opens the file anew for every piece, so that no walk that ends early leaves one open. */
function readAt(path: string, position: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(length)
  const file = openSync(path, 'r')
  try {
    for (let done = 0; done < length; ) {
      const read = readSync(file, bytes, done, length - done, position + done)
      if (read === 0)
        throw new RunError(
          FILE,
          'it was cut short while it was read',
          { bytes: position + done, expected: position + length },
          RERUN,
        )
      done += read
    }
  } finally {
    closeSync(file)
  }
  return bytes
}
