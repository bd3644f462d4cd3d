import { dateAndTime } from '../../format.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { Note } from '../../parts/note.tsx'
import { Table } from '../../parts/table.tsx'
import type { Strike } from '../../queries/model.ts'

const words: Readonly<Record<string, string>> = {
  BrokenReceipt: 'Record differs from its receipt',
  UnrecordedReceipt: 'Promised record was not shown',
  FalseUnit: 'Unit was proved false',
  UpheldAppeal: 'Appeal was upheld',
}

interface StrikesProps {
  readonly of: { readonly strikes: { readonly items: readonly Strike[] } }
  readonly span?: 6
}

export function Strikes({ of: { strikes }, span }: StrikesProps) {
  return (
    <Card title="Strikes" {...(span !== undefined && { span })}>
      {strikes.items.length === 0 ? (
        <Note tone="good">No court found anything false here.</Note>
      ) : (
        <Table
          caption="Strikes"
          rows={strikes.items}
          keyOf={({ id }) => id}
          columns={[
            {
              title: 'What',
              cell: ({ kind, unitId }) => (
                <>
                  <strong>{words[kind] ?? kind}</strong>
                  {unitId !== null && <span className="sub">unit {unitId}</span>}
                </>
              ),
            },
            { title: 'When (UTC)', from: 'tablet', cell: ({ timestamp }) => dateAndTime(timestamp) },
            { title: 'Slashed, OPEN', isNumber: true, cell: ({ slashedGwei }) => <Amount gwei={slashedGwei} /> },
          ]}
        />
      )}
    </Card>
  )
}
