import { drift, signsOf } from '@attribution-ledger/sdk'
import { useMemo } from 'react'
import { hexToBytes } from 'viem'
import { count } from '../../format.ts'
import { Fact, Facts } from '../../parts/statement.tsx'
import { INFLUENCE, type InfluenceData, type Model } from '../../queries/model.ts'
import { useIndex } from '../../queries/useIndex.ts'

/** Fewer than this a side look like drift by chance alone (docs/evaluations.md). */
const FEWEST = 84
const MOST = 150

const meaning = {
  stable: 'Traffic is as it was before',
  shifting: 'Something is different: measure again before relying on older benchmarks',
  drifted: 'Traffic has changed: benchmarks of before say little of it',
} as const

/** Whether the newest answers look like those before them, by their sketches on chain. */
export function Drift({ of }: { of: Model }) {
  const { data } = useIndex<InfluenceData>(INFLUENCE, { model: of.modelId })
  const found = useMemo(() => (data === undefined ? undefined : driftIn(data)), [data])
  if (found === undefined) return null
  return (
    <div className="door">
      <Facts>
        <Fact name={`Newest ${count(found.presentCount)} answers beside as many before`}>
          <strong>{meaning[found.level]}</strong>{' '}
          <span className="small muted">
            PSI {found.largestPsi.toFixed(2)}, by chance up to {found.psiByChance.limit.toFixed(2)}
          </span>
        </Fact>
      </Facts>
    </div>
  )
}

function driftIn({ inferences }: InfluenceData) {
  const sketches = inferences.items.flatMap(({ sketch }) => (sketch === null ? [] : [signsOf(hexToBytes(sketch))]))
  const size = Math.min(MOST, sketches.length >> 1)
  return size < FEWEST ? undefined : drift(sketches.slice(size, 2 * size), sketches.slice(0, size))
}
