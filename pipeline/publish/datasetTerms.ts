import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { keccak } from '../../attribution/keccak.ts'
import { StopError } from '../../sdk/errors.ts'
import type { DatasetTerms } from './dataset.ts'

/** What a dataset says of itself, read from the folder that its curator keeps. */

const datasetSchema = z.strictObject({
  /** SPDX identifier. */
  licence: z.string().regex(/^[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*$/, 'is not an SPDX licence identifier'),
  /** Where the dataset card can be read. */
  metadataURI: z.string().min(1),
})

export function readDatasetTerms(folder: string): DatasetTerms {
  const path = join(folder, 'dataset.json')
  const parsed = datasetSchema.safeParse(parseJson(read(path), path))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new StopError(
      `${path} does not describe a dataset`,
      { at: issue?.path.join('.') ?? '', problem: issue?.message ?? 'unknown' },
      'It takes {"licence": an SPDX identifier, "metadataURI": where README.md can be read}.',
    )
  }
  return {
    ...parsed.data,
    termsHash: keccak(read(join(folder, 'TERMS.md'))),
    metadataHash: keccak(read(join(folder, 'README.md'))),
  }
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new StopError(
      `${path} cannot be read`,
      {},
      'A dataset folder holds dataset.json, TERMS.md and README.md.',
      cause,
    )
  }
}

function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new StopError(`${path} is not JSON`, {}, 'Write it again.', cause)
  }
}
