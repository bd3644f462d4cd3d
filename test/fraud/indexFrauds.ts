import { type Hex, hexToBytes } from 'viem'
import { bytes32 } from '../../attribution/bytes32.ts'
import { keccak } from '../../attribution/keccak.ts'
import { merkleRoot } from '../../attribution/merkle.ts'
import { packSketch, unpackSketch } from '../../attribution/sketch.ts'
import type { Draw } from './draw.ts'
import type { Landscape } from './landscape.ts'

/** Everything that a model's owner can commit to and that is no honest influence index. */

export interface RawEntry {
  readonly row: number
  readonly next: number
  readonly contribution: Hex
  readonly itemHash: Hex
  readonly sketch: Uint8Array
}

export interface Forged {
  readonly entries: readonly RawEntry[]
  /** A row that is false: calls whose query lies near it are recorded. */
  readonly row: number | undefined
  /** What is published, if anything. */
  readonly published: 'file' | 'nothing' | 'another file' | 'rubbish'
}

export interface Honest {
  readonly entries: readonly RawEntry[]
  readonly rowCount: number
  readonly land: Landscape
  /** Contributions that are in no version of the model. */
  readonly outside: { readonly tooLate: Hex; readonly withdrawn: Hex; readonly itemOf: (contribution: Hex) => Hex }
}

export type IndexFraud = (honest: Honest, draw: Draw) => Forged

const forged = (entries: readonly RawEntry[], row: number | undefined): Forged => ({ entries, row, published: 'file' })

function altered(entries: readonly RawEntry[], at: number, change: Partial<RawEntry>): readonly RawEntry[] {
  return entries.map((entry, i) => (i === at ? { ...entry, ...change } : entry))
}

const entryAt = (entries: readonly RawEntry[], at: number): RawEntry => {
  const entry = entries[at]
  if (entry === undefined) throw new RangeError(`There is no entry ${at} of ${entries.length}`)
  return entry
}

export const indexFrauds: Readonly<Record<string, IndexFraud>> = {
  'a near-copy of another’s row': ({ entries, land }, draw) => {
    const first = entryAt(entries, 0).contribution
    const at = draw.pick(entries.flatMap((entry, i) => (entry.contribution === first ? [] : [i])))
    const { contribution, row } = entryAt(entries, at)
    const original = draw.pick(entries.slice(0, at).filter((entry) => entry.contribution !== contribution))
    const later = Math.max(row, original.row)
    return forged(altered(entries, at, { sketch: packSketch(land.copy(unpackSketch(original.sketch))) }), later)
  },
  'a contribution that nobody made': ({ entries }, draw) => {
    const at = draw.below(entries.length)
    return forged(altered(entries, at, { contribution: draw.hash() }), entryAt(entries, at).row)
  },
  'a contribution accepted after the version froze': ({ entries, outside }, draw) => {
    const at = draw.below(entries.length)
    const { tooLate, itemOf } = outside
    return forged(altered(entries, at, { contribution: tooLate, itemHash: itemOf(tooLate) }), entryAt(entries, at).row)
  },
  'a contribution withdrawn before the version froze': ({ entries, outside }, draw) => {
    const at = draw.below(entries.length)
    const { withdrawn, itemOf } = outside
    return forged(
      altered(entries, at, { contribution: withdrawn, itemHash: itemOf(withdrawn) }),
      entryAt(entries, at).row,
    )
  },
  'a row that the model does not have': ({ entries, rowCount }, draw) => {
    const last = entries.length - 1
    const row = rowCount + draw.below(100)
    return forged(altered(altered(entries, last, { row }), last - 1, { next: row }), undefined)
  },
  'a sketch with the code -8': ({ entries }, draw) => {
    const at = draw.below(entries.length)
    const sketch = Uint8Array.from(entryAt(entries, at).sketch)
    sketch[draw.below(sketch.length)] = draw.pick([0x80, 0x08, 0x88])
    return forged(altered(entries, at, { sketch }), undefined)
  },
  'two entries of one row': ({ entries, land }, draw) => {
    const at = draw.below(entries.length)
    const twice = entryAt(entries, at)
    const second = { ...twice, itemHash: draw.hash(), sketch: packSketch(land.row(draw.below(100))) }
    return forged([...entries.slice(0, at + 1), second, ...entries.slice(at + 1)], twice.row)
  },
  'a link that passes a row over': ({ entries }, draw) => {
    const at = draw.below(entries.length - 2)
    return forged(altered(entries, at, { next: entryAt(entries, at + 2).row }), entryAt(entries, at + 1).row)
  },
  'a last link that passes the first rows over': ({ entries }) =>
    forged(altered(entries, entries.length - 1, { next: entryAt(entries, 1).row }), entryAt(entries, 0).row),
  'a link to a row that is not there': ({ entries }, draw) => {
    const at = 1 + draw.below(entries.length - 2)
    // What led over the gap now leads into it.
    return forged([...entries.slice(0, at), ...entries.slice(at + 1)], undefined)
  },
  'an item that was never contributed': ({ entries }, draw) => {
    const at = draw.below(entries.length)
    return forged(altered(entries, at, { itemHash: draw.hash() }), entryAt(entries, at).row)
  },
  'an index that nobody gets': ({ entries }, draw) => ({ entries, row: draw.pick(entries).row, published: 'nothing' }),
  'a file that is another index': ({ entries }, draw) => ({
    entries,
    row: draw.pick(entries).row,
    published: 'another file',
  }),
  'a file that is no index': ({ entries }, draw) => ({ entries, row: draw.pick(entries).row, published: 'rubbish' }),
}

/** A file with whatever entries it is given. */
export function fileOf(entries: readonly RawEntry[], rowCount: number, dims: number): Uint8Array {
  const header = new Uint8Array(20)
  header.set(new TextEncoder().encode('AttrIdx2'))
  const view = new DataView(header.buffer)
  view.setUint32(8, dims)
  view.setUint32(12, rowCount)
  view.setUint32(16, entries.length)
  return new Uint8Array(Buffer.concat([header, ...entries.map(bytesOf)]))
}

export function rootOfEntries(entries: readonly RawEntry[]): Hex {
  return merkleRoot(entries.map((entry) => keccak(bytesOf(entry))))
}

function bytesOf({ row, next, contribution, itemHash, sketch }: RawEntry): Uint8Array {
  const bytes = new Uint8Array(72 + sketch.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, row)
  view.setUint32(4, next)
  bytes.set(bytes32(contribution), 8)
  bytes.set(hexToBytes(itemHash), 40)
  bytes.set(sketch, 72)
  return bytes
}
