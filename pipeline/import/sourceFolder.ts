import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { parsePythonJson } from '../run/pythonJson.ts'
import { RunError } from '../run/runError.ts'

/** A folder that another tool left: its plain files by their paths below it, in order. Nothing in it is ever executed. */
export interface SourceFolder {
  readonly path: string
  readonly files: readonly string[]
}

const DEEPEST = 6
/** Configurations, cards and the metadata of chunks; what holds rows is never read whole. */
const LARGEST_TEXT = 256 * 1024 * 1024
export const FETCH_AGAIN = 'Fetch the folder afresh from where it was made, or run the tool again.'

export function openSource(path: string): SourceFolder {
  if (!isFolder(path))
    throw new RunError(path, 'it is no folder', {}, 'Name the folder that the tool wrote its output to.')
  return { path, files: filesBelow(path, '', 0).toSorted() }
}

/** Links are followed to files only: a cache of the Hub is made of them, and a link to a folder may lead in a circle. */
function filesBelow(root: string, folder: string, depth: number): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.')) return []
    const file = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return depth < DEEPEST ? filesBelow(root, file, depth + 1) : []
    return entry.isFile() || (entry.isSymbolicLink() && isFile(join(root, file))) ? [file] : []
  })
}

export function has(source: SourceFolder, file: string): boolean {
  return source.files.includes(file)
}

/** `file` beside another one of the same source. */
export function beside(file: string, name: string): string {
  const cut = file.lastIndexOf('/')
  return cut < 0 ? name : `${file.slice(0, cut)}/${name}`
}

export function readBytes(source: SourceFolder, file: string): Uint8Array {
  try {
    const path = join(source.path, file)
    const { size } = statSync(path)
    if (size > LARGEST_TEXT)
      throw new RunError(file, 'it is too large to be what its name says', { bytes: size }, FETCH_AGAIN)
    return readFileSync(path)
  } catch (cause) {
    if (cause instanceof RunError) throw cause
    throw new RunError(file, has(source, file) ? 'it cannot be read' : 'it is missing', {}, FETCH_AGAIN, cause)
  }
}

export function readText(source: SourceFolder, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readBytes(source, file))
  } catch (cause) {
    if (cause instanceof RunError) throw cause
    throw new RunError(file, 'it is no text', {}, FETCH_AGAIN, cause)
  }
}

/** @param what What the file should be, for the error's sake: "the index information of Bergson". */
export function readJson<T>(source: SourceFolder, file: string, schema: z.ZodType<T>, what: string): T {
  return parseJson(file, readText(source, file), schema, what)
}

export function parseJson<T>(file: string, text: string, schema: z.ZodType<T>, what: string): T {
  let json: unknown
  try {
    json = parsePythonJson(text)
  } catch (cause) {
    throw new RunError(file, 'it is no JSON', { characters: text.length }, FETCH_AGAIN, cause)
  }
  return parseWith(file, json, schema, what)
}

export function parseWith<T>(file: string, value: unknown, schema: z.ZodType<T>, what: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const found = (issue?.path ?? []).reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown>)?.[key], value)
  if (typeof found === 'number' && !Number.isFinite(found))
    throw new RunError(
      file,
      'it holds NaN or Infinity where a number should be',
      { field: issue?.path.join('.') ?? '', value: String(found) },
      'Look at the step that wrote it.',
    )
  throw new RunError(
    file,
    `it is not ${what}`,
    { field: issue?.path.join('.') || '(whole)', problem: issue?.message ?? z.prettifyError(parsed.error) },
    FETCH_AGAIN,
  )
}

/** A file that is read in parts. Close it when done. */
export interface OpenFile {
  readonly name: string
  readonly size: number
  /** Exactly `length` bytes from `offset`; refuses to give fewer. */
  readonly read: (offset: number, length: number) => Uint8Array
  readonly close: () => void
}

export function openFile(source: SourceFolder, name: string): OpenFile {
  let descriptor: number
  try {
    descriptor = openSync(join(source.path, name), 'r')
  } catch (cause) {
    throw new RunError(name, has(source, name) ? 'it cannot be read' : 'it is missing', {}, FETCH_AGAIN, cause)
  }
  const { size } = fstatSync(descriptor)
  return {
    name,
    size,
    read: (offset, length) => {
      const bytes = Buffer.alloc(length)
      let done = 0
      while (done < length) {
        const read = readSync(descriptor, bytes, done, length - done, offset + done)
        if (read === 0)
          throw new RunError(name, 'it is cut short', { bytes: offset + done, expected: offset + length }, FETCH_AGAIN)
        done += read
      }
      return bytes
    },
    close: () => closeSync(descriptor),
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}
