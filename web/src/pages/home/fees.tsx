import { Bars } from '../../charts/bars.tsx'
import { dayAndMonth } from '../../format.ts'
import { type DayOfFees, feesByDay } from '../../money.ts'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/states.tsx'
import type { HomeData } from '../../queries/home.ts'

export function Fees({ of }: { of: HomeData }) {
  const batches = of.unsettled.items.flatMap((book) => book.batches.items)
  return <FeesByDay days={feesByDay(of.modelDays.items, batches)} title="Fees by day" span={8} />
}

const DAYS_SHOWN = 30

export function FeesByDay({ days, title, span }: { days: readonly DayOfFees[]; title: string; span: 5 | 8 }) {
  const shown = days.slice(-DAYS_SHOWN)
  const [first, last] = [shown[0], shown.at(-1)].map((one) => (one === undefined ? '' : dayAndMonth(one.day * 86_400)))
  const bars = shown.map(({ day, settledGwei, openGwei }) => ({
    label: dayAndMonth(day * 86_400),
    settled: Number(settledGwei) / 1e9,
    open: Number(openGwei) / 1e9,
  }))
  return (
    <Card title={title} span={span} aside={<span className="muted small">OPEN, by day (UTC)</span>}>
      {shown.length === 0 ? (
        <Empty title="No answer was recorded yet" why="Fees show here with the first recorded batch." />
      ) : (
        <Bars
          bars={bars}
          unit="OPEN"
          open="Recorded, not settled"
          label={`Fees by day from ${first} to ${last} in OPEN, with their total so far`}
        />
      )}
    </Card>
  )
}
