import { Bars } from '../../charts/bars.tsx'
import { dayAndMonth } from '../../format.ts'
import { Card } from '../../parts/card.tsx'
import type { Account } from '../../queries/account.ts'

const SHOWN = 60

export function ByDay({ of: { accountDays } }: { of: Account }) {
  const bars = accountDays.items
    .filter(({ earnedGwei }) => earnedGwei !== '0')
    .slice(-SHOWN)
    .map(({ day, earnedGwei }) => ({
      label: dayAndMonth(day * 86_400),
      settled: Number(earnedGwei) / 1e9,
      open: 0,
    }))
  return (
    <Card title="By day" span={7} about="A day’s earnings are those of the books that were settled on it.">
      {bars.length === 0 ? (
        <p className="muted">Nothing is settled yet.</p>
      ) : (
        <Bars bars={bars} unit="OPEN" open="Estimate" label="Earned by day in OPEN, with the total so far" />
      )}
    </Card>
  )
}
