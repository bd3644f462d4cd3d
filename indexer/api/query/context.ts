import type { Kysely } from 'kysely'
import type { Identity } from '../../../chain/node/identity.ts'
import type { Database } from '../../store/schema.ts'
import type { Status } from '../../store/status.ts'
import type { Computed } from '../computed/computed.ts'
import type { Look } from '../headLooks.ts'
import { type AsOf, type BlockArg, blockAsOf, type Head } from './asOf.ts'
import { batched } from './batched.ts'
import type { Entity, Row } from './entity.ts'
import { countRows, fetchPages, type Page, type PageArgs, type Reading } from './page.ts'

/** What every answer comes from. */
export interface Sources {
  readonly db: Kysely<Database>
  readonly identity: Identity
  readonly look: Look
  /** How many statements this request has been answered by `db`, if they are counted. */
  readonly statements?: () => number
  /** The head that was newest when the request came, if somebody has looked already. */
  readonly head?: Head | undefined
  /** The writer's last status. */
  readonly status: () => Promise<Status | undefined>
  /** Cached computations. */
  readonly computed: Computed
}

/** The context of one request: the head at its start, and batched loads of its resolvers. */
export interface Context extends Sources {
  /** Computes a value once a request. */
  once<T>(name: string, make: () => T): T
  asOf(block?: BlockArg | null): Promise<AsOf>
  /** Whether everything read so far is of one branch of the chain. */
  isOneSnapshot(): Promise<boolean>
  page(entity: Entity, args: PageArgs, at: AsOf): Promise<Page>
  count(entity: Entity, args: PageArgs, at: AsOf): Promise<bigint>
  /** The same for rows linked to a parent: all parents of a level load at once. */
  linkedPage(entity: Entity, args: PageArgs, at: AsOf, columns: readonly string[], tuple: Tuple): Promise<Page>
  linkedCount(entity: Entity, args: PageArgs, at: AsOf, columns: readonly string[], tuple: Tuple): Promise<bigint>
  linkedOne(
    entity: Entity,
    at: AsOf,
    columns: readonly string[],
    tuple: Tuple,
    wanted?: readonly string[],
  ): Promise<Row | undefined>
}

type Tuple = readonly unknown[]

/** Links load in chunks that fit a statement's parameters. */
const KEYS_A_STATEMENT = 2_000

export function contextOf(sources: Sources): Context {
  const { db, look } = sources
  const remembered = new Map<string, unknown>()
  const once = <T>(name: string, make: () => T): T => {
    if (!remembered.has(name)) remembered.set(name, make())
    return remembered.get(name) as T
  }
  let seen: bigint | undefined
  const reading: Reading = {
    db,
    saw: (reverted) => {
      seen = reverted
    },
  }
  const head = () => once('head', async () => sources.head ?? (await look()).head)

  const loader = <T>(
    kind: string,
    entity: Entity,
    args: PageArgs,
    at: AsOf,
    columns: readonly string[],
    fetch: (scope: { columns: readonly string[]; tuples: readonly Tuple[] }) => Promise<readonly T[]>,
  ) =>
    once(`${kind} ${entity.type} ${columns} ${at.block} ${at.pinned} ${nameOf(args)}`, () =>
      batched<Tuple, T | undefined>(async (keys) => {
        const tuples = [...new Map(keys.map((key) => [key.join(' '), key])).values()]
        const values = new Map<string, T>()
        for (let start = 0; start < tuples.length; start += KEYS_A_STATEMENT) {
          const chunk = tuples.slice(start, start + KEYS_A_STATEMENT)
          const found = await fetch({ columns, tuples: chunk })
          chunk.forEach((tuple, i) => {
            values.set(tuple.join(' '), found[i] as T)
          })
        }
        return (key) => values.get(key.join(' '))
      }),
    )

  const linkedPage: Context['linkedPage'] = async (entity, args, at, columns, tuple) => {
    const load = loader('page', entity, args, at, columns, (scope) => fetchPages(reading, entity, args, at, scope))
    return found(await load(tuple))
  }

  return {
    ...sources,
    once,
    asOf: async (block) => {
      const newest = await head()
      if (block == null) return newest
      return await once(`block ${nameOf(block)}`, () => blockAsOf(db, block, newest))
    },
    isOneSnapshot: async () => {
      const asked = remembered.get('head') as Promise<Head> | undefined
      const newest = await asked?.catch(() => undefined)
      if (newest === undefined) return true
      // One statement sees one branch, and has said itself whether the head was of it.
      if (seen !== undefined && sources.statements?.() === 1) return seen === newest.reverted
      return (await look(newest)).stillStands(newest)
    },
    page: async (entity, args, at) => found((await fetchPages(reading, entity, args, at))[0]),
    count: async (entity, args, at) => found((await countRows(db, entity, args, at))[0]),
    linkedPage,
    linkedCount: async (entity, args, at, columns, tuple) => {
      const load = loader('count', entity, args, at, columns, (scope) => countRows(db, entity, args, at, scope))
      return found(await load(tuple))
    },
    linkedOne: async (entity, at, columns, tuple, wanted) =>
      (await linkedPage(entity, { limit: 1n, ...(wanted && { columns: wanted }) }, at, columns, tuple)).items[0],
  }
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('A requested list was not fetched')
  return value
}

function nameOf(args: PageArgs | BlockArg): string {
  return JSON.stringify(args, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))
}
