import { readFile, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Hex } from 'viem'
import { bytesToHex } from 'viem'
import { keccak } from '../../attribution/keccak.ts'
import { merkleRoot } from '../../attribution/merkle.ts'
import { itemLeaf } from '../../sdk/contribution.ts'
import { type CommittedIndex, largestIndex, readCommittedIndex } from '../../sdk/court/committedIndex.ts'
import { isExplained } from '../../sdk/errors.ts'
import { download, isAddress, placeOf } from '../download.ts'
import type { Contribution, Model } from './chronicle.ts'

/**
 * The files that a watcher needs and the chain only names: influence indexes, by their keccak256, and contributions' items, by
 * their Merkle root. Whoever serves them is not trusted, and none may have more bytes than its registration allows.
 */
export interface Files {
  index(model: Model): Promise<Found<CommittedIndex>>
  /** The item hashes that a contribution committed to, in its order. */
  items(contribution: Contribution): Promise<readonly Hex[] | undefined>
}

export type Found<T> =
  | { readonly kind: 'found'; readonly value: T }
  /** Nobody gives it, or not what was registered. */
  | { readonly kind: 'missing'; readonly why: string }
  /** It may well be there, and is larger than this watcher takes. */
  | { readonly kind: 'refused'; readonly why: string }

export interface FilesOptions {
  /** A folder or an address under which files have their names, asked before what a registration says. */
  readonly blobs: string | undefined
  readonly largestBytes: number
  readonly timeoutMs: number
}

export function filesFrom({ blobs, largestBytes, timeoutMs }: FilesOptions): Files {
  const at = (name: Hex): readonly string[] => (blobs === undefined ? [] : [placeOf(name, blobs)])
  const read = (place: string, most: number): Promise<Uint8Array> =>
    isAddress(place) ? download(place, most, timeoutMs) : readLocal(place, most)

  return {
    index: async (model) => {
      const most = largestIndex(model)
      if (most > largestBytes) {
        return { kind: 'refused', why: `its index may have ${most} bytes, and this watcher takes ${largestBytes}` }
      }
      const told: string[] = []
      const places = [...at(model.indexHash), ...(/^(https?|file):/.test(model.indexURI) ? [model.indexURI] : [])]
      if (places.length === 0) return { kind: 'missing', why: `"${model.indexURI}" is no address to read it from` }
      for (const place of places) {
        try {
          const file = await read(place, most)
          const hash = keccak(file)
          if (hash !== model.indexHash) throw new Error(`it gives a file with the hash ${hash}`)
          const index = readCommittedIndex(file, model.dims)
          if (index.root !== model.root)
            throw new Error(`its entries lead to ${index.root}, not to the registered root`)
          return { kind: 'found', value: index }
        } catch (error) {
          told.push(`${place}: ${reasonOf(error)}`)
        }
      }
      return { kind: 'missing', why: told.join('; ') }
    },
    items: async ({ itemsRoot, itemCount }) => {
      for (const place of at(itemsRoot)) {
        const file = await read(place, 32 * itemCount).catch(() => undefined)
        if (file === undefined || file.length !== 32 * itemCount) continue
        const items = Array.from({ length: itemCount }, (_, i) => bytesToHex(file.subarray(32 * i, 32 * (i + 1))))
        if (merkleRoot(items.map(itemLeaf)) === itemsRoot) return items
      }
      return undefined
    },
  }
}

/** Looks before it opens: a registration may name a device that never ends. */
async function readLocal(place: string, most: number): Promise<Uint8Array> {
  const path = place.startsWith('file:') ? fileURLToPath(place) : place
  const found = await stat(path)
  if (!found.isFile() || found.size > most) throw new Error(`it is no file of at most ${most} bytes`)
  return await readFile(path)
}

function reasonOf(error: unknown): string {
  if (isExplained(error)) return error.message
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'it is not there'
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof Error) return cause.message || cause.name
  return error instanceof Error ? error.message : String(error)
}
