import { setTimeout as sleep } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { Hex } from 'viem'
import type { Database } from '../store/schema.ts'
import type { Head } from './query/asOf.ts'
import { BadRequest } from './query/badRequest.ts'

/** What was newest at a moment after it was asked for. */
export interface HeadLook {
  readonly head: Head
  /** Whether a head that was seen before was not rolled back since: it must be the one that was asked about. */
  stillStands(head: Head): boolean
  /** How far contracts that are followed late have come below the head. */
  readonly late: string
}

/** Looks, and whether `head` still stands if one is given. */
export type Look = (head?: Head) => Promise<HeadLook>

interface Waiting {
  readonly block: bigint | undefined
  readonly resolve: (look: HeadLook) => void
  readonly reject: (reason: unknown) => void
}

/** Between looks that several shared: the more ask, the more share the next. */
const REST_MS = 3

/**
 * Each answer begins and ends with a look at the head, and many are under way at once: callers that ask while one look
 * is running share the next one, which begins after all of them have asked.
 */
export function headLooks(db: Kysely<Database>): Look {
  let waiting: Waiting[] = []
  let isLooking = false

  const lookForAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const callers = waiting
      waiting = []
      try {
        const found = await lookAt(db, [...new Set(callers.flatMap(({ block }) => block ?? []))])
        for (const { resolve } of callers) resolve(found)
      } catch (error) {
        for (const { reject } of callers) reject(error)
      }
      if (callers.length > 1) await sleep(REST_MS)
    }
    isLooking = false
  }

  return (head) =>
    new Promise((resolve, reject) => {
      waiting.push({ block: head?.block, resolve, reject })
      if (isLooking) return
      isLooking = true
      // After all that can ask now.
      setImmediate(lookForAll)
    })
}

async function lookAt(db: Kysely<Database>, blocks: readonly bigint[]): Promise<HeadLook> {
  const revertedOf = sql`(
    select string_agg(concat(n, ':', (select count(*) from reverted_block r where r.number = n::int8)), ' ')
    from regexp_split_to_table(${blocks.join(' ')}, ' ') n)`
  const { rows } = await sql<Omit<Head, 'pinned'> & { since: string | null; late: string | null }>`
    select b.number as block, b.hash, b.timestamp, clock_at(b.timestamp) as time,
      (select count(*) from reverted_block r where r.number = b.number) as reverted,
      ${blocks.length === 0 ? sql`null` : revertedOf} as since,
      (select string_agg(concat(f.contract, ':', f.last), ' ' order by f.contract) from followed f) as late
    from block b order by b.number desc limit 1`.execute(db)
  const [row] = rows
  if (row === undefined) throw new BadRequest('No block is indexed yet; ask again in a moment', 'NOT_READY')
  const { since, late, ...head } = row
  const reverted = new Map(since?.split(' ').map((one) => one.split(':') as [string, string]))
  return {
    head: { ...head, pinned: false },
    stillStands: (seen) => reverted.get(`${seen.block}`) === `${seen.reverted}`,
    late: late ?? '',
  }
}

export async function newestHash(db: Kysely<Database>): Promise<Hex | undefined> {
  return (await db.selectFrom('block').select('hash').orderBy('number', 'desc').limit(1).executeTakeFirst())?.hash
}
