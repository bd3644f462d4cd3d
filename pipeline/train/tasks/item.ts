/** One labelled text, and what is committed of it: docs/protocol.md, "Merkle trees". */
import { createHmac } from 'node:crypto'
import type { Hex } from 'viem'
import { itemContent, itemHash } from '../../../sdk/contribution.ts'

export interface Item {
  /** One of its task's classes. */
  readonly label: string
  readonly text: string
}

/**
 * An item's salt, from its contributor's secret: HMAC-SHA-256(secret, index). The secret opens every
 * item; deleting it erases them all.
 */
function itemSalt(secret: string, index: number): Hex {
  return `0x${createHmac('sha256', secret).update(String(index)).digest('hex')}`
}

/** Salted hashes of a contributor's items, in order. */
export function hashItems(secret: string, items: readonly Item[]): readonly Hex[] {
  return items.map((item, index) => itemHash(itemSalt(secret, index), itemContent(item)))
}
