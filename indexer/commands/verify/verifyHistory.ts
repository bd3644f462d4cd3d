import type { Kysely } from 'kysely'
import { pause } from '../../../chain/backoff.ts'
import { followedOf, journaled } from '../../../chain/events/contracts.ts'
import type { Identity } from '../../../chain/node/identity.ts'
import type { JournalsBy } from '../../../chain/verify/verification.ts'
import type { Deployment } from '../../../sdk/deployment.ts'
import { readCatalogue } from '../../store/catalogue.ts'
import { cursorsOf } from '../../store/cursors.ts'
import { headOf } from '../../store/position.ts'
import type { Database } from '../../store/schema.ts'
import type { Store } from '../../store/store.ts'
import { readKeys } from '../keys.ts'
import type { OtherBranch } from './branch.ts'
import { type ChainRows, chainRows, followedAt, type Row } from './chainRows.ts'
import { type Checkpoint, type Checkpoints, newest, withCheckpoint, withoutNewest } from './checkpoints.ts'
import { type Difference, differencesIn } from './difference.ts'
import { type Imbalance, imbalancesOf } from './imbalances.ts'
import { type Compared, compareAtHead } from './journals.ts'
import { type PriorState, priorState } from './priorState.ts'
import type { Asker, NothingMore, ProvenStretch } from './provenStretch.ts'
import { type Repair, repairStretch } from './repair.ts'
import { removeOutside, rowsOutside } from './rowsOutside.ts'
import { newestTotals, totalsIn } from './totals.ts'

export interface VerifyOptions {
  readonly deployment: Deployment
  readonly identity: Identity
  /** By default the first block of the history. */
  readonly from: bigint | undefined
  /** By default the newest block stored at the end. */
  readonly to: bigint | undefined
  /** The history's store, to repair it. */
  readonly store: Store | undefined
  /** Whether an indexer may be writing at the same time. */
  readonly isWritten: boolean
  readonly signal: AbortSignal
}

/** Receives progress and differences. */
export interface VerifyListener {
  verified(last: bigint, to: bigint): void
  differs(difference: Difference): void
  repaired(first: bigint, last: bigint): void
  unbalanced(imbalance: Imbalance): void
}

export interface Verified {
  readonly first: bigint
  readonly last: bigint
  readonly rows: number
  readonly differences: number
  /** The number of imbalances in the whole history. */
  readonly imbalances: number
  /** How the journals were compared at the last block; undefined if no node has its state. */
  readonly journals: JournalsBy | undefined
}

/**
 * A history that is being written may differ for a moment: a difference counts once seen this
 * often.
 */
const LOOKS = 3
const LOOK_AGAIN_MS = 1_000

/** The chain and the history compared in some blocks. */
interface Seen {
  readonly kind: 'seen'
  readonly stretch: ProvenStretch
  readonly chain: ChainRows
  readonly totals: Repair['totals']
  readonly differences: readonly Difference[]
  readonly after: PriorState
}

type Look = Seen | NothingMore | OtherBranch

/** Compares a stored history with the proven chain. Undefined if aborted. */
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
  const first = options.from ?? identity.startBlock

  const lookOnce = async (next: bigint, to: bigint, from: PriorState): Promise<Look | undefined> => {
    const stretch = await asker.stretch({ deployment, followed, verify: 'receipts', ...from }, next, to)
    if (stretch?.kind !== 'proven') return stretch
    return await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (tx) => {
        const { rows, facts, terms } = chainRows(followed, from.terms, stretch, followedAt(await cursorsOf(tx)))
        const totals = (by: Kysely<Database>) => totalsIn(by, from.totals, stretch.blocks, facts)
        const expected = await totals(tx)
        const chain: ChainRows = new Map([...rows, ['accountTotal', expected as readonly object[] as readonly Row[]]])
        const differences = await differencesIn(tx, catalogue, keys, chain, stretch.first, stretch.last)
        const after = {
          head: stretch.blocks.at(-1),
          journals: stretch.journals,
          terms,
          totals: newestTotals(from.totals, expected),
        }
        return { kind: 'seen', stretch, chain, totals, differences, after }
      })
  }
  const look = async (next: bigint, to: bigint, from: PriorState): Promise<Look | undefined> => {
    let seen = await lookOnce(next, to, from)
    for (
      let looks = 1;
      options.isWritten && looks < LOOKS && seen?.kind === 'seen' && seen.differences.length > 0;
      looks++
    ) {
      await pause(LOOK_AGAIN_MS, signal)
      seen = await lookOnce(next, seen.stretch.last, from)
    }
    return seen
  }

  const note = (found: readonly Difference[]): number => {
    for (const difference of found) listener.differs(difference)
    return found.length
  }

  /** The checkpoint after a comparison, with repairs if there is a store. */
  const after = async ({ stretch, chain, totals, differences, after }: Seen, at: Checkpoint): Promise<Checkpoint> => {
    const found = note(differences)
    let from = after
    if (store !== undefined) {
      const differing = new Set(differences.map(({ name }) => name))
      const repaired = await repairStretch(store, keys, { ...stretch, chain, totals, differing })
      from = { ...after, totals: newestTotals(at.from.totals, repaired) }
      if (found > 0) listener.repaired(stretch.first, stretch.last)
    }
    const rows = chain.values().reduce((sum, { length }) => sum + length, at.rows)
    return { next: stretch.last + 1n, from, rows, differences: at.differences + found }
  }

  let checkpoints: Checkpoints = [{ next: first, from: await priorState(db, first), rows: 0, differences: 0 }]
  let compared: Compared | undefined
  while (compared === undefined) {
    const at = newest(checkpoints)
    const to = options.to ?? (await headOf(db))?.number ?? first - 1n
    const seen = await look(at.next, to, at.from)
    if (seen?.kind === 'seen') {
      checkpoints = withCheckpoint(checkpoints, await after(seen, at))
      listener.verified(seen.stretch.last, to)
      continue
    }
    const end = seen?.kind === 'nothingMore' ? await compareAtHead(asker, deployment, at.from) : seen
    if (end === undefined) return undefined
    if (end.kind === 'compared') compared = end
    else checkpoints = withoutNewest(checkpoints)
  }
  const { next, rows, ...counted } = newest(checkpoints)
  let { differences } = counted
  let imbalances: readonly Imbalance[] = []
  if (options.from === undefined && options.to === undefined) {
    const outside = await rowsOutside(db, catalogue, keys, first)
    differences += note(outside)
    if (store !== undefined && outside.length > 0) await removeOutside(store, first)
    imbalances = await imbalancesOf(db)
    for (const imbalance of imbalances) listener.unbalanced(imbalance)
  }
  return { first, last: next - 1n, rows, differences, imbalances: imbalances.length, journals: compared.by }
}
