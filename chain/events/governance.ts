import type { Address } from 'viem'
import type { JournaledName } from './contracts.ts'
import { lower } from './event.ts'
import type { EventOrigin } from './eventOrigin.ts'
import type { Fact } from './facts.ts'

/** The events that every governed contract has. */

export function authorityFact(origin: EventOrigin, contract: JournaledName, authority: Address): Fact {
  return { table: 'authorityUpdated', row: { ...origin, contract, authority: lower(authority) } }
}

/** A fact for each appointed contract. */
export function appointments(
  origin: EventOrigin,
  contract: JournaledName,
  offices: Readonly<Partial<Record<JournaledName, Address>>>,
): readonly Fact[] {
  return Object.entries(offices).map(
    ([office, appointed]): Fact => ({
      table: 'appointed',
      row: { ...origin, contract, office: office as JournaledName, appointed: lower(appointed) },
    }),
  )
}
