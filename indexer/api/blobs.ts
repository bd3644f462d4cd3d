import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { keccak } from '../../attribution/keccak.ts'

/**
 * Content-addressed files, in a folder or under a URL, named by their keccak256. Their host is not
 * trusted.
 */

/** The largest file: a row index of some six million rows. */
const MOST_BYTES = 2 ** 30
const TIMEOUT_MS = 120_000

export function isHash(name: string): boolean {
  return /^0x[0-9a-f]{64}$/.test(name)
}

/** The URL of a file that is not in a folder. */
export function addressOf(place: string, hash: string): string | undefined {
  return /^https?:\/\//.test(place) ? `${place.replace(/\/*$/, '/')}${hash}` : undefined
}

/** Returns a file only if its hash is its name. */
export async function readBlob(place: string, hash: string): Promise<Uint8Array | undefined> {
  if (!isHash(hash)) return undefined
  const address = addressOf(place, hash)
  try {
    const content = address === undefined ? await readLocal(join(place, hash)) : await download(address)
    return content !== undefined && keccak(content) === hash ? content : undefined
  } catch {
    return undefined
  }
}

async function readLocal(path: string): Promise<Uint8Array | undefined> {
  const found = await stat(path)
  return found.isFile() && found.size <= MOST_BYTES ? await readFile(path) : undefined
}

async function download(address: string): Promise<Uint8Array | undefined> {
  const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (!response.ok || response.body === null) return undefined
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body) {
    length += part.length
    if (length > MOST_BYTES) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}
