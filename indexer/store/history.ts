import { keccak256, stringToHex } from 'viem'
import { journaled } from '../../chain/events/contracts.ts'
import type { Identity } from '../../chain/node/identity.ts'
import { StopError } from '../../sdk/errors.ts'

/**
 * What rows mean. To be raised when they come to mean something else: then nothing stored is touched, and a new history is filled
 * beside the old one, which is served until the new one has caught up.
 */
export const HISTORY_VERSION = 2

/** Where the facts of one set of contracts on one chain are kept, as one version of the indexer understands them. */
export interface History {
  readonly id: string
  /** The schema that its tables are in. */
  readonly schema: string
  readonly version: number
  /** The advisory lock of its one writer. */
  readonly lockKey: bigint
}

const HISTORY_SCHEMA = /^history_([0-9a-f]{12})$/

export function historyOf(identity: Identity, version = HISTORY_VERSION): History {
  const contracts = journaled.map((name) => identity[name])
  const whose = [identity.chainId, identity.genesisHash, ...contracts, version].join(' ').toLowerCase()
  const id = keccak256(stringToHex(whose)).slice(2, 14)
  return { id, schema: `history_${id}`, version, lockKey: BigInt(`0x${id}`) }
}

/** The lock of the history that is kept in a schema; undefined for any other schema. */
export function lockKeyOf(schema: string): bigint | undefined {
  const id = HISTORY_SCHEMA.exec(schema)?.[1]
  return id === undefined ? undefined : BigInt(`0x${id}`)
}

/** The schema of views through which a deployment's history is read, if no other name is given: its own name, made plain. */
export function schemaOf(deployment: string): string {
  const plain = deployment.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')
  return /^[a-z]/.test(plain) ? plain : `ledger_${plain}`
}

/** Plain names only, so that nobody who types SQL by hand has to quote them; and none that is taken for something else. */
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
