import { count } from '../../format.ts'
import { Card } from '../../parts/card.tsx'
import { Pill } from '../../parts/pill.tsx'
import { Table } from '../../parts/table.tsx'
import type { AuditorData, Completeness } from '../../queries/auditor.ts'
import { useMeta } from '../../queries/meta.ts'

const how = {
  Receipts: 'Receipts rebuilt, and hashed to the headers',
  Bloom: 'Logs fit the bloom filters of the headers',
  Told: 'As a node told it, not verified',
} as const

/** How far the history is verified, stretch by stretch. */
export function Verified({ of: { completeness, stretches } }: { of: AuditorData }) {
  const { data: meta } = useMeta()
  const rows = completeness.items
  const [first, last] = [rows[0]?.first ?? 0, rows.at(-1)?.last ?? 0]
  const verified = rows.findLast(({ verdict }) => verdict !== 'Told')?.last ?? 0
  const [journals] = stretches.items
  const isWhole = rows.every(({ verdict }) => verdict !== 'Told')
  return (
    <Card
      title={`Verified to block ${count(verified)} of ${count(Math.max(last, meta?.head ?? 0))}`}
      aside={isWhole ? <Pill tone="good">No fault found</Pill> : <Pill tone="wait">Partly verified</Pill>}
      foot={
        <span>
          {journals === undefined
            ? 'Journals were not compared yet.'
            : `Journals were replayed to block ${count(journals.last)}, and equal ${journals.journals === 'Proof' ? 'storage by proof' : 'what a node says of storage'}.`}
        </span>
      }
    >
      <div className="cover" role="img" aria-label={`Blocks ${first} to ${last}, by how they were verified`}>
        {rows.map((row) => (
          <i
            key={row.first}
            className={row.verdict === 'Told' ? 'w' : ''}
            style={{ flexGrow: row.last - row.first + 1 }}
          />
        ))}
      </div>
      <Table<Completeness>
        caption="Verification by stretch of blocks"
        rows={rows}
        keyOf={(row) => `${row.first}`}
        columns={[
          { title: 'Blocks', cell: (row) => `${count(row.first)} to ${count(row.last)}` },
          { title: 'Count', isNumber: true, from: 'tablet', cell: (row) => count(row.last - row.first + 1) },
          { title: 'How', from: 'tablet', cell: ({ verdict }) => how[verdict] },
          {
            title: 'State',
            isNumber: true,
            cell: ({ verdict }) =>
              verdict === 'Told' ? <Pill tone="wait">Told</Pill> : <Pill tone="good">Verified</Pill>,
          },
        ]}
      />
    </Card>
  )
}
