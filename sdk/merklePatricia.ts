// The way through a Merkle Patricia trie: Ethereum Yellow Paper, appendix D.
//
//   leaf = [path, value]   extension = [path, child]   branch = [child₀, …, child₁₅, value]
//   path  = nibbles, hex-prefixed: the first one's second bit tells a leaf, its lowest bit an odd number of them
//   child = the node itself where its RLP is shorter than 32 bytes, else the keccak256 of its RLP
//
// The nodes of a proof are looked up by their hashes, beginning with the root: in which order they came, and what came with
// them, proves nothing and harms nothing.

import { fromRlp, type Hex, hexToBytes, isHex } from 'viem'
import { keccak } from '../attribution/keccak.ts'

/** What stands under a key: undefined for nothing. */
export interface Proven {
  readonly kind: 'proven'
  readonly value: Hex | undefined
}

/** The node on the way at which a proof breaks off. */
export interface Broken {
  readonly kind: 'broken'
  readonly at: { readonly node: bigint; readonly hash: Hex }
}

/** The root of a trie without entries: keccak256(rlp('')). */
export const EMPTY_TRIE: Hex = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'

type Item = Hex | readonly Item[]

const BRANCHES = 16
const NOTHING: Hex = '0x'
const HASH_DIGITS = 2 + 2 * 32

/** What the trie under `root` holds at `key`, by a proof of which nothing is believed. */
export function provenValue(root: Hex, key: Uint8Array, proof: readonly Hex[]): Proven | Broken {
  if (root === EMPTY_TRIE) return absent
  const nodes = new Map(proof.filter((node) => isHex(node)).map((node) => [keccak(hexToBytes(node)), node]))
  const nibbles = [...key].flatMap((byte) => [byte >> 4, byte & 15])
  let reference: Item = root
  let hash = root
  let depth = 0
  for (let node = 0n; ; node++) {
    if (typeof reference === 'string') hash = reference
    const items: readonly Item[] | undefined = typeof reference === 'string' ? opened(nodes.get(reference)) : reference
    const step: Step | undefined = items && stepThrough(items, nibbles, depth)
    if (step === undefined) return { kind: 'broken', at: { node, hash } }
    if (step.kind === 'proven') return step
    reference = step.child
    depth = step.depth
  }
}

const absent: Proven = { kind: 'proven', value: undefined }

/** One node further, or where the way ends. */
type Step = Proven | { readonly kind: 'on'; readonly child: Item; readonly depth: number }

/** Undefined for what is no node. */
function stepThrough(items: readonly Item[], nibbles: readonly number[], depth: number): Step | undefined {
  const nibble = nibbles[depth]
  if (items.length === BRANCHES + 1) {
    return nibble === undefined ? endAt(items[BRANCHES]) : onTo(items[nibble], depth + 1)
  }
  const [encoded, next] = items
  if (items.length !== 2 || typeof encoded !== 'string') return undefined
  const flag = Number.parseInt(encoded.slice(2, 3), 16)
  if (!(flag <= 3)) return undefined
  const path = [...encoded.slice(flag % 2 === 1 ? 3 : 4)].map((digit) => Number.parseInt(digit, 16))
  const end = depth + path.length
  const isOnTheWay = path.every((digit, i) => digit === nibbles[depth + i])
  if (flag < 2) return isOnTheWay ? onTo(next, end) : absent
  return isOnTheWay && end === nibbles.length ? endAt(next) : absent
}

function onTo(child: Item | undefined, depth: number): Step | undefined {
  if (child === NOTHING) return absent
  if (child === undefined || (typeof child === 'string' && child.length !== HASH_DIGITS)) return undefined
  return { kind: 'on', child, depth }
}

function endAt(item: Item | undefined): Step | undefined {
  if (typeof item !== 'string') return undefined
  return item === NOTHING ? absent : { kind: 'proven', value: item }
}

function opened(node: Hex | undefined): readonly Item[] | undefined {
  const items = node === undefined ? undefined : itemsOf(node)
  return typeof items === 'string' ? undefined : items
}

/** What RLP holds; undefined for what is none. */
export function itemsOf(rlp: Hex): Item | undefined {
  try {
    return fromRlp(rlp, 'hex')
  } catch {
    return undefined
  }
}
