// What an index must answer of the audited block, list by list.

import type { Hex } from 'viem'
import type { EventOrigin } from '../../chain/events/eventOrigin.ts'
import { batchCommitment } from '../../sdk/batch.ts'
import { closeOfBook } from '../../sdk/book.ts'
import type { Book } from '../world/books.ts'
import type { World } from '../world/world.ts'

export type ApiRow = Readonly<Record<string, string | number | boolean | null>>

/** What a row must say, field by field, and the event behind it. */
export interface ExpectedRow {
  readonly fields: Readonly<Record<string, string>>
  readonly contract: string
  readonly at: EventOrigin
}

export interface ApiTable {
  readonly list: string
  /** The fields that name a row. */
  readonly keys: readonly string[]
  readonly fields: readonly string[]
  readonly rows: ReadonlyMap<string, ExpectedRow>
  /** What is compared of an answered row, where that is not its fields themselves. */
  readonly read?: (row: ApiRow) => Readonly<Record<string, string>>
}

export function apiTables(world: World): readonly ApiTable[] {
  return [
    accounts(world),
    channels(world),
    bonds(world),
    models(world),
    units(world),
    books(world),
    batches(world),
    settlements(world),
  ]
}

function table<T>(
  list: string,
  contract: string,
  keys: readonly string[],
  entries: Iterable<readonly [string, T]>,
  fieldsOf: (entry: T) => Readonly<Record<string, unknown>>,
  atOf: (entry: T) => EventOrigin,
): ApiTable {
  const rows = new Map<string, ExpectedRow>()
  for (const [key, entry] of entries) {
    const fields = Object.entries(fieldsOf(entry)).map(([name, value]) => [name, `${value ?? null}`])
    rows.set(key, { fields: Object.fromEntries(fields), contract, at: atOf(entry) })
  }
  const [first] = rows.values()
  return { list, keys, fields: Object.keys(first?.fields ?? {}), rows }
}

function accounts({ accounts: all, earnings }: World): ApiTable {
  const entries = [...all].map(
    ([number, account]) => [`${number}`, { ...account, earned: earnings.get(number) }] as const,
  )
  return table(
    'accounts',
    'earnings',
    ['accountId'],
    entries,
    ({ payout, earned }) => ({
      payout,
      earnedGwei: earned?.earnedGwei ?? 0n,
      claimedGwei: earned?.claimedGwei ?? 0n,
    }),
    ({ at, earned }) => earned?.at ?? at,
  )
}

function channels({ channels: all }: World): ApiTable {
  return table(
    'channels',
    'channels',
    ['channelId'],
    all,
    ({
      payer,
      operator,
      model,
      signer,
      depositGwei,
      withdrawnGwei,
      chargedUnits,
      coveredUnits,
      limitUnits,
      leavingGwei,
    }) => ({
      payerId: payer,
      operatorId: operator,
      modelId: model,
      ...{ signer, depositGwei, withdrawnGwei, chargedUnits, coveredUnits, limitUnits, leavingGwei },
    }),
    ({ at }) => at,
  )
}

function bonds({ bonds: all }: World): ApiTable {
  const entries = [...all].map(([bond, state]) => [`${bond}`, state] as const)
  const fieldsOf = ({ balanceGwei, heldGwei, leavingGwei, leavesAt }: (typeof entries)[number][1]) => ({
    ...{ balanceGwei, heldGwei, leavingGwei, leavesAt },
  })
  return table('bonds', 'bonds', ['bondId'], entries, fieldsOf, ({ at }) => at)
}

function models({ models: all }: World): ApiTable {
  const entries = [...all].map(([number, model]) => [`${number}`, model] as const)
  return table(
    'models',
    'models',
    ['modelId'],
    entries,
    ({ owner, royaltyBps, parent, registered, dims, ...model }) => ({
      ownerId: owner,
      royaltyBps,
      ...{ parentId: parent || null, indexRoot: registered?.indexRoot, totalHash: registered?.totalHash },
      contributorBps: parent === 0 ? null : model.contributorBps,
      operatorBps: parent === 0 ? null : model.operatorBps,
      dims: parent === 0 ? null : dims,
    }),
    ({ at }) => at,
  )
}

function units({ models: all }: World): ApiTable {
  const entries = [...all].flatMap(([number, model]) => model.units.map((unit, u) => [`${number}/${u}`, unit] as const))
  const fieldsOf = ({ kept, scale, fixed, payee }: (typeof entries)[number][1]) => ({
    ...{ keptRows: kept, scale, fixedWeight: fixed, payeeId: payee || null },
  })
  return table('units', 'models', ['modelId', 'unitId'], entries, fieldsOf, ({ at }) => at)
}

function books(world: World): ApiTable {
  const entries = [...world.books].map(([number, book]) => [`${number}`, book] as const)
  const closesAt = ({ openedAt, closesAt: at, model }: Book) => {
    const struckAt = Number(world.models.get(model)?.struckAt ?? 0n)
    return closeOfBook({ openedAt: Number(openedAt), closesAt: Number(at) }, struckAt || undefined)
  }
  return table(
    'books',
    'ledger',
    ['bookId'],
    entries,
    (book) => ({
      openedAt: book.openedAt,
      closesAt: closesAt(book),
      batchCount: book.batches,
      inferenceCount: book.records,
      feesGwei: book.units * (world.models.get(book.model)?.feeUnitGwei ?? 0n),
      givenGwei: book.givenGwei,
      treasuryBps: book.treasuryBps,
    }),
    ({ at }) => at,
  )
}

/** A batch's commitment covers all that an index says of it. */
function batches({ batches: all }: World): ApiTable {
  const entries = [...all].map(([number, batch]) => [`${number}`, batch] as const)
  const made = table(
    'batches',
    'ledger',
    ['batchId'],
    entries,
    ({ commitment }) => ({ commitment }),
    ({ at }) => at,
  )
  return {
    ...made,
    fields: ['bookId', 'number', 'block', 'count', 'units', 'root', 'sumHash'],
    read: (row) => ({
      commitment: batchCommitment({
        batch: BigInt(`${row.batchId}`),
        book: BigInt(`${row.bookId}`),
        number: Number(row.number),
        recordedIn: Number(row.block),
        count: Number(row.count),
        units: BigInt(`${row.units}`),
        root: row.root as Hex,
        sumHash: row.sumHash as Hex,
      }),
    }),
  }
}

function settlements({ books: all }: World): ApiTable {
  const entries = [...all].flatMap(([number, { settled }]) => (settled ? [[`${number}`, settled] as const] : []))
  const fieldsOf = ({ at: _, ...amounts }: (typeof entries)[number][1]) => amounts
  return { ...table('settlements', 'settlement', ['bookId'], entries, fieldsOf, ({ at }) => at) }
}
