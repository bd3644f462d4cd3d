/** What a manifest says of a file: its size, and its hash in the two alphabets that matter, sha-256 and keccak256. */
import { createHash } from 'node:crypto'
import type { Hex } from 'viem'
import { keccak } from '../../attribution/keccak.ts'

export interface FileDigest {
  readonly bytes: number
  readonly sha256: string
  readonly keccak256: Hex
}

export function digestFile(content: Uint8Array): FileDigest {
  return {
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    keccak256: keccak(content),
  }
}
