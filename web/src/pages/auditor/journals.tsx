import { count } from '../../format.ts'
import { Card } from '../../parts/card.tsx'
import { Table } from '../../parts/table.tsx'
import { Hash } from '../../parts/who.tsx'
import type { AuditorData } from '../../queries/auditor.ts'

export function Journals({ of: { journals } }: { of: AuditorData }) {
  return (
    <Card
      title="Journals"
      span={6}
      foot={<span>Rolling hashes over all events of a contract, kept by itself in one slot.</span>}
    >
      <Table
        caption="Journals of contracts"
        rows={journals.items}
        keyOf={({ contract }) => contract}
        columns={[
          {
            title: 'Contract',
            cell: ({ contract }) => <strong>{`${contract.charAt(0).toUpperCase()}${contract.slice(1)}`}</strong>,
          },
          { title: 'Events', isNumber: true, cell: (row) => count(row.count) },
          { title: 'Rolling hash', isNumber: true, cell: ({ head }) => <Hash of={head} what="rolling hash" /> },
        ]}
      />
    </Card>
  )
}
