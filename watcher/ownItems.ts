import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { rootOf } from '../attribution/merkle.ts'
import { commitmentSchema } from '../pipeline/publish/items.ts'
import { itemsTree } from '../sdk/contribution.ts'
import { StopError } from '../sdk/errors.ts'

/** The watcher's own items, by their root, from the commitment files that contributing wrote. */
export function ownItems(folder: string | undefined): ReadonlyMap<Hex, readonly Hex[]> {
  if (folder === undefined) return new Map()
  const names = filesOf(folder).filter((name) => name.endsWith('commitment.json'))
  return new Map(names.map((name) => itemsIn(join(folder, name))))
}

function itemsIn(path: string): readonly [Hex, readonly Hex[]] {
  const parsed = commitmentSchema.safeParse(jsonIn(path))
  const hashes = parsed.data?.items.map(({ itemHash }) => itemHash) ?? []
  if (parsed.success && rootOf(itemsTree(hashes)) === parsed.data.itemsRoot) return [parsed.data.itemsRoot, hashes]
  throw new StopError(`${path} is not a commitment`, {}, 'Leave only commitments of yours in the folder.')
}

function jsonIn(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (cause) {
    throw new StopError(`${folder} cannot be read`, {}, 'Name the folder of your commitments.', cause)
  }
}
