import { existsSync, readFileSync } from 'node:fs'
import { bytesToHex, type Hex } from 'viem'
import * as z from 'zod'
import { rootOf } from '../../attribution/merkle.ts'
import { itemContent, itemHash, itemsTree } from '../../sdk/contribution.ts'
import { StopError } from '../../sdk/errors.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'

/**
 * A contributor's items, and the salted hashes that stand for them in public.
 *
 * items.jsonl → commitment.json. The items and the salts stay with the contributor and the model owner; only the root and
 * the hashes travel. Deleting a salt erases its item, while every payout remains verifiable.
 */

const itemSchema = z.strictObject({ label: z.string().min(1), text: z.string().min(1) })
export type Item = z.infer<typeof itemSchema>

const bytes32 = z.templateLiteral(['0x', z.string().regex(/^[0-9a-f]{64}$/)])

export const commitmentSchema = z.strictObject({
  itemsRoot: bytes32,
  items: z.array(z.strictObject({ salt: bytes32, itemHash: bytes32 })).min(1),
})
export type Commitment = z.infer<typeof commitmentSchema>

export function readItems(path: string): readonly Item[] {
  const lines = readText(path)
    .split('\n')
    .filter((line) => line !== '')
  if (lines.length === 0)
    throw new StopError(`${path} holds no items`, {}, 'Write one {"label", "text"} object a line.')
  return lines.map((line, index) => {
    const parsed = itemSchema.safeParse(parseJson(line, `Line ${index + 1} of ${path}`))
    if (parsed.success) return parsed.data
    const problem = parsed.error.issues[0]?.message ?? 'unknown'
    throw new StopError(
      `Line ${index + 1} of ${path} is not an item`,
      { problem },
      'An item is {"label": a name, "text": some text} and nothing else.',
    )
  })
}

/** The commitment to `items` at `path`: read if it was made before, since new salts would make another contribution. */
export function ensureCommitment(path: string, items: readonly Item[], random32: () => Uint8Array): Commitment {
  if (existsSync(path)) return readCommitment(path, items)
  const salted = items.map((item) => {
    const salt = bytesToHex(random32())
    return { salt, itemHash: itemHash(salt, itemContent(item)) }
  })
  const itemsRoot = rootOf(itemsTree(salted.map((item) => item.itemHash)))
  const commitment = commitmentSchema.parse({ itemsRoot, items: salted })
  writeWhole(path, `${JSON.stringify(commitment)}\n`, 0o600)
  return commitment
}

export function readCommitment(path: string, items: readonly Item[]): Commitment {
  const parsed = commitmentSchema.safeParse(parseJson(readText(path), path))
  if (!parsed.success) {
    throw new StopError(
      `${path} is not a commitment`,
      {},
      'Restore it: without its salts the items cannot be shown again.',
    )
  }
  const { data } = parsed
  const hashes = items.map((item, i): Hex | undefined => {
    const salt = data.items[i]?.salt
    return salt && itemHash(salt, itemContent(item))
  })
  const differing = hashes.findIndex((hash, i) => hash !== data.items[i]?.itemHash)
  if (differing >= 0 || items.length !== data.items.length) {
    throw new StopError(
      `${path} commits to other items than those beside it`,
      { items: items.length, committed: data.items.length, ...(differing >= 0 && { firstDifference: differing }) },
      'Restore the items, or remove the commitment to make a new contribution of them.',
    )
  }
  return data
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new StopError(`${path} cannot be read`, {}, 'Check the path.', cause)
  }
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new StopError(`${source} is not JSON`, {}, 'Restore the file, or write it again.', cause)
  }
}
