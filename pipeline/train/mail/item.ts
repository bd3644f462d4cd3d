/** One labelled mail, and what is committed of it: docs/protocol.md, "Merkle trees". */
import { createHmac } from 'node:crypto'
import type { Hex } from 'viem'
import { itemHash } from '../../../sdk/contribution.ts'

export type Label = 'ham' | 'spam'

export interface Item {
  readonly label: Label
  readonly text: string
}

/** The item's canonical bytes: UTF-8 of `JSON.stringify({label, text})`, nothing else that the object may carry. */
export function itemContent({ label, text }: Item): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ label, text }))
}

/**
 * An item's salt, from its contributor's secret: HMAC-SHA-256(secret, index). Whoever keeps the secret can open every
 * item; deleting it erases them all.
 */
export function itemSalt(secret: string, index: number): Hex {
  return `0x${createHmac('sha256', secret).update(String(index)).digest('hex')}`
}

/** Salted hashes of a contributor's items, in order. */
export function hashItems(secret: string, items: readonly Item[]): readonly Hex[] {
  return items.map((item, index) => itemHash(itemSalt(secret, index), itemContent(item)))
}
