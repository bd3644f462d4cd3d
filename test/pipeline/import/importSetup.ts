import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { afterAll, expect } from 'vitest'
import { keccak } from '../../../attribution/keccak.ts'
import { rootOf } from '../../../attribution/merkle.ts'
import { type ImportOptions, importRun } from '../../../pipeline/import/importRun.ts'
import { RunError } from '../../../pipeline/run/runError.ts'
import { itemsTree } from '../../../sdk/contribution.ts'

/** Fixtures: how they were made is said in the scripts beside them. */
export const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name)

/** A new folder for every call, gone when the file's tests are. */
export function scratch(): (name?: string) => string {
  const root = mkdtempSync(join(tmpdir(), 'import-'))
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  let made = 0
  return (name = 'folder') => join(root, `${made++}-${name}`)
}

/** A copy of fixtures, one over another, that may be damaged. */
export function copyOf(folder: string, ...names: readonly string[]): string {
  for (const name of names) cpSync(fixture(name), folder, { recursive: true })
  return folder
}

export const ROWS = 6
export const WIDTH = 64

/** What every attribution fixture holds: attribution.py, `U`. */
export const expectedRows: readonly (readonly number[])[] = Array.from({ length: ROWS }, (_, i) =>
  Array.from({ length: WIDTH }, (_, j) => (((i * 7 + j * 3 + i * j) % 17) - 8) / 8),
)

const hashOf = (text: string): Hex => keccak(new TextEncoder().encode(text))

export const CONTRIBUTIONS = [
  { id: hashOf('first'), itemHashes: ['a', 'b', 'c', 'd'].map(hashOf) },
  { id: hashOf('second'), itemHashes: ['e', 'f'].map(hashOf) },
] as const

/** Options that import `folder`, with commitments of six items in two contributions. */
export function optionsFor(folder: string, out: string, others: Partial<ImportOptions> = {}): ImportOptions {
  const commitments = CONTRIBUTIONS.map(({ id, itemHashes }, i) => {
    const path = `${out}.commitment-${i}.json`
    const items = itemHashes.map((itemHash) => ({ salt: hashOf(`salt of ${itemHash}`), itemHash }))
    writeFileSync(path, JSON.stringify({ itemsRoot: rootOf(itemsTree(itemHashes)), items }))
    return { id, path }
  })
  return {
    folder,
    out,
    base: {
      name: 'tiny-llama',
      source: 'hf://example/tiny-llama',
      revision: '0123abc',
      licence: 'Apache-2.0',
      weights: { sha256: 'ab'.repeat(32) },
    },
    commitments,
    versions: ['4294967297'],
    gradients: fixture('plain'),
    // Null: the base was not quantised. Most fixtures say nothing of it, so it must be said.
    ...(!saysQuantisation(folder) && { quantisation: null }),
    seed: 1,
    ...others,
  }
}

function saysQuantisation(folder: string): boolean {
  const card = join(folder, 'README.md')
  return (
    existsSync(card) && /axolotl config|llama-factory|bnb-4bit|quantization config/.test(readFileSync(card, 'latin1'))
  )
}

/** The one clear error: a file, a sentence, a remedy. */
export function refusalOf(read: () => unknown): Pick<RunError, 'file' | 'message' | 'facts'> {
  try {
    read()
  } catch (error) {
    if (!(error instanceof RunError)) throw error
    const { file, message, facts, remedy } = error
    if (file === '' || !/\.$/.test(remedy)) throw new Error(`no file or no remedy: ${message} (${remedy})`)
    return { file, message, facts }
  }
  throw new Error('Nothing was refused.')
}

/** Imports fixtures into folders that `newFolder` names. */
export function importerOf(newFolder: (name?: string) => string) {
  const importFrom = (folder: string, others: Partial<ImportOptions> = {}) => {
    const out = newFolder('run')
    return { out, ...importRun(optionsFor(folder, out, others)) }
  }

  /** A copy of the fixtures, changed and imported. */
  const importOf = (
    names: readonly string[],
    others: Partial<ImportOptions> = {},
    change: (folder: string) => void = () => {},
  ) => {
    const folder = copyOf(newFolder(), ...names)
    change(folder)
    return importFrom(folder, others)
  }

  /** How a changed copy is refused; nothing may be written. */
  const refusal = (names: readonly string[], change: (folder: string) => void, others: Partial<ImportOptions> = {}) => {
    let out = ''
    const error = refusalOf(() => {
      const folder = copyOf(newFolder(), ...names)
      change(folder)
      out = newFolder('run')
      importRun(optionsFor(folder, out, others))
    })
    expect([existsSync(out), existsSync(`${out}.unfinished`)]).toEqual([false, false])
    return error
  }

  const ownBase = (name: string): Partial<ImportOptions> => ({
    base: { ...optionsFor('', newFolder()).base, name, source: undefined },
  })

  return { importFrom, importOf, refusal, ownBase }
}

export function rewrite(path: string, change: (content: ReturnType<typeof JSON.parse>) => unknown): void {
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))))
}

export function renameBase(folder: string, name: string): void {
  rewrite(join(folder, 'adapter_config.json'), (config) => ({ ...config, base_model_name_or_path: name }))
}
