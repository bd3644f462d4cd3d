/**
 * dattri: `grad/chunk_gradients_<first batch>_<last batch>.mmap`, plain numbers without a header, and `…_metadata.json`
 * beside each: storage_dtype ("uint16" holds bfloat16), shape, layer_dims, and which rows belong to which batch.
 *
 * TRAIS-Lab/dattri, dattri/algorithm/block_projected_if/offload/disk_io/memory_map.py: ChunkedMemoryMapHandler.write_chunk,
 * at 7b416854e55f8a107c8c9dfb9071850c933b835a. Rows are numbered through the batches, in the order of their numbers.
 */
import { z } from 'zod'
import { FLOAT_BYTES, type FloatType } from '../run/floats.ts'
import { RunError } from '../run/runError.ts'
import { type RowSource, readBlock, requireSize } from './rowSource.ts'
import { openFile, readJson, type SourceFolder } from './sourceFolder.ts'

const CHUNK = /(^|\/)chunk_(gradients|ifvp|preconditioners)_\d+_\d+\.mmap$/
const GRADIENTS = /(^|\/)chunk_gradients_\d+_\d+\.mmap$/
const count = z.int().nonnegative()
const metadataSchema = z.looseObject({
  storage_dtype: z.enum(['float32', 'float16', 'float64', 'uint16']),
  shape: z.tuple([z.int().positive(), z.int().positive()]),
  layer_dims: z.array(count).min(1),
  batches: z.array(z.object({ batch_idx: count, start_row: count, end_row: count })).min(1),
})

interface Batch {
  readonly number: number
  readonly file: string
  readonly type: FloatType
  readonly start: number
  readonly rows: number
}

export function isDattri({ files }: SourceFolder): boolean {
  return files.some((file) => CHUNK.test(file))
}

export function readDattri(source: SourceFolder): RowSource {
  const chunks = source.files.filter((file) => GRADIENTS.test(file))
  const [firstFile] = chunks
  if (firstFile === undefined)
    throw new RunError(
      source.files.find((file) => CHUNK.test(file)) ?? 'chunk_gradients_0_0.mmap',
      'it holds what was made of gradients, and the gradients are missing',
      {},
      'Name the folder with the chunk_gradients files; rows are whitened when the run is published.',
    )
  const described = chunks.map((file) => ({ file, ...readChunk(source, file) }))
  const layers = described[0]?.layers ?? []
  const other = described.find((chunk) => chunk.layers.join() !== layers.join())
  if (other !== undefined)
    throw new RunError(
      metadataOf(other.file),
      `it is of another model or projection than ${metadataOf(firstFile)}`,
      { field: 'layer_dims' },
      'Keep the chunks of one cache in a folder of their own.',
    )
  const batches = described.flatMap((chunk) => chunk.batches).toSorted((a, b) => a.number - b.number)
  requireEveryBatch(batches)
  const width = layers.reduce((sum, length) => sum + length, 0)
  return {
    tool: 'dattri',
    content: 'loss-gradient',
    n: batches.reduce((sum, { rows }) => sum + rows, 0),
    width,
    modules: layers.flatMap((length, i) => (length > 0 ? [{ name: `layer ${i}`, width: length }] : [])),
    settings: {},
    files: chunks.flatMap((file) => [metadataOf(file), file]),
    *blocks() {
      let firstRow = 0
      for (const { file, type, start, rows } of batches) {
        const open = openFile(source, file)
        try {
          const offset = start * width * FLOAT_BYTES[type]
          yield* readBlock(open, { offset, n: rows, width, type, firstRow })
        } finally {
          open.close()
        }
        firstRow += rows
      }
    },
  }
}

function readChunk(source: SourceFolder, file: string) {
  const name = metadataOf(file)
  const { storage_dtype, shape, layer_dims, batches } = readJson(
    source,
    name,
    metadataSchema,
    'what dattri says of a chunk',
  )
  const [n, width] = shape
  const type = storage_dtype === 'uint16' ? 'bfloat16' : storage_dtype
  const sum = layer_dims.reduce((total, length) => total + length, 0)
  if (sum !== width)
    throw new RunError(
      name,
      'its layers do not add up to a row',
      { field: 'layer_dims', sum, width },
      'Fetch the chunk and its metadata afresh.',
    )
  const open = openFile(source, file)
  open.close()
  requireSize(open, n * width * FLOAT_BYTES[type], { shape: shape.join('×'), storage_dtype })
  let covered = 0
  for (const { start_row, end_row, batch_idx } of batches.toSorted((a, b) => a.start_row - b.start_row)) {
    if (start_row !== covered || end_row < start_row)
      throw new RunError(
        name,
        `the rows of batch ${batch_idx} do not follow those before`,
        { field: 'batches', start_row, end_row, expected: covered },
        'Fetch the chunk and its metadata afresh.',
      )
    covered = end_row
  }
  if (covered !== n)
    throw new RunError(
      name,
      'its batches are not all of its rows',
      { field: 'batches', rows: covered, expected: n },
      'Fetch the chunk and its metadata afresh.',
    )
  return {
    layers: layer_dims,
    batches: batches.map(
      ({ batch_idx, start_row, end_row }): Batch => ({
        number: batch_idx,
        file,
        type,
        start: start_row,
        rows: end_row - start_row,
      }),
    ),
  }
}

function requireEveryBatch(batches: readonly Batch[]): void {
  const gap = batches.findIndex(({ number }, i) => number !== i)
  if (gap < 0) return
  const { file, number } = batches[gap] as Batch
  throw new RunError(
    metadataOf(file),
    number < gap ? `batch ${number} is there twice` : `the batches before ${number} are missing`,
    { field: 'batches', expected: gap, found: number },
    'Bring all chunks of one cache together, and only those.',
  )
}

function metadataOf(file: string): string {
  return file.replace(/\.mmap$/, '_metadata.json')
}
