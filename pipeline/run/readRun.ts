/**
 * Reads a run folder and believes nothing: the manifest against its schema, every file against its size and hashes, tensors
 * against the shapes that the manifest implies, rows against the contributions it names. The first thing that does not hold
 * is thrown as a `RunError`; what comes back can be used without further checks.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Hex, hexToBytes } from 'viem'
import { z } from 'zod'
import type { GradientBlocks } from '../../attribution/fast/sketcher.ts'
import { keccak } from '../../attribution/keccak.ts'
import type { Rows } from '../../attribution/matrix.ts'
import { type AdapterFile, readAdapter } from './adapterFile.ts'
import { digestFile, digestPath, type FileDigest } from './digest.ts'
import { loadRows, openGradients } from './gradientFile.ts'
import {
  EMITTED_FORMAT,
  MANIFEST_FILE,
  manifestSchema,
  PROJECTION_FILE,
  RUN_FILES,
  RUN_FORMAT,
  type RunManifest,
} from './manifest.ts'
import type { RunRow } from './manifestParts.ts'
import { readPeftAdapter } from './peftAdapter.ts'
import { checkProjection } from './projectionFile.ts'
import { readRows } from './rows.ts'
import { RERUN, RunError } from './runError.ts'

export interface Run {
  readonly folder: string
  readonly manifest: RunManifest
  /** keccak256 of `run.json`, as registered on chain. */
  readonly manifestHash: Hex
  /** keccak256 of the adapter's weights, or of the whole model's after a full fine-tune, as registered on chain. */
  readonly adapterHash: Hex
  /** Null after a full fine-tune. */
  readonly adapter: AdapterFile | null
  /** Row r is at position r. */
  readonly rows: readonly RunRow[]
  /**
   * Projected loss gradients (rows, width), and the factors of their curvature: of the Gauss–Newton matrix where the run has
   * them, or else of the empirical Fisher, whose factors are the gradients themselves.
   */
  readonly gradientBlocks: GradientBlocks
  /** The same in memory, loaded when first asked for. */
  readonly gradients: { readonly u: Rows; readonly v: Rows }
}

export function readRun(folder: string): Run {
  const manifestBytes = readRunFile(folder, MANIFEST_FILE)
  const manifest = parseManifest(manifestBytes)
  const contents = new Map<string, Uint8Array>()
  const parsed = filesOf(manifest)
  for (const file of parsed) contents.set(file, readChecked(folder, file, manifest))
  for (const file of new Set([RUN_FILES.gradients, ...Object.keys(manifest.files)]))
    if (!contents.has(file)) checkFile(folder, file, manifest)
  const contentOf = (file: string): Uint8Array => contents.get(file) as Uint8Array
  const gradientBlocks = openGradients(folder, manifest)
  let gradients: Run['gradients'] | undefined
  if (manifest.format === EMITTED_FORMAT) checkProjection(contentOf(PROJECTION_FILE), manifest.projection.modules)

  return {
    folder,
    manifest,
    manifestHash: keccak(manifestBytes),
    adapterHash: adapterHashOf(manifest),
    adapter: readAnyAdapter(contentOf, manifest),
    rows: readRows(contentOf(RUN_FILES.rows), manifest),
    gradientBlocks,
    get gradients() {
      gradients ??= loadGradients(gradientBlocks)
      return gradients
    },
  }
}

function loadGradients({ u, v }: GradientBlocks): Run['gradients'] {
  const rows = loadRows(u)
  return { u: rows, v: v === u ? rows : loadRows(v) }
}

/** The files that are parsed whole. Any others are compared with their hashes, and gradients then read in parts. */
function filesOf({ format, lora }: RunManifest): readonly string[] {
  if (format === RUN_FORMAT) return Object.values(RUN_FILES).filter((file) => file !== RUN_FILES.gradients)
  if (lora === null) return [RUN_FILES.rows]
  const withAdapter = [RUN_FILES.rows, RUN_FILES.adapterConfig, RUN_FILES.adapterModel]
  return format === EMITTED_FORMAT ? [...withAdapter, PROJECTION_FILE] : withAdapter
}

/** A model of several weight files is named by the hash of their hashes, in the order of their names. */
export function adapterHashOf({ files, lora }: Pick<RunManifest, 'files' | 'lora'>): Hex {
  const weights = Object.keys(files).filter((file) =>
    lora === null ? file.endsWith('.safetensors') && file !== RUN_FILES.gradients : file === RUN_FILES.adapterModel,
  )
  const [first, ...others] = weights.toSorted().map((file) => (files[file] as FileDigest).keccak256)
  if (first === undefined)
    throw new RunError(
      MANIFEST_FILE,
      'it lists no weights',
      { field: 'files' },
      'Import the run again, with its weights.',
    )
  return others.length === 0 ? first : keccak(...[first, ...others].map((hash) => hexToBytes(hash)))
}

function readAnyAdapter(contentOf: (file: string) => Uint8Array, manifest: RunManifest): AdapterFile | null {
  const { format, lora } = manifest
  if (lora === null) return null
  const [config, model] = [contentOf(RUN_FILES.adapterConfig), contentOf(RUN_FILES.adapterModel)]
  if (format === RUN_FORMAT) return readAdapter(config, model, manifest)
  const adapter = readPeftAdapter(config, model)
  for (const field of ['rank', 'alpha', 'targetModules', 'modulesToSave'] as const)
    if (String(adapter[field]) !== String(lora[field]))
      throw new RunError(
        RUN_FILES.adapterModel,
        'it contradicts the manifest',
        { field: `lora.${field}`, found: String(adapter[field]), expected: String(lora[field]) },
        RERUN,
      )
  return adapter
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
  return readOrRefuse(folder, file, (path) => readFileSync(path))
}

function readOrRefuse<T>(folder: string, file: string, read: (path: string) => T): T {
  try {
    return read(join(folder, file))
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
    throw new RunError(file, isMissing ? 'it is missing' : 'it cannot be read', { folder }, RERUN, cause)
  }
}

function readChecked(folder: string, file: string, manifest: RunManifest): Uint8Array {
  const expected = digestOf(file, manifest)
  const content = readRunFile(folder, file)
  requireSame(file, digestFile(content), expected)
  return content
}

function checkFile(folder: string, file: string, manifest: RunManifest): void {
  requireSame(file, readOrRefuse(folder, file, digestPath), digestOf(file, manifest))
}

function digestOf(file: string, { files }: RunManifest): FileDigest {
  const expected = files[file]
  if (expected !== undefined) return expected
  throw new RunError(MANIFEST_FILE, `it does not list ${file}`, { field: `files.${file}` }, RERUN)
}

function requireSame(file: string, found: FileDigest, expected: FileDigest): void {
  for (const field of ['bytes', 'sha256', 'keccak256'] as const)
    if (found[field] !== expected[field])
      throw new RunError(
        file,
        'it is not the file that the manifest describes',
        { field: `files.${file}.${field}`, expected: expected[field], found: found[field] },
        RERUN,
      )
}
