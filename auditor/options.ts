import type { Hex } from 'viem'
import type { Node } from '../chain/node/node.ts'
import type { Verification } from '../chain/verify/verification.ts'
import type { Reader } from '../sdk/chain.ts'
import type { Deployment } from '../sdk/deployment.ts'
import type { Sample } from './checks/storage.ts'
import type { At } from './history/auditedBlock.ts'
import type { View } from './history/readHistory.ts'

export interface AuditOptions {
  readonly node: Node
  /** The same node, for what is proven otherwise: code. */
  readonly reader: Reader
  readonly deployment: Deployment
  /** The account that the treasury's share goes to. */
  readonly treasury: number
  readonly verify: Verification
  readonly at: At
  readonly trust: Hex | undefined
  readonly sample: Sample | undefined
  /** Compiled contracts, as Hardhat writes them. */
  readonly artifacts: string | undefined
  /** Where row indexes are: a folder or an address, tried before the registered one; 'registered' for that alone. */
  readonly index: string | undefined
  /** A run folder, whose row codes are computed again. */
  readonly run: string | undefined
  /** A GraphQL endpoint. */
  readonly api: string | undefined
  readonly checkpoint: { readonly file: string; readonly resume: boolean } | undefined
  readonly signal: AbortSignal
  readonly progress: (step: string, done: number, total: number) => void
  /** Another view of the events than the node's: tests give a corrupted one. */
  readonly view?: View
}
