import { Link } from '@tanstack/react-router'
import { count, percent, plainName } from '../../format.ts'
import { useInfluences } from '../../influence/useInfluences.ts'
import { sumOf } from '../../money.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { HelpHarm, HelpHarmKey, type Influence, scaleOf } from '../../parts/helpHarm.tsx'
import { ModelPill, Pill } from '../../parts/pill.tsx'
import { Empty } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import type { Account, AccountUnit } from '../../queries/account.ts'

/** Units of the account's own, one model each row. */
export function ByModel({ of: { units, credits } }: { of: Account }) {
  const rows = units.items
  const influenceIn = useInfluences(rows.map(({ model }) => model.modelId))
  if (rows.length === 0) {
    return (
      <Card title="By model">
        <Empty
          title="No model is trained on this account’s data"
          why="When a curator freezes a version with it and somebody trains on that, the model shows here."
        />
      </Card>
    )
  }
  const shareOf = ({ model: { modelId } }: AccountUnit) => {
    const own = credits.items.filter((credit) => credit.model?.modelId === modelId && credit.role === 'Contributor')
    return percent(
      sumOf(own, ({ amountGwei }) => amountGwei),
      sumOf(own, ({ book }) => book?.settlement?.contributorsGwei),
    )
  }
  const influences = rows.flatMap(({ model, unitId }) => influenceIn(model.modelId, unitId) ?? [])
  const scale = scaleOf(influences)
  return (
    <Card
      title="By model"
      about={whyOf(influences)}
      aside={influences.length > 0 ? <HelpHarmKey /> : undefined}
      foot={
        <span>
          Help and harm are parts of what all units of a model are paid by, over its newest answers. Pay is the net of
          each book, never below zero.
        </span>
      }
    >
      <Table
        caption="Earnings by model"
        rows={rows}
        keyOf={({ model, unitId }) => `${model.modelId} ${unitId}`}
        columns={[
          {
            title: 'Model',
            cell: ({ model, unitId }) => (
              <>
                <Link className="strong" to="/models/$id" params={{ id: `${model.modelId}` }}>
                  <bdi>{plainName(model.name, `Model ${model.modelId}`)}</bdi>
                </Link>
                <span className="sub">unit {unitId}</span>
              </>
            ),
          },
          {
            title: 'Rows kept',
            isNumber: true,
            from: 'tablet',
            cell: ({ keptRows, contribution }) =>
              contribution === null ? count(keptRows) : `${count(keptRows)} of ${count(contribution.itemCount)}`,
          },
          {
            title: 'Help and harm',
            from: 'tablet',
            cell: ({ model, unitId }) => {
              const found = influenceIn(model.modelId, unitId)
              return found === undefined ? '–' : <HelpHarm of={found} scale={scale} />
            },
          },
          { title: 'Part of the pools', isNumber: true, from: 'tablet', cell: shareOf },
          {
            title: 'Earned, OPEN',
            isNumber: true,
            cell: ({ receivedGwei }) => (
              <strong>
                <Amount gwei={receivedGwei} />
              </strong>
            ),
          },
          {
            title: 'State',
            isNumber: true,
            cell: ({ struckAt, model }) =>
              struckAt === null ? <ModelPill state={model.state} /> : <Pill tone="bad">Unit struck</Pill>,
          },
        ]}
        total={['Total', '', '', '', <Amount key="total" gwei={sumOf(rows, ({ receivedGwei }) => receivedGwei)} />, '']}
      />
    </Card>
  )
}

/** Why it is this much, in one sentence. */
function whyOf(influences: readonly Influence[]): string {
  const [help, harm] = [
    influences.reduce((sum, one) => sum + one.help, 0),
    influences.reduce((sum, one) => sum + one.harm, 0),
  ]
  if (help + harm === 0) return 'What your data earned in each model that was trained on it.'
  if (harm >= help)
    return 'Your rows moved paid answers the wrong way as much as the right way, or more: harm is not paid.'
  return harm * 4 < help
    ? 'Your rows moved paid answers the right way far more than the wrong way. Help less harm is what counts.'
    : 'Your rows moved paid answers the right way more than the wrong way. Help less harm is what counts.'
}
