// Near-copies: rows so close to a kept one that they count for nothing of their own.
//
//   reach   a and b reach c where a·b > 0 and (a·b)² · 100² ≥ c² · |a|² · |b|²: a cosine of c / 100
//   drop    a row that reaches 70 with an earlier kept one, in the order of acceptance
//   faults  kept rows that reach 80;  a dropped row that does not reach 60 with the row it names
//
// Training after the drop moves sketches; the bounds leave room for that. docs/protocol.md,
// "Near-copies". codes (n × k) → the kept row that each dropped one copies; codes and copies →
// faults.
//
// With k ≤ 1,024 every product stays below 2^45, exact.

import { dot } from './codes.ts'

/** The cosine, in hundredths, from which a pipeline drops a row. */
export const DROP_PERCENT = 70
/** No two kept rows may reach this one. */
export const KEPT_PERCENT = 80
/** A dropped row must reach this one with the kept row that it names. */
const COPY_PERCENT = 60

/** Rows by their places in a list, each with an earlier one that it is close to. */
export type Copies = ReadonlyMap<number, number>

/**
 * How kept rows that reach 80 are found: `findKeptCopies`, or `findKeptCopiesFast`, which finds the
 * same.
 */
export type KeptSearch = (kept: readonly Int8Array[]) => Copies

export type NearCopyFaults = {
  /** Kept rows that must not be, each with the first kept row before it that it reaches 80 with. */
  readonly kept: Copies
  /** Dropped rows that must not be, each with the kept row that it names. */
  readonly dropped: Copies
}

/**
 * Whether two rows' cosine is at least so many hundredths, from their product and squared lengths.
 */
export function reaches(percent: number, product: number, squaredA: number, squaredB: number): boolean {
  return product > 0 && product * product * 100 ** 2 >= percent ** 2 * squaredA * squaredB
}

/** Whether a dropped row is close enough to the kept row that it names. */
export function isCopy(dropped: Int8Array, original: Int8Array): boolean {
  return reaches(COPY_PERCENT, dot(dropped, original), dot(dropped, dropped), dot(original, original))
}

/**
 * Finds the rows to drop, each with the first kept row that it reaches 70 with.
 * @param accepted The codes of all rows, in the order in which their contributions were accepted.
 */
export function findCopies(accepted: readonly Int8Array[]): Copies {
  const kept: Candidate[] = []
  const copies = new Map<number, number>()
  accepted.forEach((codes, row) => {
    const candidate = { row, codes, squared: dot(codes, codes) }
    const first = firstReached(DROP_PERCENT, candidate, kept)
    if (first === undefined) kept.push(candidate)
    else copies.set(row, first)
  })
  return copies
}

/** Finds the kept rows that reach 80 with one before them, each with the first such row. */
export function findKeptCopies(kept: readonly Int8Array[]): Copies {
  const before: Candidate[] = []
  const copies = new Map<number, number>()
  kept.forEach((codes, row) => {
    const candidate = { row, codes, squared: dot(codes, codes) }
    const first = firstReached(KEPT_PERCENT, candidate, before)
    if (first !== undefined) copies.set(row, first)
    before.push(candidate)
  })
  return copies
}

/** Finds what a challenge would find after training: faults of kept rows, and of dropped ones. */
export function findNearCopyFaults(
  codes: readonly Int8Array[],
  copies: Copies,
  search: KeptSearch = findKeptCopies,
): NearCopyFaults {
  const kept = codes.flatMap((_, row) => (copies.has(row) ? [] : [row]))
  const found = search(kept.map((row) => codes[row] as Int8Array))
  return {
    kept: new Map([...found].map(([at, earlier]) => [kept[at] as number, kept[earlier] as number])),
    dropped: new Map(
      [...copies].filter(([row, original]) => !isCopy(codes[row] as Int8Array, codes[original] as Int8Array)),
    ),
  }
}

type Candidate = { readonly row: number; readonly codes: Int8Array; readonly squared: number }

function firstReached(
  percent: number,
  { codes, squared }: Candidate,
  earlier: readonly Candidate[],
): number | undefined {
  return earlier.find((other) => reaches(percent, dot(other.codes, codes), other.squared, squared))?.row
}
