import { StopError } from '../../sdk/errors.ts'
import { type Digest, digestThrough } from '../support/digest.ts'
import { indexTo } from '../support/indexing.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { type Random, randomOf } from '../support/random.ts'
import { beginScenario, type Scenario } from '../support/scenario.ts'
import { type Branch, branchOf } from './branch.ts'
import { openHistory } from './history.ts'
import { type Server, startServer } from './server.ts'

/** Where chaos takes place: a ledger on a chain whose branches turn, and a database server. */
export interface Context {
  readonly ledger: LocalLedger
  readonly scenario: Scenario
  readonly branch: Branch
  readonly server: Server
  readonly random: Random
  /** Does this before the context is closed, whatever happens; what was asked last comes first. */
  atEnd(close: () => Promise<unknown>): void
  /** What a replay of the present chain from its beginning, into an empty database, leaves there; of blocks up to `upTo`. */
  freshDigest(upTo?: bigint): Promise<Digest>
}

/** As many blocks as the deepest reorg undoes, so that all of them hold something. */
const DEEPEST = 64

/** Opens a context, works in it, and leaves nothing of it behind. A context that is given stays open for the next one. */
export async function withContext<T>(
  { seed, context }: { readonly seed: number; readonly context?: Context },
  play: (context: Context) => Promise<T>,
  server?: Server,
): Promise<T> {
  const closings: (() => Promise<unknown>)[] = []
  const atEnd: Context['atEnd'] = (close) => closings.unshift(close)
  try {
    return await play(context === undefined ? await openContext(seed, atEnd, server) : { ...context, atEnd })
  } finally {
    // What matters was said by the play; one that fails to close must not keep the others open.
    for (const close of closings) await close().catch(() => {})
  }
}

/** @param acts How much happens before; fewer acts than the deepest reorg undoes make it shallower. */
export async function openContext(
  seed: number,
  atEnd: Context['atEnd'],
  server?: Server,
  acts = DEEPEST,
): Promise<Context> {
  const own = server ?? (await startServer())
  if (server === undefined) atEnd(own.stop)
  const ledger = await startLocalLedger(4)
  atEnd(ledger.stop)
  const scenario = await beginScenario(ledger, seed)
  const random = randomOf(seed)
  const begun = Number(await ledger.connection.reader.getBlockNumber())
  await scenario.play(acts)
  let newest: { readonly of: string; readonly digest: Digest } | undefined
  return {
    ledger,
    scenario,
    branch: branchOf(ledger.rpcUrl, random, begun),
    server: own,
    random,
    atEnd,
    freshDigest: async (upTo) => {
      const of = `${(await ledger.connection.reader.getBlock()).hash} ${upTo}`
      if (newest?.of !== of) newest = { of, digest: await replayed(ledger, own, upTo) }
      return newest.digest
    },
  }
}

async function replayed(ledger: LocalLedger, server: Server, upTo?: bigint): Promise<Digest> {
  return await server.withDatabase(async (database) => {
    const indexer = await indexTo(ledger, database, { pollMs: 10, finalityDepth: ANY_DEPTH })
    await indexer.closeAtHead()
    const { db, close } = await openHistory(database)
    return await digestThrough(db, upTo).finally(close)
  })
}

/** For chains that are shortened again and again, where what was final once would stop the indexer, as it should. */
export const ANY_DEPTH = 100_000

/** Two histories that should be one. */
export class HistoriesDiffer extends StopError {}

export function mustEqual(found: Digest, fresh: Digest, when: string): void {
  const names = [...new Set([...Object.keys(found), ...Object.keys(fresh)])]
  const differing = names.filter((name) => found[name]?.hash !== fresh[name]?.hash)
  if (differing.length === 0) return
  const rows = differing.map((name) => `${name} ${found[name]?.rows ?? 'none'} for ${fresh[name]?.rows ?? 'none'}`)
  throw new HistoriesDiffer(
    'A history is not what a fresh replay of the chain leaves',
    { when, differing: rows.join(', ') },
    'Run the same seed again, and look at these tables.',
  )
}
