import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { ask } from './ask.ts'
import { useMeta } from './meta.ts'

/** A question that says which block it is of: `query Name($block: AsOfBlock, …)`. */
export function useIndex<T>(query: string, variables: object = {}, isWhole = true) {
  const { block } = useSearch({ strict: false }) as { readonly block?: number }
  const { data: meta } = useMeta()
  return useQuery({
    queryKey: ['index', query, variables, block ?? meta?.hash],
    enabled: isWhole && (block !== undefined || meta !== undefined),
    queryFn: ({ signal }) =>
      ask<T>(query, block === undefined ? variables : { ...variables, block: { number: block } }, signal),
    // A new block brings the same page with newer numbers.
    placeholderData: (last, before) => (same(before?.queryKey, query, variables) ? last : undefined),
  })
}

function same(key: readonly unknown[] | undefined, query: string, variables: object): boolean {
  return key?.[1] === query && JSON.stringify(key[2]) === JSON.stringify(variables)
}
