import { readFile, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Hex } from 'viem'
import { bytesToHex } from 'viem'
import { keccak } from '../attribution/keccak.ts'
import { merkleRoot } from '../attribution/merkle.ts'
import { itemLeaf } from '../sdk/contribution.ts'
import { isExplained } from '../sdk/errors.ts'
import { download, isAddress, placeOf } from '../sdk/node/download.ts'
import type { OpenedModel } from '../sdk/openModel.ts'
import { type CheckedRowIndex, checkRowIndex } from '../sdk/unitFaults.ts'

/**
 * The files that the chain only names: row indexes, by their keccak256, and contributions' items,
 * by their Merkle root. Their hosts are not trusted: every file is checked, and none may have more
 * bytes than its registration allows.
 */
export interface Files {
  rowIndex(model: OpenedModel): Promise<Found>
  /** The item hashes that a contribution committed to, in order. */
  items(contribution: { readonly itemsRoot: Hex; readonly itemCount: number }): Promise<readonly Hex[] | undefined>
}

export type Found =
  | { readonly kind: 'found'; readonly checked: CheckedRowIndex }
  /** No host has it, or its hash is not the registered one: its rows must be demanded. */
  | { readonly kind: 'missing'; readonly why: string }
  /** It is larger than this watcher accepts. */
  | { readonly kind: 'refused'; readonly why: string }

export interface FilesOptions {
  /** A folder or URL that holds files by name. It is tried before the registered URI. */
  readonly blobs: string | undefined
  /** The watcher's own items, by their root. */
  readonly own: ReadonlyMap<Hex, readonly Hex[]>
  readonly largestBytes: number
  readonly timeoutMs: number
}

const HEADER_BYTES = 20
const UNIT_BYTES = 4
/** A dropped row: the longer of the two kinds. */
const ROW_BYTES = 40

export function filesFrom({ blobs, own, largestBytes, timeoutMs }: FilesOptions): Files {
  const at = (name: Hex): readonly string[] => (blobs === undefined ? [] : [placeOf(name, blobs)])
  const read = (place: string, most: number): Promise<Uint8Array> =>
    isAddress(place) ? download(place, most, timeoutMs) : readLocal(place, most)

  return {
    rowIndex: async (model) => {
      const most = largestRowIndex(model)
      if (most > largestBytes) {
        return {
          kind: 'refused',
          why: `its row index may have ${most} bytes, more than the ${largestBytes} of --largest-index`,
        }
      }
      const { fileHash, fileURI } = model.index
      const failures: string[] = []
      const places = [...at(fileHash), ...(/^(https?|file):/.test(fileURI) ? [fileURI] : [])]
      if (places.length === 0) return { kind: 'missing', why: `"${fileURI}" is not a URL to read it from` }
      for (const place of places) {
        try {
          const file = await read(place, most)
          const hash = keccak(file)
          if (hash !== fileHash) throw new Error(`it gives a file with the hash ${hash}`)
          const checked = checkRowIndex(file, model)
          if (checked === undefined) throw new Error('its rows do not lead to the registered root')
          return { kind: 'found', checked }
        } catch (error) {
          failures.push(`${place}: ${reasonOf(error)}`)
        }
      }
      return { kind: 'missing', why: failures.join('; ') }
    },
    items: async ({ itemsRoot, itemCount }) => {
      const known = own.get(itemsRoot)
      if (known !== undefined) return known
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

/** The most bytes that a row index may have: a row for every item of its contributions. */
function largestRowIndex({ plan, terms }: OpenedModel): number {
  const rows = plan.contributions.reduce((sum, { items }) => sum + items, 0)
  return HEADER_BYTES + UNIT_BYTES * plan.units.length + rows * (ROW_BYTES + terms.dims / 2)
}

/** Checks before it reads: a registration may name a device that never ends. */
async function readLocal(place: string, most: number): Promise<Uint8Array> {
  const path = place.startsWith('file:') ? fileURLToPath(place) : place
  const found = await stat(path)
  if (!found.isFile() || found.size > most) throw new Error(`it is not a file of at most ${most} bytes`)
  return await readFile(path)
}

function reasonOf(error: unknown): string {
  if (isExplained(error)) return error.message
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'it is not there'
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof Error) return cause.message || cause.name
  return error instanceof Error ? error.message : String(error)
}
