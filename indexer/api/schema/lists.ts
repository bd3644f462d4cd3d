import { BadRequest } from '../query/badRequest.ts'
import { MAX_LIMIT } from '../query/page.ts'

/** The first items of a computed list without pages. */
export function listOf<T>(
  items: readonly T[],
  limit: bigint,
  most = MAX_LIMIT,
): { readonly items: readonly T[]; readonly totalCount: number } {
  if (limit < 1n || limit > most)
    throw new BadRequest(`limit is ${limit}; this list gives 1 to ${most} items`, 'BAD_REQUEST', { argument: 'limit' })
  return { items: items.slice(0, Number(limit)), totalCount: items.length }
}
