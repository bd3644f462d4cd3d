import { readFile } from 'node:fs/promises'
import type { Hex } from 'viem'
import { keccak } from '../../attribution/keccak.ts'
import { StopError } from '../errors.ts'
import { download, isAddress, placeOf } from './download.ts'

/** A content-addressed file from a folder or an address, whichever has it; its source is not trusted. */

const TIMEOUT_MS = 60_000
const LARGEST_BYTES = 1 << 30

/** @param blobs A folder, or the address of one. @param uri What the record says, asked after that. */
export async function fetchFile(hash: Hex, blobs: string, uri: string): Promise<Uint8Array> {
  const first = placeOf(hash, blobs)
  const told: string[] = []
  for (const place of isAddress(uri) ? [first, uri] : [first]) {
    try {
      const content = isAddress(place) ? await download(place, LARGEST_BYTES, TIMEOUT_MS) : await readFile(place)
      const found = keccak(content)
      if (found === hash) return content
      told.push(`${place} gives a file with the hash ${found}`)
    } catch (error) {
      told.push(`${place}: ${error instanceof Error ? error.message : error}`)
    }
  }
  throw new StopError(
    `Nobody serves the file ${hash}: ${told.join('; ')}`,
    {},
    'Name a folder or an address that has it.',
  )
}
