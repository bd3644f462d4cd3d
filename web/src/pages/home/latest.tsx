import { Link, useSearch } from '@tanstack/react-router'
import { count, dateAndTime, plainName } from '../../format.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { BookPill, Pill } from '../../parts/pill.tsx'
import { Empty } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import { Who } from '../../parts/who.tsx'
import type { HomeData } from '../../queries/home.ts'

interface Happening {
  readonly key: string
  readonly timestamp: number
  readonly what: React.ReactNode
  readonly detail: React.ReactNode
  readonly gwei: string
  readonly state: React.ReactNode
}

const SHOWN = 8
const LIVE = 'New rows arrive by themselves, with every block.'

export function Latest({ of: { batches, claims } }: { of: HomeData }) {
  const { block } = useSearch({ strict: false }) as { readonly block?: number }
  const recorded = batches.items.map((batch): Happening => {
    const name = plainName(batch.model.name, `model ${batch.model.modelId}`)
    return {
      key: `batch ${batch.batchId}`,
      timestamp: batch.timestamp,
      what: (
        <Link className="ink" to="/answers/$batch/$position" params={{ batch: batch.batchId, position: '0' }}>
          Answers recorded
        </Link>
      ),
      detail: (
        <>
          {count(batch.count)} {batch.count === 1 ? 'answer' : 'answers'}, <bdi>{name}</bdi>
        </>
      ),
      gwei: batch.feesGwei,
      state: <BookPill status={batch.book.status} />,
    }
  })
  const claimed = claims.items.map(
    (claim): Happening => ({
      key: `claim ${claim.id}`,
      timestamp: claim.timestamp,
      what: 'Claimed',
      detail: <Who account={claim.accountId} address={claim.recipient} />,
      gwei: claim.amountGwei,
      state: <Pill tone="good">Claimed</Pill>,
    }),
  )
  const all = [...recorded, ...claimed].toSorted((a, b) => b.timestamp - a.timestamp).slice(0, SHOWN)
  return (
    <Card
      title="Latest"
      span={8}
      aside={block === undefined ? <span className="live small muted">Live</span> : undefined}
      foot={<span>{block === undefined ? LIVE : `As it stood after block ${count(block)}.`}</span>}
    >
      {all.length === 0 ? (
        <Empty title="Nothing happened yet" why="Recorded answers and claims show here." />
      ) : (
        <Table
          caption="Latest events"
          rows={all}
          keyOf={({ key }) => key}
          columns={[
            {
              title: 'When (UTC)',
              from: 'tablet',
              cell: ({ timestamp }) => <span className="muted nowrap">{dateAndTime(timestamp)}</span>,
            },
            { title: 'What', cell: ({ what }) => <span className="strong nowrap">{what}</span> },
            { title: 'Detail', from: 'tablet', cell: ({ detail }) => detail },
            { title: 'OPEN', isNumber: true, cell: ({ gwei }) => <Amount gwei={gwei} /> },
            { title: 'State', isNumber: true, cell: ({ state }) => state },
          ]}
        />
      )}
    </Card>
  )
}
