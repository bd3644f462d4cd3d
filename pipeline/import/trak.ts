/**
 * TRAK: `metadata.json`, and for every checkpoint `<id>/grads.mmap` (n × dimension), the projected gradients of the model's
 * output, and `<id>/out_to_loss.mmap` (n × 1), how the loss follows that output. All are NumPy files, float16 or float32.
 *
 * MadryLab/trak, trak/savers.py: MmapSaver, at 008321793ef0d42bfed0a56b6161fd4799e9e145. TRAK keeps out_to_loss without its
 * sign (1 − p; trak/modelout_functions.py at 006d6e1e2847c1b05f4d1b1a99b4b0e4982504a4): a higher output is a lower loss, so a
 * row's loss gradient is −out_to_loss · grads. `features.mmap` is whitened already and of no use here.
 */
import { z } from 'zod'
import { FLOAT_BYTES } from '../run/floats.ts'
import { RunError } from '../run/runError.ts'
import { type NpyHeader, readNpyHeader } from './npy.ts'
import { type RowSource, readBlock, requireFinite, requireSize, rowsPerPiece } from './rowSource.ts'
import { beside, type OpenFile, openFile, readJson, type SourceFolder } from './sourceFolder.ts'

const metadataSchema = z.looseObject({
  'JL dimension': z.coerce.number().int().positive(),
  'JL matrix type': z.string(),
  'train set size': z.coerce.number().int().positive(),
})
const checkpointSchema = z.record(
  z.string(),
  z.object({ total_num_featurized: z.int().nonnegative(), is_finalized: z.union([z.int(), z.boolean()]) }),
)

export function isTrak({ files }: SourceFolder): boolean {
  return files.some((file) => /(^|\/)\d+\/(grads|features|out_to_loss)\.mmap$/.test(file))
}

/** @param checkpoint Which model id, where the folder holds several. */
export function readTrak(source: SourceFolder, checkpoint?: string): RowSource {
  const grads = chooseCheckpoint(source, checkpoint)
  const metadata = grads.replace(/\d+\/grads\.mmap$/, 'metadata.json')
  const about = readJson(source, metadata, metadataSchema, "TRAK's metadata")
  const [n, width] = [about['train set size'], about['JL dimension']]
  const factors = beside(grads, 'out_to_loss.mmap')
  const idFile = requireFeaturised(source, grads, n)
  for (const [file, side] of [
    [grads, width],
    [factors, 1],
  ] as const) {
    const open = openFile(source, file)
    try {
      requireShape(open, n, side)
    } finally {
      open.close()
    }
  }
  return {
    tool: 'trak',
    content: 'loss-gradient',
    n,
    width,
    modules: [],
    settings: { matrix: about['JL matrix type'], checkpoint: Number(/(\d+)\/grads\.mmap$/.exec(grads)?.[1]) },
    files: [metadata, idFile, grads, factors],
    *blocks() {
      const [gradsFile, factorsFile] = [openFile(source, grads), openFile(source, factors)]
      try {
        const step = rowsPerPiece(width)
        const [head, factorHead] = [requireShape(gradsFile, n, width), requireShape(factorsFile, n, 1)]
        for (let row = 0; row < n; row += step) {
          const rows = Math.min(step, n - row)
          const values = joined(readBlock(gradsFile, part(head, row, rows, width)), rows * width)
          const scale = joined(readBlock(factorsFile, part(factorHead, row, rows, 1)), rows)
          for (let i = 0; i < values.length; i++) {
            values[i] = -(scale[Math.floor(i / width)] as number) * (values[i] as number)
          }
          requireFinite(grads, values, width, row)
          yield values
        }
      } finally {
        gradsFile.close()
        factorsFile.close()
      }
    },
  }
}

function chooseCheckpoint(source: SourceFolder, checkpoint: string | undefined): string {
  const all = source.files.filter((file) => /(^|\/)\d+\/grads\.mmap$/.test(file))
  const chosen = all.filter((file) => checkpoint === undefined || file.endsWith(`${checkpoint}/grads.mmap`))
  const [grads, ...others] = chosen
  if (grads !== undefined && others.length === 0) return grads
  if (all.length === 0)
    throw new RunError(
      'grads.mmap',
      'it is missing: TRAK deletes it once its features are made',
      {},
      'Featurise again, and call finalize_features(del_grads=False).',
    )
  throw new RunError(
    all[0] ?? '',
    checkpoint === undefined ? 'it is one of several checkpoints' : `there is no checkpoint ${checkpoint}`,
    { checkpoints: all.map((file) => /(\d+)\/grads\.mmap$/.exec(file)?.[1]).join(' ') },
    'Choose one with --checkpoint.',
  )
}

/** TRAK writes rows into a file of its final size; only the count says how far it came. */
function requireFeaturised(source: SourceFolder, grads: string, n: number): string {
  const id = /(\d+)\/grads\.mmap$/.exec(grads)?.[1] ?? ''
  const file = grads.replace(/\d+\/grads\.mmap$/, `id_${id}.json`)
  const about = readJson(source, file, checkpointSchema, "TRAK's record of a checkpoint")[id]
  if (about?.total_num_featurized === n) return file
  throw new RunError(
    file,
    'not every training example was featurised',
    { field: 'total_num_featurized', found: about?.total_num_featurized ?? 'none', expected: n },
    'Let TRAK finish: featurize() over the whole training set.',
  )
}

function requireShape(file: OpenFile, n: number, width: number): NpyHeader {
  const header = readNpyHeader(file)
  const shape = header.shape.join('×')
  if (shape !== `${n}×${width}`)
    throw new RunError(
      file.name,
      'it has another shape than metadata.json says',
      { shape, expected: `${n}×${width}`, fields: 'train set size × JL dimension' },
      'Keep the files of one TRAKer in a folder of their own.',
    )
  requireSize(file, header.offset + n * width * FLOAT_BYTES[header.type], { shape })
  return header
}

function part({ offset, type, order }: NpyHeader, row: number, n: number, width: number) {
  return { offset: offset + row * width * FLOAT_BYTES[type], n, width, type, order, firstRow: row }
}

function joined(pieces: Iterable<Float32Array>, length: number): Float32Array {
  const all = new Float32Array(length)
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
