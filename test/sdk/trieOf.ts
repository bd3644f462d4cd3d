import { createMerkleProof, createMPT } from '@ethereumjs/mpt'
import { bytesToHex, type Hex, hexToBytes } from 'viem'

/** A trie of the library's, and its proof of whatever key. */
export async function trieOf(entries: ReadonlyMap<Hex, Hex>) {
  const trie = await createMPT()
  for (const [key, value] of entries) await trie.put(hexToBytes(key), hexToBytes(value))
  const prove = async (key: Hex) => (await createMerkleProof(trie, hexToBytes(key))).map((node) => bytesToHex(node))
  return { root: bytesToHex(trie.root()), prove }
}
