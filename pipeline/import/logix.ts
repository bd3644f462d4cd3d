/**
 * LogIX: `log_rank_<r>_chunk_<c>.mmap`, the logs of each example one after another, and `…_metadata.json`, a list of where
 * each example's begin: {data_id, path, offset, shape, block_size, dtype}.
 *
 * logix-project/logix, logix/logging/mmap.py: MemoryMapHandler.write, at ac909b1dac3153a1972c5abf03163c4543acd758. Examples
 * are named by a data_id, in the order in which they were logged. Names that count from 0 are row numbers; for other names
 * (hashes, by default in its Hugging Face patch) the caller gives the order.
 */
import { z } from 'zod'
import { FLOAT_BYTES } from '../run/floats.ts'
import { RunError } from '../run/runError.ts'
import { type RowSource, readBlock, requireSize, rowsPerPiece } from './rowSource.ts'
import { openFile, readJson, type SourceFolder } from './sourceFolder.ts'

const LOG = /(^|\/)log_rank_(\d+)_chunk_(\d+)\.mmap$/
const side = z.int().positive()
const entrySchema = z.object({
  data_id: z.union([z.string(), z.int()]),
  path: z.array(z.array(z.string()).min(1)).min(1),
  offset: z.int().nonnegative(),
  shape: z.array(z.array(side)).min(1),
  block_size: side,
  dtype: z.enum(['float16', 'float32', 'float64']),
})
const metadataSchema = z.array(entrySchema).min(1)
type Entry = z.infer<typeof entrySchema>

interface Log {
  readonly mmap: string
  readonly metadata: string
}

/** What all examples have in common. */
interface Form {
  readonly key: string
  readonly modules: RowSource['modules']
  readonly width: number
  readonly type: Entry['dtype']
}

/** Where an example's numbers are. */
interface Place {
  readonly log: number
  readonly offset: number
}

export function isLogix({ files }: SourceFolder): boolean {
  return files.some((file) => LOG.test(file))
}

/** @param order The data_id of every row, row 0 first, where they do not count from 0 themselves. */
export function readLogix(source: SourceFolder, order?: readonly string[]): RowSource {
  const logs = source.files
    .filter((file) => LOG.test(file))
    .toSorted((a, b) => numberOf(a, 2) - numberOf(b, 2) || numberOf(a, 3) - numberOf(b, 3))
    .map((mmap): Log => ({ mmap, metadata: mmap.replace(/\.mmap$/, '_metadata.json') }))
  const places = new Map<string, Place>()
  let form: Form | undefined
  for (const [log, file] of logs.entries()) form = readMetadata(source, file, log, places, form)
  if (form === undefined) throw new RunError('log_rank_0_chunk_0.mmap', 'it is missing', {}, 'Name the log folder.')
  const { width, type, modules } = form
  const rows = inOrder(logs[0]?.metadata ?? '', places, order)
  return {
    tool: 'logix',
    content: 'loss-gradient',
    n: rows.length,
    width,
    modules,
    settings: { dtype: type },
    files: logs.flatMap(({ metadata, mmap }) => [metadata, mmap]),
    *blocks() {
      const open = logs.map(({ mmap }) => openFile(source, mmap))
      try {
        const step = rowsPerPiece(width)
        for (let first = 0; first < rows.length; first += step) {
          const taken = rows.slice(first, first + step)
          const values = new Float32Array(taken.length * width)
          for (const [i, { log, offset }] of taken.entries()) {
            const file = open[log]
            if (file === undefined) throw new Error('every place is in a log that was read')
            const block = { offset, n: 1, width, type, firstRow: first + i }
            for (const row of readBlock(file, block)) values.set(row, i * width)
          }
          yield values
        }
      } finally {
        for (const file of open) file.close()
      }
    },
  }
}

/** Notes where every example of one log is, and checks that all are of one form and fill the file without a gap. */
function readMetadata(
  source: SourceFolder,
  { mmap, metadata }: Log,
  log: number,
  places: Map<string, Place>,
  form: Form | undefined,
): Form {
  const entries = readJson(source, metadata, metadataSchema, 'what LogIX says of a log')
  let end = 0
  let common = form
  for (const entry of entries) {
    const found = formOf(metadata, entry)
    common ??= found
    if (found.key !== common.key)
      throw new RunError(
        metadata,
        `example ${entry.data_id} has other modules or shapes than the first`,
        { field: 'shape' },
        'Keep the logs of one model and projection in a folder of their own.',
      )
    const id = String(entry.data_id)
    if (places.has(id))
      throw new RunError(metadata, `example ${id} was logged twice`, { field: 'data_id' }, 'Log one epoch only.')
    if (entry.offset !== end)
      throw new RunError(
        metadata,
        `example ${id} does not begin where the one before ends`,
        { field: 'offset', offset: entry.offset, expected: end },
        'Fetch the log and its metadata afresh, from the same run.',
      )
    places.set(id, { log, offset: entry.offset })
    end += common.width * FLOAT_BYTES[common.type]
  }
  const open = openFile(source, mmap)
  open.close()
  requireSize(open, end, { examples: entries.length })
  if (common === undefined) throw new Error('a log has at least one entry')
  return common
}

function formOf(file: string, { path, shape, block_size, dtype }: Entry): Form {
  const widths = shape.map((sides) => sides.reduce((product, length) => product * length, 1))
  const width = widths.reduce((sum, length) => sum + length, 0)
  const other = path.find((keys) => keys.at(-1) !== 'grad')
  if (other !== undefined)
    throw new RunError(
      file,
      `it logs "${other.join('.')}", which is no gradient`,
      { field: 'path' },
      'Log gradients only: setup({"grad": ["log"]}).',
    )
  if (path.length !== shape.length || width !== block_size)
    throw new RunError(
      file,
      'its shapes do not add up',
      { field: 'block_size', block_size, expected: width, modules: path.length, shapes: shape.length },
      'Fetch the log and its metadata afresh.',
    )
  const modules = path.map((keys, i) => ({ name: keys.slice(0, -1).join('.') || 'model', width: widths[i] ?? 0 }))
  return { key: JSON.stringify([path, shape, dtype]), modules, width, type: dtype }
}

function inOrder(
  file: string,
  places: ReadonlyMap<string, Place>,
  order: readonly string[] | undefined,
): readonly Place[] {
  const ids = order ?? Array.from({ length: places.size }, (_, row) => String(row))
  const rows = ids.map((id, row) => {
    const place = places.get(id)
    if (place !== undefined) return place
    throw order === undefined
      ? new RunError(
          file,
          'its examples are not numbered from 0',
          { missing: id, field: 'data_id' },
          'Give the data_id of every row, one a line and row 0 first, with --ids.',
        )
      : new RunError(file, `it has no example ${id}`, { row, field: 'data_id' }, 'Look at the list of --ids.')
  })
  if (new Set(rows).size === places.size && rows.length === places.size) return rows
  throw new RunError(
    file,
    'its examples are not those that --ids lists, once each',
    { examples: places.size, listed: ids.length, field: 'data_id' },
    'List every example once, in the order of the rows.',
  )
}

function numberOf(file: string, group: number): number {
  return Number(LOG.exec(file)?.[group] ?? 0)
}
