// The root of a Merkle Patricia trie over a list, as a block header commits to its receipts: Ethereum Yellow Paper, appendix D.
//
//   key(i) = the nibbles of rlp(i)    no key begins another, so that no branch holds a value of its own
//   leaf   = [path, value]   extension = [path, child]   branch = [child₀, …, child₁₅, ∅]
//   child  = the node itself where its RLP is shorter than 32 bytes, else the keccak256 of its RLP
//
// The whole list is there from the beginning, so the trie is folded up in one pass and never updated.

import { type Hex, toRlp } from 'viem'
import { keccak, keccakBytes } from '../../../attribution/keccak.ts'
import { scalarBytes } from './bytes.ts'

/** What hashes to the root of an empty list: the RLP of nothing. */
const EMPTY = Uint8Array.of(0x80)
const NOTHING = new Uint8Array()
const HASH_BYTES = 32
const BRANCHES = 16

type TrieNode = readonly (Uint8Array | TrieNode)[]

interface Entry {
  readonly nibbles: readonly number[]
  readonly value: Uint8Array
}

/** The root over `values`, each under its place in the list. */
export function orderedTrieRoot(values: readonly Uint8Array[]): Hex {
  if (values.length === 0) return keccak(EMPTY)
  const entries = values.map((value, i) => ({ nibbles: keyOf(i), value }))
  entries.sort((a, b) => compare(a.nibbles, b.nibbles))
  return keccak(encode(fold(entries, 0)))
}

/** The node under which all `entries` stand, which agree in their first `depth` nibbles. */
function fold(entries: readonly Entry[], depth: number): TrieNode {
  const first = entries[0] as Entry
  const last = entries[entries.length - 1] as Entry
  if (first === last) return [path(first.nibbles.slice(depth), true), first.value]

  // The entries are sorted: what the first and the last have in common, all have.
  let shared = depth
  while (first.nibbles[shared] === last.nibbles[shared]) shared += 1
  if (shared > depth) return [path(first.nibbles.slice(depth, shared), false), child(entries, shared)]

  const children = Array.from({ length: BRANCHES }, (_, nibble) => {
    const below = entries.filter(({ nibbles }) => nibbles[depth] === nibble)
    return below.length === 0 ? NOTHING : child(below, depth + 1)
  })
  return [...children, NOTHING]
}

function child(entries: readonly Entry[], depth: number): Uint8Array | TrieNode {
  const node = fold(entries, depth)
  const encoded = encode(node)
  return encoded.length < HASH_BYTES ? node : keccakBytes(encoded)
}

/** Hex-prefix encoding: the first nibble tells leaf from extension, and odd from even. */
function path(nibbles: readonly number[], leaf: boolean): Uint8Array {
  const isOdd = nibbles.length % 2 === 1
  const flag = (leaf ? 2 : 0) + (isOdd ? 1 : 0)
  const padded = isOdd ? [flag, ...nibbles] : [flag, 0, ...nibbles]
  return Uint8Array.from(
    { length: padded.length / 2 },
    (_, i) => nibble(padded, 2 * i) * 16 + nibble(padded, 2 * i + 1),
  )
}

function keyOf(index: number): readonly number[] {
  return [...toRlp(scalarBytes(BigInt(index)), 'bytes')].flatMap((byte) => [byte >> 4, byte & 15])
}

function compare(a: readonly number[], b: readonly number[]): number {
  let at = 0
  while (a[at] === b[at]) at += 1
  return nibble(a, at) - nibble(b, at)
}

function nibble(nibbles: readonly number[], at: number): number {
  return nibbles[at] as number
}

function encode(node: TrieNode): Uint8Array {
  return toRlp(node as Parameters<typeof toRlp>[0], 'bytes') as Uint8Array
}
