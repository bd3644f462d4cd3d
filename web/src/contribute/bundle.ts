import { itemContent, itemHash, itemsRoot } from '@attribution-ledger/sdk'
import { bytesToHex, type Hex, hexToBytes } from 'viem'

/**
 * A contributor's items and the salted hashes that stand for them in public, as `attribution contribution add` keeps them:
 * `<name>.jsonl`, and beside it `<name>.jsonl.commitment.json`. Nothing here is sent.
 */

export interface Item {
  readonly label: string
  readonly text: string
}

/** What `<name>.jsonl.commitment.json` holds. */
export interface Commitment {
  readonly itemsRoot: Hex
  readonly items: readonly { readonly salt: Hex; readonly itemHash: Hex }[]
}

export interface Bundle {
  readonly name: string
  readonly items: readonly Item[]
  readonly commitment: Commitment
  /** Whether its salts came from a file: they are saved already. */
  readonly isRestored: boolean
}

export const COMMITMENT_SUFFIX = '.commitment.json'
const AN_ITEM = '{"label": "order", "text": "Two loaves of rye bread, please."}'

interface NamedText {
  readonly name: string
  readonly text: string
}

/** Of an items file, with the commitment that was made of it before, if that is there: new salts make another contribution. */
export function bundleOf(files: readonly NamedText[], random32: () => Uint8Array): Bundle {
  const commitments = files.filter(({ name }) => name.endsWith(COMMITMENT_SUFFIX))
  const [file, second] = files.filter((one) => !commitments.includes(one))
  if (file === undefined) throw new Error('Choose the file of your items as well.')
  if (second !== undefined)
    throw new Error(`Choose one file of items: ${file.name} and ${second.name} are two contributions.`)
  const items = readItems(file)
  const [kept] = commitments
  const commitment = kept === undefined ? commit(items, random32) : restore(kept, items)
  return { name: file.name.replace(/(\.jsonl)?$/, '.jsonl'), items, commitment, isRestored: kept !== undefined }
}

function readItems({ name, text }: NamedText): readonly Item[] {
  const lines = text.split('\n').filter((line) => line !== '')
  if (lines.length === 0) throw new Error(`${name} holds no items. Write one a line, such as ${AN_ITEM}`)
  return lines.map((line, i) => {
    const item = itemIn(line)
    if (item !== undefined) return item
    throw new Error(`Line ${i + 1} of ${name} is not an item. An item is a label and a text, such as ${AN_ITEM}`)
  })
}

function itemIn(line: string): Item | undefined {
  const value = jsonIn(line)
  if (typeof value !== 'object' || value === null) return undefined
  const { label, text, ...more } = value as Record<string, unknown>
  const isItem = isSaid(label) && isSaid(text) && Object.keys(more).length === 0
  return isItem ? { label, text } : undefined
}

function commit(items: readonly Item[], random32: () => Uint8Array): Commitment {
  const salted = items.map((item) => {
    const salt = bytesToHex(random32())
    return { salt, itemHash: itemHash(salt, itemContent(item)) }
  })
  return { itemsRoot: itemsRoot(salted.map((one) => one.itemHash)), items: salted }
}

function restore({ name, text }: NamedText, items: readonly Item[]): Commitment {
  const value = jsonIn(text) as { items?: readonly { salt?: unknown }[] } | undefined
  const salts = (Array.isArray(value?.items) ? value.items : []).map(({ salt }) => salt).filter(isHash)
  if (salts.length !== items.length)
    throw new Error(`${name} has salts of ${salts.length} items, and your file has ${items.length}. Choose its own.`)
  const again = commit(items, saltsOf(salts))
  if (JSON.stringify(again.items) === JSON.stringify(value?.items)) return again
  throw new Error(`${name} is of other items than those chosen. Restore the items, or leave it out for new salts.`)
}

function saltsOf(salts: readonly Hex[]): () => Uint8Array {
  const left = salts.values()
  return () => hexToBytes(left.next().value ?? '0x')
}

/** Byte for byte what `attribution contribution add` reads. */
export function itemsText({ items }: Bundle): string {
  return items.map(({ label, text }) => `${JSON.stringify({ label, text })}\n`).join('')
}

export function commitmentText({ commitment }: Bundle): string {
  return `${JSON.stringify(commitment)}\n`
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isSaid(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isHash(value: unknown): value is Hex {
  return typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value)
}
