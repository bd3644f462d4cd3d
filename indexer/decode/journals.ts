import type { Hex } from 'viem'
import { EMPTY_JOURNAL, eventHash, journalStep } from '../../sdk/journal.ts'
import type { ChainLog, Followed, JournaledName } from './contracts.ts'

/** The journal slot of every contract that keeps one. */
export type Journals = Readonly<Record<JournaledName, Hex>>

export const emptyJournals: Journals = {
  accounts: EMPTY_JOURNAL,
  datasets: EMPTY_JOURNAL,
  pools: EMPTY_JOURNAL,
  models: EMPTY_JOURNAL,
  ledger: EMPTY_JOURNAL,
  court: EMPTY_JOURNAL,
  evaluations: EMPTY_JOURNAL,
}

/** A journal slot as it stood after a block that moved it. */
export interface JournalMove {
  readonly block: bigint
  readonly contract: JournaledName
  readonly slot: Hex
}

/** Replays logs, in chain order, over the journals as they stood before. */
export function replayJournals(
  followed: Followed,
  before: Journals,
  logs: readonly ChainLog[],
): { readonly journals: Journals; readonly moves: readonly JournalMove[] } {
  const slots = { ...before }
  const moves = new Map<string, JournalMove>()
  for (const log of logs) {
    const contract = followed.byAddress.get(log.address)?.name
    if (contract === undefined || contract === 'openToken') continue
    slots[contract] = journalStep(slots[contract], eventHash(log.topics, log.data))
    moves.set(`${contract} ${log.block}`, { block: log.block, contract, slot: slots[contract] })
  }
  return { journals: slots, moves: [...moves.values()] }
}
