import { keccak256, stringToHex } from 'viem'
import { journaled } from '../../chain/events/contracts.ts'
import type { Identity } from '../../chain/node/identity.ts'
import { StopError } from '../../sdk/errors.ts'

/**
 * The version of what rows mean. Raise it when that changes: the stored history stays untouched and
 * served, while a new one is filled beside it, until the new one has caught up.
 */
export const HISTORY_VERSION = 2

/** The facts of one set of contracts on one chain, as one version of the indexer decodes them. */
export interface History {
  readonly id: string
  /** The schema that its tables are in. */
  readonly schema: string
  readonly version: number
  /** The advisory lock of its writer. */
  readonly lockKey: bigint
}

const HISTORY_SCHEMA = /^history_([0-9a-f]{12})$/

export function historyOf(identity: Identity, version = HISTORY_VERSION): History {
  const contracts = journaled.map((name) => identity[name])
  const whose = [identity.chainId, identity.genesisHash, ...contracts, version].join(' ').toLowerCase()
  const id = keccak256(stringToHex(whose)).slice(2, 14)
  return { id, schema: `history_${id}`, version, lockKey: BigInt(`0x${id}`) }
}

/** The lock of the history in a schema; undefined if the schema holds none. */
export function lockKeyOf(schema: string): bigint | undefined {
  const id = HISTORY_SCHEMA.exec(schema)?.[1]
  return id === undefined ? undefined : BigInt(`0x${id}`)
}

/**
 * The default name of the schema of views: the deployment's name in letters, digits and
 * underscores.
 */
export function schemaOf(deployment: string): string {
  const plain = deployment.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')
  return /^[a-z]/.test(plain) ? plain : `ledger_${plain}`
}

/** Throws on names that need quotes in SQL, and on reserved ones. */
export function mustBePlain(schema: string): void {
  const isPlain = /^[a-z][a-z0-9_]{0,62}$/.test(schema)
  const isTaken = /^(public$|information_schema$|pg_|history_)/.test(schema)
  if (isPlain && !isTaken) return
  throw new StopError(
    `"${schema}" cannot be the name of the schema that a history is read through`,
    {},
    'Give --schema a name of small letters, digits and underscores that begins with a letter, and not "public", "pg_…" or "history_…".',
  )
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
