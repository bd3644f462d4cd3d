import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { keccak } from '../../attribution/keccak.ts'

/** A content-addressed file of `folder`: handed out only if it is what its name says. */
export async function readBlob(folder: string, hash: string): Promise<Uint8Array | undefined> {
  if (!/^0x[0-9a-f]{64}$/.test(hash)) return undefined
  try {
    const content = await readFile(join(folder, hash))
    return keccak(content) === hash ? content : undefined
  } catch {
    return undefined
  }
}

/** Keeps the last few files in memory, since one answer may look into the same one for every row that it lists. */
export function blobReader(folder: string | undefined): (hash: Hex) => Promise<Uint8Array | undefined> {
  const kept = new Map<Hex, Uint8Array>()
  return async (hash) => {
    const known = kept.get(hash)
    if (known !== undefined || folder === undefined) return known
    const content = await readBlob(folder, hash)
    if (content === undefined) return undefined
    const [oldest] = kept.keys()
    if (kept.size >= BLOBS_KEPT && oldest !== undefined) kept.delete(oldest)
    kept.set(hash, content)
    return content
  }
}

const BLOBS_KEPT = 4
