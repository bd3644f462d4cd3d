import { createMPT } from '@ethereumjs/mpt'
import fc from 'fast-check'
import { bytesToHex, toRlp } from 'viem'
import { expect, it } from 'vitest'
import { orderedTrieRoot as rootOf } from '../../../chain/verify/trie.ts'

const orderedTrieRoot = (values: readonly Uint8Array[]) =>
  rootOf(values.length, (rlp, i) => rlp.raw(values[i] as Uint8Array))

/** The root as a trie that is built key by key finds it. */
async function rootByLibrary(values: readonly Uint8Array[]): Promise<string> {
  const trie = await createMPT()
  for (const [i, value] of values.entries()) await trie.put(keyOf(i), value)
  return bytesToHex(trie.root())
}

function keyOf(index: number): Uint8Array {
  const digits = index.toString(16)
  const even = digits.length % 2 === 0 ? digits : `0${digits}`
  return toRlp(index === 0 ? '0x' : `0x${even}`, 'bytes')
}

it('a list has the root that a general trie gives it, at lengths around every change of its keys', async () => {
  const lengths = [0, 1, 2, 15, 16, 17, 127, 128, 129, 130, 255, 256, 257, 300]
  for (const length of lengths) {
    const values = Array.from({ length }, (_, i) => new Uint8Array(40).fill(i % 251, 1))
    expect(orderedTrieRoot(values)).toBe(await rootByLibrary(values))
  }
})

it('a list of anything has the root that a general trie gives it, nodes shorter than a hash included', async () => {
  // A trie takes an empty value for the absence of one, and no receipt is empty.
  const values = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(values, async (list) => {
      expect(orderedTrieRoot(list)).toBe(await rootByLibrary(list))
    }),
    { numRuns: 60 },
  )
})
