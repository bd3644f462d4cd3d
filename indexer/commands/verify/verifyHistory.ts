import type { Kysely } from 'kysely'
import type { Deployment } from '../../../sdk/deployment.ts'
import { pause } from '../../backoff.ts'
import { followedOf, journaled } from '../../decode/contracts.ts'
import { readCatalogue } from '../../store/catalogue.ts'
import { cursorsOf } from '../../store/cursors.ts'
import { headOf } from '../../store/position.ts'
import type { Database, Identity } from '../../store/schema.ts'
import type { Store } from '../../store/store.ts'
import type { JournalsBy } from '../../sync/verifyJournals.ts'
import { readKeys } from '../keys.ts'
import { type Before, before } from './before.ts'
import { type ChainRows, chainRows, followedAt, type Row } from './chainRows.ts'
import { type Difference, differencesIn } from './difference.ts'
import { compareJournals } from './journals.ts'
import { removeOutside, rowsOutside } from './outside.ts'
import type { Asker, ProvenStretch } from './provenStretch.ts'
import { type Repair, repairStretch } from './repair.ts'
import { newestTotals, totalsIn } from './totals.ts'

export interface VerifyOptions {
  readonly deployment: Deployment
  readonly identity: Identity
  /** The first block of the history, where none is given. */
  readonly from: bigint | undefined
  /** The newest block that is stored when it comes to that, where none is given. */
  readonly to: bigint | undefined
  /** The right to write the history, where it is to be repaired. */
  readonly store: Store | undefined
  /** Whether an indexer may be writing meanwhile. */
  readonly isWritten: boolean
  readonly signal: AbortSignal
}

/** Hears how it goes. */
export interface VerifyListener {
  verified(last: bigint, to: bigint): void
  differs(difference: Difference): void
  repaired(first: bigint, last: bigint): void
}

export interface Verified {
  readonly first: bigint
  readonly last: bigint
  readonly rows: number
  readonly differences: number
  /** How the journals were compared at the last block; undefined where no node has its state any more. */
  readonly journals: JournalsBy | undefined
}

/** A history that is being written while the chain moves may differ for a moment: only what differs this often is believed to. */
const LOOKS = 3
const LOOK_AGAIN_MS = 1_000

/** The chain and the history side by side, in some blocks. */
interface Seen {
  readonly stretch: ProvenStretch
  readonly chain: ChainRows
  readonly totals: Repair['totals']
  readonly differences: readonly Difference[]
  readonly after: Before
}

/** Holds a stored history against what nodes prove of the chain. Undefined where it was asked to end. */
export async function verifyHistory(
  db: Kysely<Database>,
  asker: Asker,
  options: VerifyOptions,
  listener: VerifyListener,
): Promise<Verified | undefined> {
  const { deployment, identity, store, signal } = options
  const catalogue = await readCatalogue(db)
  const keys = await readKeys(db, catalogue)
  const isWithTransfers = (await cursorsOf(db)).has('openToken')
  const followed = followedOf(deployment, isWithTransfers ? [...journaled, 'openToken'] : journaled)
  const context = { deployment, followed, treasury: identity.treasury }
  const first = options.from ?? identity.startBlock

  const lookOnce = async (next: bigint, to: bigint, from: Before): Promise<Seen | undefined> => {
    const stretch = await asker.stretch({ deployment, followed, verify: 'receipts', ...from }, next, to)
    if (stretch === undefined) return undefined
    return await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (tx) => {
        const { rows, facts, terms } = chainRows(context, from.terms, stretch, followedAt(await cursorsOf(tx)))
        const totals = (by: Kysely<Database>) => totalsIn(by, from.totals, stretch.blocks, facts)
        const told = await totals(tx)
        const chain: ChainRows = new Map([...rows, ['accountTotal', told as readonly object[] as readonly Row[]]])
        const differences = await differencesIn(tx, catalogue, keys, chain, stretch.first, stretch.last)
        const after = {
          head: stretch.blocks.at(-1),
          journals: stretch.journals,
          terms,
          totals: newestTotals(from.totals, told),
        }
        return { stretch, chain, totals, differences, after }
      })
  }
  const look = async (next: bigint, to: bigint, from: Before): Promise<Seen | undefined> => {
    let seen = await lookOnce(next, to, from)
    for (
      let looks = 1;
      options.isWritten && looks < LOOKS && seen !== undefined && seen.differences.length > 0;
      looks++
    ) {
      await pause(LOOK_AGAIN_MS, signal)
      seen = await lookOnce(next, seen.stretch.last, from)
    }
    return seen
  }

  let rows = 0
  let differences = 0
  const note = (found: readonly Difference[]) => {
    differences += found.length
    for (const difference of found) listener.differs(difference)
  }
  let from = await before(db, first)
  let next = first
  for (;;) {
    const nodeHead = await asker.ask(async (node) => ({ kind: 'head', number: (await node.latest()).number }))
    if (nodeHead === undefined) return undefined
    const stored = options.to ?? (await headOf(db))?.number ?? first - 1n
    const to = stored < nodeHead.answer.number ? stored : nodeHead.answer.number
    if (next > to) break
    const seen = await look(next, to, from)
    if (seen === undefined) return undefined
    const { stretch, chain, totals, after } = seen
    note(seen.differences)
    const before = from.totals
    from = after
    if (store !== undefined) {
      const differing = new Set(seen.differences.map(({ name }) => name))
      const repaired = await repairStretch(store, keys, { ...stretch, chain, totals, differing })
      from = { ...after, totals: newestTotals(before, repaired) }
      if (differing.size > 0) listener.repaired(stretch.first, stretch.last)
    }
    for (const one of chain.values()) rows += one.length
    next = stretch.last + 1n
    listener.verified(stretch.last, to)
  }
  if (options.from === undefined && options.to === undefined) {
    const outside = await rowsOutside(db, catalogue, keys, first)
    note(outside)
    if (store !== undefined && outside.length > 0) await removeOutside(store, first)
  }
  const journals =
    from.head === undefined ? undefined : await compareJournals(asker, deployment, from.head, from.journals)
  return { first, last: next - 1n, rows, differences, journals }
}
