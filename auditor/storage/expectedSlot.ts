import type { Hex } from 'viem'
import type { EventOrigin } from '../../chain/events/eventOrigin.ts'
import type { Deployment } from '../../sdk/deployment.ts'

export type AuditedContract = keyof Deployment['contracts']

/** What a slot of a contract must hold, by its events. */
export interface ExpectedSlot {
  readonly contract: AuditedContract
  readonly slot: Hex
  readonly word: bigint
  /** The fields that events do not tell: ones where they do. */
  readonly mask?: bigint | undefined
  /** What the slot holds, in words. */
  readonly subject: string
  /** The last event that changed it. */
  readonly at?: EventOrigin | undefined
}
