import type { Hex } from 'viem'
import type { Fact } from '../../chain/events/facts.ts'
import type { Transfer } from '../../chain/events/transferFacts.ts'
import type { Entry, Posting } from './entry.ts'
import { type Change, changeBy, type Expected, nothingKnown } from './obligations.ts'
import { type Holders, tokenMoves } from './tokenMoves.ts'

/** A fact and the time of its block. */
export interface TimedFact {
  readonly fact: Fact
  readonly timestamp: bigint
}

export interface Terms {
  readonly holders: Holders
  /** The treasury's account, by the Settlement contract. */
  readonly treasury: number
}

/** A transaction whose facts are being read. */
interface Draft {
  readonly block: bigint
  readonly timestamp: bigint
  readonly transactionHash: Hex
  readonly owed: Posting[]
  readonly transfers: Transfer[]
  readonly expected: Expected[]
}

/** Facts in the order of the chain as entries, one a transaction that moves money. Pure. */
export function* entriesOf({ holders, treasury }: Terms, facts: Iterable<TimedFact>): Generator<Entry> {
  const known = nothingKnown(treasury)
  let draft: Draft | undefined
  let logIndex = 0n
  for (const { fact, timestamp } of facts) {
    const { row } = fact
    // A row that is a part of an event follows the event's own.
    if ('transactionHash' in row) {
      const { block, transactionHash } = row
      logIndex = row.logIndex
      if (draft?.transactionHash !== transactionHash) {
        if (draft !== undefined) yield* finished(holders, draft)
        draft = { block, timestamp, transactionHash, owed: [], transfers: [], expected: [] }
      }
    }
    if (draft === undefined) continue
    if (fact.table === 'transfer') draft.transfers.push(fact.row)
    const change = changeBy(known, fact)
    if (change !== undefined) add(draft, change, logIndex)
  }
  if (draft !== undefined) yield* finished(holders, draft)
}

function add(draft: Draft, { event, owed, held }: Change, logIndex: bigint): void {
  for (const [account, amountWei] of owed) draft.owed.push({ account, amountWei, event, logIndex })
  for (const one of held) draft.expected.push(one)
}

function* finished(holders: Holders, { owed, transfers, expected, ...where }: Draft): Generator<Entry> {
  const postings = [...tokenMoves(holders, transfers, expected), ...owed]
  if (postings.length > 0) yield { ...where, postings }
}
