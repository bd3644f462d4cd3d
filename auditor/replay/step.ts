import type { EventOrigin } from '../../chain/events/eventOrigin.ts'
import type { Facts, FactTable } from '../../chain/events/facts.ts'
import type { CheckName } from '../checks/names.ts'
import { placeOf, receiptOf } from '../report/finding.ts'
import { count, find, type Tally } from '../report/tally.ts'
import type { World } from '../world/world.ts'

/** An event while it is replayed: the world before it, its place and time, and where it is found wanting. */
export interface Step {
  readonly world: World
  readonly at: EventOrigin
  readonly contract: string
  /** Of its block. */
  readonly timestamp: bigint
  readonly tally: Tally
}

/** What each fact does to the world. */
export type Handlers = { readonly [T in FactTable]?: (step: Step, row: Facts[T]) => void }

/** Compares what an event states with what follows from the events before it. */
export function expectTold(
  step: Step,
  what: string,
  told: bigint | number | string,
  expected: bigint | number | string,
  check: CheckName = 'arithmetic',
): void {
  count(step.tally, check)
  if (`${told}` === `${expected}`) return
  wanting(step, check, what, `${told}`, `${expected}`)
}

/** Records that an event is not as it must be. */
export function wanting(step: Step, check: CheckName, what: string, found: string, expected: string): void {
  find(step.tally, {
    check,
    severity: 'error',
    what,
    place: placeOf(step.at, step.contract),
    found,
    expected,
    reproduce: receiptOf(step.at),
  })
}
