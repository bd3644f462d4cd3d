import { count } from '../../format.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/states.tsx'
import { Who } from '../../parts/who.tsx'
import type { HomeData } from '../../queries/home.ts'

export function PaidMost({ of: { accounts, contributing } }: { of: HomeData }) {
  const paid = accounts.items.filter(({ contributorGwei }) => contributorGwei !== '0')
  const most = Number(paid[0]?.contributorGwei ?? 1)
  return (
    <Card
      title="Paid most"
      span={4}
      aside={<span className="muted small">OPEN, settled</span>}
      foot={<span>{count(contributing.totalCount)} people were paid for data</span>}
    >
      {paid.length === 0 ? (
        <Empty title="Nobody was paid yet" why="The first settled book pays its contributors." />
      ) : (
        <ol className="ranks">
          {paid.map(({ accountId, payout, contributorGwei }, i) => (
            <li key={accountId}>
              <span className="row between">
                <span className="row">
                  <span className="faint small">{i + 1}</span>
                  <Who account={accountId} address={payout} />
                </span>
                <Amount gwei={contributorGwei} />
              </span>
              <span className="meter">
                <b style={{ width: `${(100 * Number(contributorGwei)) / most}%` }} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  )
}
