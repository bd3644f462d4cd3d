import type { Hex } from 'viem'
import { EMPTY_JOURNAL } from '../../sdk/journal.ts'
import { type ChainLog, type Followed, type JournaledName, journaled } from './contracts.ts'
import { rollingJournal } from './rollingJournal.ts'

/** The journal slot of every contract that keeps one. */
export type Journals = Readonly<Record<JournaledName, Hex>>

export const emptyJournals: Journals = Object.fromEntries(journaled.map((name) => [name, EMPTY_JOURNAL])) as Record<
  JournaledName,
  Hex
>

/** A journal slot after a block that changed it. */
export interface JournalMove {
  readonly block: bigint
  readonly contract: JournaledName
  readonly slot: Hex
}

/** Replays logs, in chain order, on top of the journals before them. */
export function replayJournals(
  followed: Followed,
  before: Journals,
  logs: readonly ChainLog[],
): { readonly journals: Journals; readonly moves: readonly JournalMove[] } {
  const journals = { ...before }
  const moves: JournalMove[] = []
  const moved = Map.groupBy(logs, (log) => followed.byAddress.get(log.address)?.name)
  for (const contract of journaled) {
    const ours = moved.get(contract) ?? []
    const journal = rollingJournal(before[contract])
    for (const [i, log] of ours.entries()) {
      journal.add(log)
      if (ours[i + 1]?.block === log.block) continue
      journals[contract] = journal.slot()
      moves.push({ block: log.block, contract, slot: journals[contract] })
    }
  }
  return { journals, moves }
}
