import type { EventOrigin } from '../../chain/events/eventOrigin.ts'
import type { CheckName } from '../checks/names.ts'

/** Something that an audit found to be otherwise than it must be. */
export interface Finding {
  readonly check: CheckName
  /** `error`: a number, a promise or a proof does not hold. `warning`: unusual, and worth a look. */
  readonly severity: 'error' | 'warning'
  readonly what: string
  readonly place: Place
  readonly found: string
  readonly expected: string
  /** A command or a JSON-RPC call that shows the same. */
  readonly reproduce: string
}

/** Where a finding is: as much of it as applies. */
export interface Place {
  readonly block?: bigint | undefined
  readonly transaction?: string | undefined
  readonly logIndex?: bigint | undefined
  readonly contract?: string | undefined
  readonly address?: string | undefined
  readonly slot?: string | undefined
  /** A book, a unit, a file, a row of an API: in words. */
  readonly subject?: string | undefined
}

/** The place of an event. */
export function placeOf({ block, transactionHash, logIndex }: EventOrigin, contract: string, subject?: string): Place {
  return { block, transaction: transactionHash, logIndex, contract, subject }
}

/** How to see an event again: any node has the receipt of its transaction. */
export function receiptOf({ transactionHash, logIndex }: EventOrigin): string {
  return `cast receipt ${transactionHash} --json --rpc-url $RPC, the log with logIndex ${logIndex}`
}
