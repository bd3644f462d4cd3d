import { useQuery } from '@tanstack/react-query'
import { ask } from './ask.ts'
import { pollMs } from './live.ts'

export const META = `query Meta {
  _meta { block hash timestamp time head lag safe finalised completeFrom verdict }
}`

export interface Meta {
  readonly block: number
  readonly hash: `0x${string}`
  readonly timestamp: number
  readonly time: number
  readonly head: number
  readonly lag: number
  readonly safe: number | null
  readonly finalised: number | null
  readonly completeFrom: number | null
  readonly verdict: 'Receipts' | 'Bloom' | 'Told' | null
}

/** How far the index is: with each of its blocks, or every few seconds. */
export function useMeta() {
  return useQuery({
    queryKey: ['index', 'meta'],
    queryFn: async ({ signal }) => (await ask<{ _meta: Meta }>(META, {}, signal))._meta,
    refetchInterval: pollMs,
    staleTime: 0,
    retry: 0,
  })
}
