import { type QueryKey, useQueries } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import type { Influence } from '../parts/helpHarm.tsx'
import { useMeta } from '../queries/meta.ts'
import { INFLUENCE, type InfluenceData } from '../queries/model.ts'
import { indexQuery, isSame } from '../queries/useIndex.ts'
import { influenceOf } from './influenceOf.ts'

/** Models asked about at once: each takes the sketches of its answers. */
const MOST_MODELS = 6

export type InfluenceIn = (modelId: number, unitId: number) => Influence | undefined

/** Help and harm of units in some models, newest models first where there are many. */
export function useInfluences(modelIds: readonly number[]): InfluenceIn {
  const { block } = useSearch({ strict: false }) as { readonly block?: number }
  const { data: meta } = useMeta()
  const asked = [...new Set(modelIds)].toSorted((a, b) => b - a).slice(0, MOST_MODELS)
  const found = useQueries({
    queries: asked.map((model) => {
      const query = indexQuery<InfluenceData>(INFLUENCE, { model }, block, meta)
      return {
        ...query,
        select: influenceOf,
        placeholderData: (last: InfluenceData | undefined, before?: { readonly queryKey: QueryKey }) =>
          isSame(before?.queryKey, query.queryKey) ? last : undefined,
      }
    }),
  })
  return (modelId, unitId) => found[asked.indexOf(modelId)]?.data?.get(unitId)
}
