/**
 * Reads a run folder and believes nothing: the manifest against its schema, every file against its size and hashes, tensors
 * against the shapes that the manifest implies, rows against the contributions it names. The first thing that does not hold
 * is thrown as a `RunError`; what comes back can be used without further checks.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { z } from 'zod'
import { keccak } from '../../attribution/keccak.ts'
import type { Rows } from '../../attribution/matrix.ts'
import { type AdapterFile, readAdapter } from './adapterFile.ts'
import { digestFile } from './digest.ts'
import { MANIFEST_FILE, manifestSchema, RUN_FILES, type RunManifest, type RunRow } from './manifest.ts'
import { readRows } from './rows.ts'
import { RERUN, RunError } from './runError.ts'
import { firstNotFinite, float32Of, parseSafetensors, type Tensor } from './safetensors.ts'

export interface Run {
  readonly folder: string
  readonly manifest: RunManifest
  /** keccak256 of `run.json`, as registered on chain. */
  readonly manifestHash: Hex
  /** keccak256 of the adapter's weights, as registered on chain. */
  readonly adapterHash: Hex
  readonly adapter: AdapterFile
  /** Row r is at position r. */
  readonly rows: readonly RunRow[]
  /** Projected loss gradients (rows, width), and the factors of their Gauss–Newton matrix. */
  readonly gradients: { readonly u: Rows; readonly v: Rows }
}

export function readRun(folder: string): Run {
  const manifestBytes = readRunFile(folder, MANIFEST_FILE)
  const manifest = parseManifest(manifestBytes)
  const contents = new Map<string, Uint8Array>()
  for (const file of Object.values(RUN_FILES)) contents.set(file, readChecked(folder, file, manifest))
  for (const file of Object.keys(manifest.files)) if (!contents.has(file)) readChecked(folder, file, manifest)
  const contentOf = (file: string): Uint8Array => contents.get(file) as Uint8Array

  return {
    folder,
    manifest,
    manifestHash: keccak(manifestBytes),
    adapterHash: keccak(contentOf(RUN_FILES.adapterModel)),
    adapter: readAdapter(contentOf(RUN_FILES.adapterConfig), contentOf(RUN_FILES.adapterModel), manifest),
    rows: readRows(contentOf(RUN_FILES.rows), manifest),
    gradients: readGradients(contentOf(RUN_FILES.gradients), manifest),
  }
}

/** Reads and checks only what the manifest itself says. */
export function readManifest(folder: string): RunManifest {
  return parseManifest(readRunFile(folder, MANIFEST_FILE))
}

function parseManifest(bytes: Uint8Array): RunManifest {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new RunError(MANIFEST_FILE, 'it is no JSON', { bytes: bytes.length }, RERUN, cause)
  }
  const parsed = manifestSchema.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new RunError(
      MANIFEST_FILE,
      'it is not a manifest that this version reads',
      { field: issue?.path.join('.') || '(whole)', problem: issue?.message ?? z.prettifyError(parsed.error) },
      'Correct the field, or use the version of this software that wrote the run.',
    )
  }
  return parsed.data
}

function readRunFile(folder: string, file: string): Uint8Array {
  try {
    return readFileSync(join(folder, file))
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
    throw new RunError(file, isMissing ? 'it is missing' : 'it cannot be read', { folder }, RERUN, cause)
  }
}

function readChecked(folder: string, file: string, manifest: RunManifest): Uint8Array {
  const expected = manifest.files[file]
  if (expected === undefined)
    throw new RunError(MANIFEST_FILE, `it does not list ${file}`, { field: `files.${file}` }, RERUN)
  const content = readRunFile(folder, file)
  const found = digestFile(content)
  for (const field of ['bytes', 'sha256', 'keccak256'] as const)
    if (found[field] !== expected[field])
      throw new RunError(
        file,
        'it is not the file that the manifest describes',
        { field: `files.${file}.${field}`, expected: expected[field], found: found[field] },
        RERUN,
      )
  return content
}

function readGradients(content: Uint8Array, { dataset, projection }: RunManifest): Run['gradients'] {
  const file = RUN_FILES.gradients
  const tensors = parseSafetensors(file, content)
  const unknown = [...tensors.keys()].find((name) => name !== 'u' && name !== 'v')
  if (unknown !== undefined) throw new RunError(file, `it holds an unknown tensor "${unknown}"`, {}, RERUN)
  const read = (name: 'u' | 'v'): Rows => gradientRows(file, name, tensors.get(name), dataset.rows, projection.width)
  return { u: read('u'), v: read('v') }
}

function gradientRows(file: string, name: string, tensor: Tensor | undefined, n: number, width: number): Rows {
  if (tensor === undefined) throw new RunError(file, `tensor "${name}" is missing`, {}, RERUN)
  const shape = tensor.shape.join('×')
  if (shape !== `${n}×${width}`)
    throw new RunError(
      file,
      `tensor "${name}" has the wrong shape`,
      { shape, expected: `${n}×${width}`, fields: 'dataset.rows × projection.width' },
      RERUN,
    )
  const values = float32Of(file, name, tensor)
  const bad = firstNotFinite(values)
  if (bad >= 0)
    throw new RunError(
      file,
      `tensor "${name}" holds a number that is none`,
      { row: Math.floor(bad / width), entry: bad % width, value: String(values[bad]) },
      'Look at the training step that produced it; a gradient must be finite.',
    )
  return { n, width, values }
}
