/** What a manifest says of a file: its size, and its hash in the two alphabets that matter, sha-256 and keccak256. */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { createKeccak } from 'hash-wasm'
import type { Hex } from 'viem'
import { keccak } from '../../attribution/keccak.ts'

export interface FileDigest {
  readonly bytes: number
  readonly sha256: string
  readonly keccak256: Hex
}

const PIECE_BYTES = 1 << 22
// Of its own: `keccak` above takes a content whole. It is used within one synchronous call, so no two files can mix.
const hasher = await createKeccak(256)

export function digestFile(content: Uint8Array): FileDigest {
  return {
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    keccak256: keccak(content),
  }
}

/** The digest of a file of any size, a piece in memory at a time. */
export function digestPath(path: string): FileDigest {
  const sha256 = createHash('sha256')
  hasher.init()
  const piece = Buffer.alloc(PIECE_BYTES)
  const file = openSync(path, 'r')
  try {
    let bytes = 0
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      bytes += read
      const part = piece.subarray(0, read)
      sha256.update(part)
      hasher.update(part)
    }
    return { bytes, sha256: sha256.digest('hex'), keccak256: `0x${hasher.digest('hex')}` }
  } finally {
    closeSync(file)
  }
}
