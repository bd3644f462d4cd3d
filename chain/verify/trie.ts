// The root of a Merkle Patricia trie over a list, as a block header commits to its receipts:
// Ethereum Yellow Paper, appendix D.
//
//   key(i) = the nibbles of rlp(i)    no key begins another, so that no branch holds a value of its own
//   leaf   = [path, value]   extension = [path, child]   branch = [child₀, …, child₁₅, ∅]
//   child  = the node itself where its RLP is shorter than 32 bytes, else the keccak256 of its RLP
//
// The whole list is known in advance, so the trie is built in one pass and never updated: each node
// is written where its parent needs it, and replaced by its hash.

import { type Hex, numberToHex, toRlp } from 'viem'
import { keccak, keccakBytes } from '../../attribution/keccak.ts'
import { createRlpWriter, type RlpWriter } from '../../sdk/rlp.ts'

/** Writes the value at a place of the list. */
export type WriteValue = (rlp: RlpWriter, index: number) => void

interface Entry {
  readonly index: number
  readonly nibbles: readonly number[]
}

/** What hashes to the root of an empty list: the RLP of nothing. */
const EMPTY = Uint8Array.of(0x80)
const NOTHING = 0x80
const HASH = 0x80 + 32
const HASH_BYTES = 32
const BRANCHES = 16

// Never used across an await, so no two tries can mix.
const rlp = createRlpWriter()
/** Keys are the same in every list. */
const known: Entry[] = []

/** The root over as many values as `count`, each under its place in the list. */
export function orderedTrieRoot(count: number, write: WriteValue): Hex {
  if (count === 0) return keccak(EMPTY)
  rlp.forget(0)
  writeNode(write, entriesOf(count), 0, count, 0)
  return keccak(rlp.since(0))
}

/** The node of the entries from `first` to before `end`. They share their first `depth` nibbles. */
function writeNode(write: WriteValue, entries: readonly Entry[], first: number, end: number, depth: number): void {
  const place = rlp.place()
  const { nibbles, index } = entries[first] as Entry
  if (end - first === 1) {
    write(rlp, index)
    rlp.closeString(place)
    writePath(nibbles, depth, nibbles.length, true)
    rlp.closeList(place)
    return
  }
  // The entries are sorted: what the first and the last have in common, all have.
  const last = entries[end - 1] as Entry
  let shared = depth
  while (nibbles[shared] === last.nibbles[shared]) shared += 1
  if (shared > depth) {
    writeChild(write, entries, first, end, shared)
    writePath(nibbles, depth, shared, false)
  } else {
    rlp.byte(NOTHING)
    let below = end
    for (let branch = BRANCHES - 1; branch >= 0; branch--) {
      const above = below
      while (below > first && nibbleOf(entries, below - 1, depth) === branch) below -= 1
      if (below === above) rlp.byte(NOTHING)
      else writeChild(write, entries, below, above, depth + 1)
    }
  }
  rlp.closeList(place)
}

function writeChild(write: WriteValue, entries: readonly Entry[], first: number, end: number, depth: number): void {
  const place = rlp.place()
  writeNode(write, entries, first, end, depth)
  if (rlp.place() - place < HASH_BYTES) return
  const hash = keccakBytes(rlp.since(place))
  rlp.forget(place)
  rlp.raw(hash)
  rlp.byte(HASH)
}

/** Hex-prefix encoding: the first nibble tells leaf from extension, and odd from even. */
function writePath(nibbles: readonly number[], from: number, end: number, leaf: boolean): void {
  const place = rlp.place()
  const isOdd = (end - from) % 2 === 1
  for (let at = end - 2; at >= from + (isOdd ? 1 : 0); at -= 2) {
    rlp.byte((nibbles[at] as number) * 16 + (nibbles[at + 1] as number))
  }
  const flag = (leaf ? 2 : 0) + (isOdd ? 1 : 0)
  rlp.byte(flag * 16 + (isOdd ? (nibbles[from] as number) : 0))
  rlp.closeString(place)
}

function nibbleOf(entries: readonly Entry[], at: number, depth: number): number {
  return (entries[at] as Entry).nibbles[depth] as number
}

/** The keys of a list in trie order: rlp(0) = 0x80 comes after the other one-byte keys. */
function entriesOf(count: number): readonly Entry[] {
  while (known.length < count) known.push(entryOf(known.length))
  const inOneByte = Math.min(count, 128)
  return [...known.slice(1, inOneByte), known[0] as Entry, ...known.slice(inOneByte, count)]
}

function entryOf(index: number): Entry {
  const key = toRlp(index === 0 ? '0x' : numberToHex(index), 'bytes')
  return { index, nibbles: [...key].flatMap((byte) => [byte >> 4, byte & 15]) }
}
