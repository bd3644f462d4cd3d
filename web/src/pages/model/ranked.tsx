import { useMemo } from 'react'
import { Ranks } from '../../charts/ranks.tsx'
import { count, percent } from '../../format.ts'
import { influenceOf } from '../../influence/influenceOf.ts'
import { sumOf } from '../../money.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { HelpHarm, HelpHarmKey, scaleOf } from '../../parts/helpHarm.tsx'
import { Empty } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import { Who } from '../../parts/who.tsx'
import { INFLUENCE, type InfluenceData, type Model, type ModelUnit } from '../../queries/model.ts'
import { useIndex } from '../../queries/useIndex.ts'

/** Contributors by what they were paid, with the help and harm behind it, worked out in this page. */
export function Ranked({ of }: { of: Model }) {
  const { units } = of
  const paid = sumOf(units.items, ({ receivedGwei }) => receivedGwei)
  const asked = useIndex<InfluenceData>(INFLUENCE, { model: of.modelId }, of.sketched === true)
  const influence = useMemo(() => (asked.data === undefined ? undefined : influenceOf(asked.data)), [asked.data])
  if (paid === 0n) {
    return (
      <Card title="Contributors, ranked">
        <Empty title="Nobody was paid yet" why="The first settled book of this model pays its contributors." />
      </Card>
    )
  }
  const shares = units.items.map(({ receivedGwei }) => Number((BigInt(receivedGwei) * 1_000_000n) / paid) / 10_000)
  const half = halfOf(shares)
  const scale = scaleOf(
    units.items.flatMap(({ unitId, receivedGwei }) => (receivedGwei === '0' ? [] : (influence?.get(unitId) ?? []))),
  )
  const answers = asked.data?.inferences
  const about = `${half} of ${count(units.totalCount)} share half of the pay.`
  const noted =
    answers === undefined
      ? undefined
      : answers.totalCount > answers.items.length
        ? `Help and harm are of the newest ${count(answers.items.length)} of ${count(answers.totalCount)} answers.`
        : `Help and harm are of all ${count(answers.totalCount)} answers that stand.`
  return (
    <Card
      title="Contributors, ranked"
      about={about}
      aside={influence !== undefined && influence.size > 0 ? <HelpHarmKey /> : undefined}
      foot={<span>{noted ?? 'Pay is of settled books.'}</span>}
    >
      <div className="split-two">
        <Ranks shares={shares} label={`Share of the pool by rank: ${about}`} />
        <div>
          <Table
            caption="Contributors by pay"
            file={`contributors-model-${of.modelId}.csv`}
            pageSize={10}
            rows={units.items}
            keyOf={({ unitId }) => `${unitId}`}
            columns={[
              { title: '#', from: 'tablet', cell: (_, i) => <span className="faint">{i + 1}</span> },
              {
                title: 'Who',
                cell: payerOf,
                csv: ({ unitId, payee }) => (payee === null ? `joint unit ${unitId}` : `account ${payee.accountId}`),
              },
              {
                title: 'Rows',
                isNumber: true,
                from: 'desk',
                cell: ({ keptRows }) => count(keptRows),
                csv: ({ keptRows }) => `${keptRows}`,
              },
              {
                title: 'Help and harm',
                from: 'tablet',
                cell: ({ unitId }) => {
                  const found = influence?.get(unitId)
                  return found === undefined ? '' : <HelpHarm of={found} scale={scale} />
                },
              },
              {
                title: 'Share',
                isNumber: true,
                from: 'tablet',
                cell: ({ receivedGwei }) => percent(BigInt(receivedGwei), paid),
              },
              {
                title: 'OPEN',
                isNumber: true,
                cell: ({ receivedGwei }) => <Amount gwei={receivedGwei} />,
                csv: ({ receivedGwei }) => `${Number(receivedGwei) / 1e9}`,
              },
            ]}
          />
        </div>
      </div>
    </Card>
  )
}

function payerOf({ unitId, payee }: ModelUnit): React.ReactNode {
  if (payee === null) return `Joint unit ${unitId}`
  return <Who account={payee.accountId} address={payee.payout} />
}

/** How few have half of the pay. */
function halfOf(shares: readonly number[]): number {
  let sum = 0
  return (
    shares.findIndex((share) => {
      sum += share
      return sum >= 50
    }) + 1
  )
}
