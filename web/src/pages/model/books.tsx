import { count, dateAndTime } from '../../format.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { BookPill } from '../../parts/pill.tsx'
import { Empty } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import type { Model } from '../../queries/model.ts'

export function Books({ of: { modelId, books } }: { of: Model }) {
  return (
    <Card
      title="Revenue by book"
      about="A book holds a day of answers, or more while its fees are few. It is settled and paid as one."
    >
      {books.items.length === 0 ? (
        <Empty title="No book yet" why="The first recorded answer opens one." />
      ) : (
        <Table
          caption="Books of this model"
          file={`books-model-${modelId}.csv`}
          rows={books.items}
          keyOf={(book) => book.id}
          columns={[
            { title: 'Book', cell: ({ number }) => <strong>Book {number}</strong>, csv: (book) => book.id },
            {
              title: 'Closes (UTC)',
              from: 'tablet',
              cell: ({ closesAt }) => dateAndTime(closesAt),
              csv: ({ closesAt }) => new Date(closesAt * 1000).toISOString(),
            },
            {
              title: 'Settles from (UTC)',
              from: 'desk',
              cell: ({ windowEnd }) => dateAndTime(windowEnd),
              csv: ({ windowEnd }) => new Date(windowEnd * 1000).toISOString(),
            },
            {
              title: 'Answers',
              isNumber: true,
              cell: ({ inferenceCount, voidedCount }) =>
                voidedCount === 0 ? count(inferenceCount) : `${count(inferenceCount)}, ${voidedCount} voided`,
              csv: ({ inferenceCount }) => `${inferenceCount}`,
            },
            {
              title: 'Fees, OPEN',
              isNumber: true,
              cell: ({ feesGwei }) => <Amount gwei={feesGwei} />,
              csv: ({ feesGwei }) => `${Number(feesGwei) / 1e9}`,
            },
            {
              title: 'State',
              isNumber: true,
              cell: ({ status }) => <BookPill status={status} />,
              csv: ({ status }) => status,
            },
          ]}
        />
      )}
    </Card>
  )
}
