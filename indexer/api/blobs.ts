import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { keccak, keccakOfStream } from '../../attribution/keccak.ts'
import { lru } from './computed/lru.ts'

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

/** Files that can be handed out, without holding one in memory. */
export interface Blobs {
  /** Undefined if there is none whose content has that hash. */
  find(hash: string): Promise<FoundBlob | undefined>
}

export type FoundBlob =
  | { readonly kind: 'here'; readonly size: number; readonly pipeTo: (target: Writable) => Promise<void> }
  | { readonly kind: 'elsewhere'; readonly url: string }

const VERIFIED_KEPT = 1_000

/** @param place A folder, a URL, or nowhere. */
export function blobsIn(place: string | undefined): Blobs {
  // By path, size and time of change: a file is hashed once.
  const verified = lru<boolean>(VERIFIED_KEPT)
  return {
    find: async (hash) => {
      if (place === undefined || !isHash(hash)) return undefined
      const url = addressOf(place, hash)
      if (url !== undefined) return { kind: 'elsewhere', url }
      const path = join(place, hash)
      try {
        const found = await stat(path)
        if (!found.isFile() || found.size > MOST_BYTES) return undefined
        const isSound = await verified.get(`${path} ${found.size} ${found.mtimeMs}`, async () => {
          return (await hashOf(path)) === hash
        })
        if (!isSound) return undefined
        const end = Math.max(0, found.size - 1)
        return {
          kind: 'here',
          size: found.size,
          pipeTo: (target) => pipeline(createReadStream(path, { end }), target),
        }
      } catch {
        return undefined
      }
    },
  }
}

async function hashOf(path: string): Promise<string> {
  const hasher = await keccakOfStream()
  for await (const part of createReadStream(path)) hasher.update(part as Buffer)
  return hasher.digest()
}

/** The URL of a file that is not in a folder. */
function addressOf(place: string, hash: string): string | undefined {
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
