import { type ContractName, type Followed, followedOf, type Sources } from '../events/contracts.ts'
import type { Position } from './position.ts'

/** The contracts that are stored up to the head. The others are backfilled apart from them. */
export function followedAtHead({ deployment, followed }: Sources, { head, cursors }: Position): Followed {
  if (head === undefined) return followed
  const isAtHead = (name: ContractName) => cursors.get(name) === head.number
  if (followed.contracts.every(({ name }) => isAtHead(name))) return followed
  return followedOf(deployment, followed.contracts.map(({ name }) => name).filter(isAtHead))
}
