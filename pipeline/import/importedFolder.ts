import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { digestPath, type FileDigest } from '../run/digest.ts'
import { type ImportedManifest, importedSchema } from '../run/importedManifest.ts'
import { MANIFEST_FILE, RUN_FILES } from '../run/manifest.ts'
import { RunError } from '../run/runError.ts'
import { formatFloat32Header, littleEndian } from '../run/safetensors.ts'
import { requireNewFolder } from '../run/writeRun.ts'
import type { RowSource } from './rowSource.ts'

/**
 * A run folder in the making: everything goes into a folder beside it, which takes its name at the very end. Where anything
 * fails, nothing is left.
 */
export interface ImportedFolder {
  readonly write: (name: string, content: string | Uint8Array) => void
  /** Takes a file of any size over as it is. */
  readonly take: (name: string, path: string) => void
  /** Streams the rows into `gradients.safetensors`. */
  readonly writeRows: (rows: RowSource, onProgress?: (done: number, total: number) => void) => WrittenRows
}

export interface WrittenRows {
  /** Rows without a single number other than zero, which no answer can be attributed to. */
  readonly zeroRows: number
}

export function writeImported(
  folder: string,
  fill: (into: ImportedFolder) => Omit<ImportedManifest, 'files'>,
): ImportedManifest {
  requireNewFolder(folder)
  const unfinished = `${folder}.unfinished`
  if (existsSync(unfinished)) rmSync(unfinished, { recursive: true })
  mkdirSync(unfinished, { recursive: true })
  try {
    const names = new Set<string>()
    const pathOf = (name: string): string => {
      names.add(name)
      return join(unfinished, name)
    }
    const described = fill({
      write: (name, content) => writeFileSync(pathOf(name), content),
      // Shares the disk's blocks where the file system can; never a link, since trainers write into their files.
      take: (name, path) => copyFileSync(path, pathOf(name), constants.COPYFILE_FICLONE),
      writeRows: (rows, onProgress) => writeRows(pathOf(RUN_FILES.gradients), rows, onProgress),
    })
    const files: Record<string, FileDigest> = {}
    for (const name of names) files[name] = digestPath(join(unfinished, name))
    const manifest = parsedManifest({ ...described, files })
    writeFileSync(join(unfinished, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`)
    renameSync(unfinished, folder)
    return manifest
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    throw error
  }
}

/** What tools say may be anything; what cannot stand in a manifest is refused by the name that it would have there. */
function parsedManifest(described: ImportedManifest): ImportedManifest {
  const parsed = importedSchema.safeParse(described)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RunError(
    MANIFEST_FILE,
    'the files of the run say something that a manifest cannot',
    { field: issue?.path.join('.') || '(whole)', problem: issue?.message ?? '' },
    'Correct the file that says it, or fetch it afresh.',
  )
}

function writeRows(path: string, rows: RowSource, onProgress?: (done: number, total: number) => void): WrittenRows {
  const { n, width } = rows
  const file = openSync(path, 'w')
  try {
    const header = formatFloat32Header({ u: [n, width] })
    writeAll(file, header, 0)
    let at = header.length
    let done = 0
    let zeroRows = 0
    for (const block of rows.blocks()) {
      zeroRows += countZeroRows(block, width)
      writeAll(file, littleEndian(block), at)
      at += block.byteLength
      done += block.length / width
      onProgress?.(done, n)
    }
    if (done !== n) throw new Error(`${rows.tool} gave ${done} rows of ${n}`)
    if (zeroRows === n)
      throw new RunError(
        rows.files.at(-1) ?? '',
        'all of its rows are zero',
        { rows: n },
        'The tool made room for them and wrote none; let it finish.',
      )
    return { zeroRows }
  } finally {
    closeSync(file)
  }
}

function countZeroRows(values: Float32Array, width: number): number {
  let count = 0
  for (let row = 0; row < values.length; row += width)
    if (values.subarray(row, row + width).every((value) => value === 0)) count++
  return count
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, position + done)
}
