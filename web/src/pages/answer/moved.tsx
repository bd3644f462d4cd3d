import { count } from '../../format.ts'
import { Card } from '../../parts/card.tsx'
import { Table } from '../../parts/table.tsx'
import { Who } from '../../parts/who.tsx'
import type { Explanation, Payee, RowTerm } from '../../queries/answer.ts'

const UNITS = 6

/** Rows where the row index is at hand, else units: for and against apart. An explanation, and not money. */
export function Moved({ of }: { of: Explanation }) {
  const hasRows = of.source === 'RowIndex'
  const terms: readonly Term[] = of.units.items.map(({ unitId, term, unit }) => {
    return { key: `${unitId}`, name: `Unit ${unitId}`, term: BigInt(term), unit }
  })
  const rowsOf = (rows: readonly RowTerm[]): readonly Term[] =>
    rows.map(({ unitId, row, term, unit, itemHash }) => {
      return { key: `${unitId} ${row}`, name: `Row ${row} of unit ${unitId}`, term: BigInt(term), unit, itemHash }
    })
  const towards = hasRows ? rowsOf(of.for.items) : terms.filter(({ term }) => term > 0n).slice(0, UNITS)
  const away = hasRows
    ? rowsOf(of.against.items)
    : terms
        .filter(({ term }) => term < 0n)
        .slice(-UNITS)
        .toReversed()
  const most = Math.max(1, ...[...towards, ...away].map(({ term }) => Math.abs(Number(term))))
  return (
    <Card
      title="What moved this answer"
      about={`${of.note} Something that pulls is not a source: it need not state the fact.`}
      aside={<span className="tag">Explanation, not payment</span>}
      foot={<span>Scores are exact integers; bars share one scale.</span>}
    >
      <div className="fa">
        <Side title="For the answer" terms={towards} most={most} />
        <Side title="Against it" terms={away} most={most} isAgainst />
      </div>
      <details className="data">
        <summary>All {count(terms.length)} units as a table</summary>
        <Table
          caption="Influence of every unit on this answer"
          rows={terms}
          keyOf={({ key }) => key}
          file="influence.csv"
          columns={[
            { title: 'Unit', cell: ({ name }) => name, csv: ({ key }) => key },
            {
              title: 'Who',
              cell: ({ unit }) => <Payer of={unit} />,
              csv: ({ unit }) => `${unit.payee?.accountId ?? 'joint'}`,
            },
            { title: 'Score', isNumber: true, cell: ({ term }) => count(term), csv: ({ term }) => `${term}` },
          ]}
        />
      </details>
    </Card>
  )
}

interface Term {
  readonly key: string
  readonly name: string
  readonly term: bigint
  readonly unit: Payee
  readonly itemHash?: string
}

interface SideProps {
  readonly title: string
  readonly terms: readonly Term[]
  readonly most: number
  readonly isAgainst?: boolean
}

function Side({ title, terms, most, isAgainst = false }: SideProps) {
  return (
    <div>
      <h3>
        <i className={`swatch ${isAgainst ? 'hatched' : 'cat-1'}`} />
        {title}
      </h3>
      {terms.length === 0 && <p className="muted">Nothing pulled this way.</p>}
      <ol className={isAgainst ? 'rows against' : 'rows'}>
        {terms.map(({ key, name, term, unit, itemHash }) => (
          <li key={key}>
            <div>
              <span className="strong">{name}</span>
              {itemHash !== undefined && (
                <span className="sub mono" title={itemHash}>
                  item {itemHash.slice(0, 10)}…
                </span>
              )}
            </div>
            <div className="r">
              <Payer of={unit} />
              <span>{count(term).replace('-', '−')}</span>
            </div>
            <div className="bar">
              <b style={{ width: `${(100 * Math.abs(Number(term))) / most}%` }} />
            </div>
          </li>
        ))}
      </ol>
    </div>
  )
}

function Payer({ of: { payee } }: { of: Payee }) {
  if (payee === null) return <span className="muted">joint unit</span>
  return <Who account={payee.accountId} address={payee.payout} />
}
