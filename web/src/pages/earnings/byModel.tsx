import { Link } from '@tanstack/react-router'
import { count, percent, plainName } from '../../format.ts'
import { sumOf } from '../../money.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { ModelPill, Pill } from '../../parts/pill.tsx'
import { Empty } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import type { Account, AccountUnit } from '../../queries/account.ts'

/** Units of the account's own, one model each row. */
export function ByModel({ of: { units, credits } }: { of: Account }) {
  const rows = units.items
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
  const shareOf = ({ model }: AccountUnit) => {
    const own = credits.items.filter((credit) => credit.model === model && credit.role === 'Contributor')
    return percent(
      sumOf(own, ({ amountGwei }) => amountGwei),
      sumOf(own, ({ settledBook }) => settledBook?.settlement?.contributorsGwei),
    )
  }
  return (
    <Card title="By model" about="What your data earned in each model that was trained on it.">
      <Table
        caption="Earnings by model"
        rows={rows}
        keyOf={({ model, unit }) => `${model} ${unit}`}
        columns={[
          {
            title: 'Model',
            cell: ({ model, unit, ofModel }) => (
              <>
                <Link className="strong" to="/models/$id" params={{ id: `${model}` }}>
                  <bdi>{plainName(ofModel.name, `Model ${model}`)}</bdi>
                </Link>
                <span className="sub">unit {unit}</span>
              </>
            ),
          },
          {
            title: 'Rows kept',
            isNumber: true,
            from: 'tablet',
            cell: ({ keptRows, ofContribution }) =>
              ofContribution === null ? count(keptRows) : `${count(keptRows)} of ${count(ofContribution.itemCount)}`,
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
            cell: ({ struckAt, ofModel }) =>
              struckAt === null ? <ModelPill state={ofModel.state} /> : <Pill tone="bad">Unit struck</Pill>,
          },
        ]}
        total={['Total', '', '', <Amount key="total" gwei={sumOf(rows, ({ receivedGwei }) => receivedGwei)} />, '']}
      />
    </Card>
  )
}
