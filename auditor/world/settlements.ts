import type { EventOrigin } from '../../chain/events/eventOrigin.ts'
import type { STAGES, Stage } from '../../sdk/settlement.ts'

/** A page of a settlement: batches or units `first` to before `end`. */
export interface SettlementPage {
  readonly stage: Exclude<Stage, typeof STAGES.settled>
  readonly first: number
  readonly end: number
  readonly at: EventOrigin
}
