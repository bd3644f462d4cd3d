import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import * as z from 'zod'
import { keccak } from '../../attribution/keccak.ts'
import type { Sketcher } from '../../attribution/sketcher.ts'
import { StopError } from '../../sdk/errors.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import { CERTIFICATE_FILES } from '../certify/certificate.ts'
import { MANIFEST_FILE } from '../run/manifest.ts'
import { bytes32Schema } from '../run/manifestParts.ts'
import { putBlob, readBlob } from './blobs.ts'
import type { Registration } from './fineTune.ts'
import type { PreparedRun } from './prepareRun.ts'
import { formatSketcher, parseSketcher } from './sketches.ts'

/** What publishing leaves on disk, and serving begins from: a model's number, and the hashes of the files that go with it. */

const registered = {
  model: z.int().positive(),
  parent: z.int().positive(),
  owner: z.int().positive(),
  manifestHash: bytes32Schema,
  pay: z.strictObject({
    baseBps: z.int().nonnegative(),
    floorBps: z.int().nonnegative(),
    sketched: z.boolean(),
    feeUnitGwei: z.int().positive(),
  }),
}

const sketchedSchema = z.strictObject({
  kind: z.literal('sketched'),
  ...registered,
  /** Codes in a sketch. */
  dims: z.int().positive(),
  rowIndexHash: bytes32Schema,
  sketcherHash: bytes32Schema,
  /** Kept rows of each unit. */
  units: z.array(z.int().nonnegative()),
  /** Dropped near-copies, each with the kept row that it copies, by their numbers in the run. */
  dropped: z.array(z.strictObject({ row: z.int().nonnegative(), of: z.int().nonnegative() })),
})

const equalSplitSchema = z.strictObject({ kind: z.literal('equal-split'), ...registered })

const publicationSchema = z.discriminatedUnion('kind', [sketchedSchema, equalSplitSchema])

export type SketchedPublication = z.infer<typeof sketchedSchema>
export type EqualSplitPublication = z.infer<typeof equalSplitSchema>
export type Publication = SketchedPublication | EqualSplitPublication

const FILE = 'publication.json'
const SKETCHER_FILE = 'sketcher.safetensors'

/** Puts the files that the registration will name where they can be fetched, before anyone can ask for them. */
export function storeFiles(folder: string, blobs: string, prepared: PreparedRun): void {
  const { folder: from, manifest } = prepared.run
  for (const file of [MANIFEST_FILE, ...Object.values(CERTIFICATE_FILES)])
    if (file === MANIFEST_FILE || manifest.files[file] !== undefined) putBlob(blobs, readFileSync(join(from, file)))
  if (prepared.kind === 'equal-split') return
  putBlob(blobs, prepared.units.file)
  writeWhole(join(folder, SKETCHER_FILE), formatSketcher(prepared.sketcher))
}

export function writePublication(
  folder: string,
  prepared: PreparedRun,
  { pay }: Pick<Registration, 'pay'>,
  ids: { readonly model: number; readonly parent: number; readonly owner: number },
): Publication {
  const publication = publicationSchema.parse({
    kind: prepared.kind,
    ...ids,
    manifestHash: prepared.run.manifestHash,
    pay,
    ...(prepared.kind === 'sketched' && {
      dims: prepared.units.index.k,
      rowIndexHash: keccak(prepared.units.file),
      sketcherHash: keccak(formatSketcher(prepared.sketcher)),
      units: prepared.units.plan.units.map(({ kept }) => kept),
      dropped: [...prepared.units.copies].map(([row, of]) => ({ row, of })),
    }),
  })
  writeWhole(join(folder, FILE), `${JSON.stringify(publication, null, 2)}\n`)
  return publication
}

export type Published = PublishedSketches | PublishedEqualSplit

export interface PublishedSketches {
  readonly publication: SketchedPublication
  readonly sketcher: Sketcher
  /** The row index. */
  readonly indexFile: Uint8Array
}

/** A model that is served without either. */
export interface PublishedEqualSplit {
  readonly publication: EqualSplitPublication
  readonly sketcher?: undefined
  readonly indexFile?: undefined
}

/** Reads the publication of a model whose rows are sketched, and its files, each compared with its hash. */
export function readPublished(folder: string, blobs: string): PublishedSketches {
  const published = readServable(folder, blobs)
  if (published.indexFile !== undefined) return published
  throw new StopError(
    `The model in ${folder} shares equally and has no row index`,
    { model: published.publication.model },
    'Name the publication of a model whose rows are sketched.',
  )
}

/** Reads the publication of any model, and the files that it is served with, each compared with its hash. */
export function readServable(folder: string, blobs: string): Published {
  const path = join(folder, FILE)
  const parsed = publicationSchema.safeParse(parseJson(read(path), path))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new StopError(
      `${path} is not a publication`,
      { at: issue?.path.join('.') ?? '', problem: issue?.message ?? 'unknown' },
      'Publish the run again; what is on chain already is found there.',
    )
  }
  const publication = parsed.data
  if (publication.kind === 'equal-split') return { publication }
  const sketcherPath = join(folder, SKETCHER_FILE)
  const sketcherFile = read(sketcherPath)
  checkHash(sketcherPath, sketcherFile, publication.sketcherHash)
  return {
    publication,
    sketcher: parseSketcher(SKETCHER_FILE, sketcherFile),
    indexFile: readBlob(blobs, publication.rowIndexHash),
  }
}

function checkHash(path: string, content: Uint8Array, expected: Hex): void {
  const found = keccak(content)
  if (found === expected) return
  throw new StopError(`${path} is not the file that was published`, { expected, found }, 'Publish the run again.')
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new StopError(`${path} cannot be read`, {}, 'Publish the run first, or name its publication folder.', cause)
  }
}

function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new StopError(
      `${path} is not JSON`,
      {},
      'Publish the run again; what is on chain already is found there.',
      cause,
    )
  }
}
