import type { Address } from 'viem'
import { type HeldJournal, holdJournal } from '../sdk/node/transactions/journal.ts'
import type { Config } from './config.ts'

/**
 * The journals that one command holds. What was carried out stays written until the command has printed its result: killed before, it
 * prints the result when it is run again, and sends nothing.
 */
export interface Journals {
  readonly hold: (chainId: number, sender: Address, intent: string) => Promise<HeldJournal>
  /** Everything of this journal is mined. */
  readonly finished: (journal: HeldJournal) => void
  /** The command is over; `isReported` if it printed its result. */
  readonly end: (isReported: boolean) => Promise<void>
}

export function journalsOf(config: Config, startedAtMs: number): Journals {
  const held = new Map<string, HeldJournal>()
  const finished = new Set<HeldJournal>()
  return {
    async hold(chainId, sender, intent) {
      const name = `${chainId} ${sender}`
      const own = held.get(name)
      if (own === undefined) {
        const journal = await holdJournal(config.need('state'), chainId, sender, { intent, startedAtMs })
        held.set(name, journal)
        return journal
      }
      // A step of this command that is done, before its next one.
      if (finished.delete(own)) own.close()
      own.serve(intent)
      return own
    },
    finished: (journal) => void finished.add(journal),
    async end(isReported) {
      for (const journal of held.values()) {
        if (isReported && finished.has(journal)) journal.close()
        await journal.release()
      }
      held.clear()
    },
  }
}
