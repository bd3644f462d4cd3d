import { createKeccak } from 'hash-wasm'
import type { Hex } from 'viem'

// One WebAssembly instance, reused: about ten times as many hashes a second as a keccak in plain JavaScript. It is
// never used across an await, so no two hashes can mix.
const hasher = await createKeccak(256)

/** keccak256 of the parts' concatenation. */
export function keccak(...parts: readonly Uint8Array[]): Hex {
  hasher.init()
  for (const part of parts) hasher.update(part)
  return `0x${hasher.digest('hex')}`
}

/** keccak256 of the parts' concatenation, as bytes. */
export function keccakBytes(...parts: readonly Uint8Array[]): Uint8Array {
  hasher.init()
  for (const part of parts) hasher.update(part)
  return hasher.digest('binary')
}

/** keccak256 of what comes piece by piece, over however long a time. */
export async function keccakOfStream(): Promise<{ update(part: Uint8Array): void; digest(): Hex }> {
  const own = await createKeccak(256)
  own.init()
  return {
    update: (part) => {
      own.update(part)
    },
    digest: () => `0x${own.digest('hex')}`,
  }
}
