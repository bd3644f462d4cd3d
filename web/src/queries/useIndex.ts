import { type QueryKey, useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { ask } from './ask.ts'
import { type Meta, useMeta } from './meta.ts'

/** A question that says which block it is of: `query Name($block: AsOfBlock, …)`. */
export function useIndex<T>(query: string, variables: object = {}, isWhole = true) {
  const { block } = useSearch({ strict: false }) as { readonly block?: number }
  const { data: meta } = useMeta()
  const asked = indexQuery<T>(query, variables, block, meta)
  return useQuery({
    ...asked,
    enabled: isWhole && asked.enabled,
    placeholderData: (last, before) => (isSame(before?.queryKey, asked.queryKey) ? last : undefined),
  })
}

/** @param block Which the page's address names; without it the newest, of which `meta` tells. */
export function indexQuery<T>(query: string, variables: object, block: number | undefined, meta: Meta | undefined) {
  return {
    queryKey: ['index', query, variables, block ?? meta?.hash],
    enabled: block !== undefined || meta !== undefined,
    queryFn: ({ signal }: { signal: AbortSignal }): Promise<T> =>
      ask<T>(query, block === undefined ? variables : { ...variables, block: { number: block } }, signal),
  }
}

/** Whether a question is the same but for its block: a new block brings the same page with newer numbers. */
export function isSame(a: QueryKey | undefined, b: QueryKey): boolean {
  return JSON.stringify(a?.slice(0, 3)) === JSON.stringify(b.slice(0, 3))
}
