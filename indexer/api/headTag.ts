import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Hex } from 'viem'
import type { Database } from '../store/schema.ts'
import type { ReadableHistory } from './historyReader.ts'
import { headAsOf } from './query/asOf.ts'

/**
 * Names what all answers follow from: the history, its head, how far contracts that are followed
 * late have come below it, and what its writer knows of the chain. As long as it stays, so do they. It is read after the caller asked, so that nothing older
 * than the stored head is ever named; callers that ask meanwhile share the next look.
 */
export function headTags(): (history: ReadableHistory) => Promise<string> {
  const running = new WeakMap<ReadableHistory, Promise<string>>()
  const next = new WeakMap<ReadableHistory, Promise<string>>()

  const begin = (history: ReadableHistory): Promise<string> => {
    next.delete(history)
    const looking = look(history).finally(() => {
      if (running.get(history) === looking) running.delete(history)
    })
    running.set(history, looking)
    return looking
  }

  return (history) => {
    const current = running.get(history)
    if (current === undefined) return begin(history)
    const known = next.get(history)
    if (known !== undefined) return known
    const after = current.then(
      () => begin(history),
      () => begin(history),
    )
    next.set(history, after)
    return after
  }
}

async function look(history: ReadableHistory): Promise<string> {
  const [head, late, status] = await Promise.all([headAsOf(history.db), lateContracts(history), history.status()])
  const { chainId, genesisHash } = history.identity
  const parts = [history.schema, chainId, genesisHash, head.block, head.hash, head.reverted]
  const told = [...late, status?.nodeHead, status?.safe, status?.finalised]
  return createHash('sha256')
    .update([...parts, ...told].join(' '))
    .digest('base64url')
    .slice(0, 22)
}

export async function newestHash(db: Kysely<Database>): Promise<Hex | undefined> {
  return (await db.selectFrom('block').select('hash').orderBy('number', 'desc').limit(1).executeTakeFirst())?.hash
}

/** Rows of an old block are added at the same head while a contract is followed late. */
async function lateContracts({ db }: ReadableHistory): Promise<readonly string[]> {
  const rows = await db.selectFrom('followed').select(['contract', 'last']).orderBy('contract').execute()
  return rows.map(({ contract, last }) => `${contract}:${last}`)
}
