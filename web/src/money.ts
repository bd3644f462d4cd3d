import type { ModelDay, SettledBook } from './queries/home.ts'

/** Sums over what the index tells, in gwei. */

export function sumOf<row>(rows: readonly row[], amount: (row: row) => string | bigint | null | undefined): bigint {
  return rows.reduce((sum, row) => sum + BigInt(amount(row) ?? 0), 0n)
}

/** The five that a fee goes to, in the fixed order of their colours. */
export const ROLES = ['Contributors', 'Model owner', 'Operator', 'Base model royalty', 'Treasury'] as const

export interface Split {
  readonly name: (typeof ROLES)[number]
  readonly gwei: bigint
}

export function splitOf(books: readonly SettledBook[]): readonly Split[] {
  const part = (amount: (of: NonNullable<SettledBook['settlement']>) => string | null) =>
    sumOf(books, ({ settlement }) => settlement && amount(settlement))
  return [
    { name: 'Contributors', gwei: part((of) => of.contributorsGwei) },
    { name: 'Model owner', gwei: part((of) => of.ownerGwei) },
    { name: 'Operator', gwei: part((of) => of.operatorGwei) },
    { name: 'Base model royalty', gwei: part((of) => of.royaltiesGwei) },
    { name: 'Treasury', gwei: part((of) => of.treasuryGwei) },
  ]
}

export interface DayOfFees {
  /** Days since 1970. */
  readonly day: number
  readonly settledGwei: bigint
  readonly openGwei: bigint
}

const DAY_SECONDS = 86_400

/** Fees that stand by day, apart by whether their book is settled. `unsettled` are batches of books that are not. */
export function feesByDay(
  days: readonly ModelDay[],
  unsettled: readonly { readonly timestamp: number; readonly feesGwei: string }[],
): readonly DayOfFees[] {
  const all = new Map<number, bigint>()
  for (const { day, feesGwei, voidedGwei } of days) {
    all.set(day, (all.get(day) ?? 0n) + BigInt(feesGwei) - BigInt(voidedGwei))
  }
  const open = new Map<number, bigint>()
  for (const { timestamp, feesGwei } of unsettled) {
    const day = Math.floor(timestamp / DAY_SECONDS)
    open.set(day, (open.get(day) ?? 0n) + BigInt(feesGwei))
  }
  return [...all]
    .map(([day, gwei]) => {
      const openGwei = least(open.get(day) ?? 0n, gwei)
      return { day, settledGwei: gwei - openGwei, openGwei }
    })
    .filter(({ settledGwei, openGwei }) => settledGwei !== 0n || openGwei !== 0n)
    .toSorted((a, b) => a.day - b.day)
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
