import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { count, dateAndTime, plainName } from '../../format.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { Head } from '../../parts/head.tsx'
import { BookPill, InferencePill } from '../../parts/pill.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import { ANSWERS, type AnswersData } from '../../queries/answer.ts'
import { useIndex } from '../../queries/useIndex.ts'
import { FindByReceipt } from './findByReceipt.tsx'

export function Answers() {
  const [cursors, setCursors] = useState<readonly string[]>([])
  const answers = useIndex<AnswersData>(ANSWERS, { after: cursors.at(-1) ?? null })
  return (
    <>
      <Head
        name="Answers"
        title="Answers"
        about="Every paid answer, the newest first. What was asked and said is not on the chain."
      />
      <div className="grid">
        <FindByReceipt />
        <Card title="Recorded answers">
          <Loaded of={answers} lines={8}>
            {({ inferences: { items, totalCount, pageInfo } }) =>
              items.length === 0 ? (
                <Empty title="No answer was recorded yet" why="Answers show here with the first recorded batch." />
              ) : (
                <>
                  <Table
                    caption="Recorded answers"
                    rows={items}
                    keyOf={({ id }) => id}
                    columns={[
                      {
                        title: 'Answer',
                        cell: ({ batchId, position }) => (
                          <Link
                            className="strong"
                            to="/answers/$batch/$position"
                            params={{ batch: batchId, position: `${position}` }}
                          >
                            {batchId}/{position}
                          </Link>
                        ),
                      },
                      { title: 'When (UTC)', from: 'tablet', cell: ({ timestamp }) => dateAndTime(timestamp) },
                      {
                        title: 'Model',
                        cell: ({ model }) => <bdi>{plainName(model.name, `Model ${model.modelId}`)}</bdi>,
                      },
                      { title: 'Payer', from: 'desk', cell: ({ payerId }) => `Account ${payerId}` },
                      { title: 'Fee, OPEN', isNumber: true, cell: ({ feeGwei }) => <Amount gwei={feeGwei} /> },
                      {
                        title: 'State',
                        isNumber: true,
                        from: 'tablet',
                        cell: ({ status, book }) =>
                          status === 'Stands' ? <BookPill status={book.status} /> : <InferencePill status={status} />,
                      },
                    ]}
                  />
                  <div className="row between small muted pager">
                    <span>{count(totalCount)} in all</span>
                    <span className="row">
                      <button
                        type="button"
                        className="btn sm"
                        disabled={cursors.length === 0}
                        onClick={() => setCursors(cursors.slice(0, -1))}
                      >
                        Newer
                      </button>
                      <button
                        type="button"
                        className="btn sm"
                        disabled={!pageInfo.hasNextPage || pageInfo.endCursor === null}
                        onClick={() => setCursors([...cursors, pageInfo.endCursor ?? ''])}
                      >
                        Older
                      </button>
                    </span>
                  </div>
                </>
              )
            }
          </Loaded>
        </Card>
      </div>
    </>
  )
}
