import type { Hex } from 'viem'
import { keccak } from '../../attribution/keccak.ts'

/** keccak256 of a task's configuration as JSON with sorted keys, so that the order of fields does not matter. */
export function hashOfConfig(config: unknown): Hex {
  return keccak(new TextEncoder().encode(JSON.stringify(sorted(config))))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, sorted(entry)]),
  )
}
