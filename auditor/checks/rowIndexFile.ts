import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Hex } from 'viem'
import { download, isAddress, placeOf } from '../../sdk/node/download.ts'

const TIMEOUT_MS = 600_000
const SILENCE_MS = 15_000
const LARGEST_BYTES = 2 ** 30

export type FoundFile =
  | { readonly kind: 'found'; readonly place: string; readonly bytes: Uint8Array }
  | { readonly kind: 'missing'; readonly why: string }

/** In place of a folder or an address: the addresses that owners registered, and no other. */
const REGISTERED = 'registered'

/**
 * A registered file, from where the auditor says or else from where its owner does. Its hash is not compared yet.
 * @param index Without it nothing is fetched: an audit of a node asks nobody else by itself.
 */
export async function findFile(hash: Hex, uri: string, index: string | undefined): Promise<FoundFile> {
  if (index === undefined) return { kind: 'missing', why: 'no --index was given' }
  const places = [
    ...(index === REGISTERED ? [] : [placeOf(hash, index)]),
    ...(/^(https?|file):/.test(uri) ? [uri] : []),
  ]
  if (places.length === 0) return { kind: 'missing', why: `"${uri}" is no address to read it from` }
  const failures: string[] = []
  for (const place of places) {
    try {
      if (isAddress(place))
        return { kind: 'found', place, bytes: await download(place, LARGEST_BYTES, TIMEOUT_MS, SILENCE_MS) }
      return { kind: 'found', place, bytes: await readFile(place.startsWith('file:') ? fileURLToPath(place) : place) }
    } catch (error) {
      failures.push(`${place}: ${error instanceof Error ? error.message : error}`)
    }
  }
  return { kind: 'missing', why: failures.join('; ') }
}
