// Books: the n-th of a model and an operator, `model << 64 | operator << 32 | n`, where n counts from 1.
// contracts/types/Ids.sol.

/** Whose calls a book holds, and which of theirs it is. */
export interface BookKey {
  readonly model: number
  readonly operator: number
  readonly number: number
}

const FIELD = 32n
const MASK = (1n << FIELD) - 1n

export function bookId({ model, operator, number }: BookKey): bigint {
  return (BigInt(model) << (2n * FIELD)) | (BigInt(operator) << FIELD) | BigInt(number)
}

/**
 * When a book closes: a strike of its model closes those that are open at that moment, and at once those that are opened afterwards.
 * @param closesAt When it closes otherwise.
 * @param struckAt Undefined of a model that was not struck.
 */
export function closeOfBook(
  { openedAt, closesAt }: { readonly openedAt: number; readonly closesAt: number },
  struckAt: number | undefined,
): number {
  return struckAt === undefined ? closesAt : Math.min(closesAt, Math.max(openedAt, struckAt))
}

export function bookKeyOf(book: bigint): BookKey {
  return {
    model: Number(book >> (2n * FIELD)),
    operator: Number((book >> FIELD) & MASK),
    number: Number(book & MASK),
  }
}
