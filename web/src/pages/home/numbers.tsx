import { count } from '../../format.ts'
import { sumOf } from '../../money.ts'
import { Amount } from '../../parts/amount.tsx'
import { Stat, Stats } from '../../parts/statement.tsx'
import type { HomeData } from '../../queries/home.ts'

export function Numbers({ of }: { of: HomeData }) {
  const { settled, unsettled, inferences, contributing, claimed, claims, datasets } = of
  const paid = sumOf(settled.items, ({ settlement }) => settlement?.contributorsGwei)
  const fees = sumOf(settled.items, ({ feesGwei }) => feesGwei)
  const waiting = unsettled.items.reduce((sum, { inferenceCount }) => sum + inferenceCount, 0)
  return (
    <Stats>
      <Stat
        name="Paid to contributors"
        note={
          <>
            of <Amount gwei={fees} /> OPEN in settled fees
          </>
        }
      >
        <Amount gwei={paid} unit />
      </Stat>
      <Stat
        name="Answers recorded"
        note={`${count(inferences.totalCount - waiting)} settled, ${count(waiting)} in books that are not`}
      >
        {count(inferences.totalCount)}
      </Stat>
      <Stat
        name="Contributors paid"
        note={`${count(datasets.totalCount)} ${datasets.totalCount === 1 ? 'dataset' : 'datasets'}`}
      >
        {count(contributing.totalCount)}
      </Stat>
      <Stat name="Claimed so far" note={`${count(claimed.totalCount)} accounts, ${count(claims.totalCount)} claims`}>
        <Amount gwei={sumOf(claimed.items, ({ claimedGwei }) => claimedGwei)} unit />
      </Stat>
    </Stats>
  )
}
