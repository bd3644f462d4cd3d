import { bondOfModel } from '../sdk/bond.ts'
import { bookKeyOf } from '../sdk/book.ts'
import type { Connection } from '../sdk/contracts.ts'
import type { Challenge } from './challenge.ts'
import { type WatchState, windowEndOf } from './watchState.ts'

/**
 * Leaves out challenges against units of models without a bond that pay nobody. Registering false
 * units costs little, and striking them all would cost gas for no gain. Such a model cannot record
 * before it has a bond.
 */
export async function worthFiling(
  { reader, contracts }: Connection,
  state: WatchState,
  planned: readonly Challenge[],
  now: number,
): Promise<readonly Challenge[]> {
  const paying = modelsThatPay(state, now)
  const doubtful = new Set(planned.flatMap((one) => (isAgainstUnit(one) && !paying.has(one.model) ? [one.model] : [])))
  const bonds = await Promise.all(
    [...doubtful].map(async (model) => {
      const args = [bondOfModel(model)] as const
      return [model, await reader.readContract({ ...contracts.bonds, functionName: 'bondStateOf', args })] as const
    }),
  )
  const penniless = new Set(bonds.flatMap(([model, { balanceGwei }]) => (balanceGwei === 0n ? [model] : [])))
  return planned.filter((one) => !isAgainstUnit(one) || !penniless.has(one.model))
}

type AgainstUnit = Extract<Challenge, { kind: 'FalseUnit' | 'CopyKept' | 'NoCopy' | 'DemandUnit' | 'DemandItem' }>

function isAgainstUnit(challenge: Challenge): challenge is AgainstUnit {
  return ['FalseUnit', 'CopyKept', 'NoCopy', 'DemandUnit', 'DemandItem'].includes(challenge.kind)
}

/** Models with books in which a strike still counts. */
function modelsThatPay(state: WatchState, now: number): ReadonlySet<number> {
  const open = [...state.books.keys()].filter((book) => now < (windowEndOf(state, book) ?? 0))
  return new Set(open.map((book) => bookKeyOf(book).model))
}
