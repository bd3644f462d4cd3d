import { useState } from 'react'
import { count } from '../format.ts'
import { type CsvColumn, csvOf, download } from './csv.ts'

export interface Column<Row> extends CsvColumn<Row> {
  readonly cell: (row: Row, index: number) => React.ReactNode
  readonly isNumber?: boolean
  /** From which width on it is shown: always, on tablets, or on desks. */
  readonly from?: 'tablet' | 'desk'
}

interface TableProps<Row> {
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  readonly total?: readonly React.ReactNode[]
  /** A CSV file's name, where it can be saved. */
  readonly file?: string
  readonly pageSize?: number
}

const shown = { tablet: 'm0', desk: 'm1' } as const

/** A table with its caption, pages of fifty, and a CSV file. */
export function Table<Row>({ caption, columns, rows, keyOf, total, file, pageSize = 50 }: TableProps<Row>) {
  const [page, setPage] = useState(0)
  const pages = Math.max(1, Math.ceil(rows.length / pageSize))
  const now = Math.min(page, pages - 1)
  const classOf = ({ isNumber, from }: Column<Row>) =>
    [isNumber && 'num', from !== undefined && shown[from]].filter(Boolean).join(' ') || undefined
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <section className="scroll" tabIndex={0} aria-label={`${caption}, table`}>
        <table className="t">
          <caption className="sr">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.title} scope="col" className={classOf(column)}>
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(now * pageSize, (now + 1) * pageSize).map((row, i) => (
              <tr key={keyOf(row)}>
                {columns.map((column) => (
                  <td key={column.title} className={classOf(column)}>
                    {column.cell(row, now * pageSize + i)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          {total !== undefined && (
            <tfoot>
              <tr>
                {columns.map((column, i) => (
                  <td key={column.title} className={classOf(column)}>
                    {total[i]}
                  </td>
                ))}
              </tr>
            </tfoot>
          )}
        </table>
      </section>
      {(pages > 1 || file !== undefined) && (
        <div className="row between small muted pager">
          <span>
            {pages > 1
              ? `${count(now * pageSize + 1)} to ${count(Math.min(rows.length, (now + 1) * pageSize))} of ${count(rows.length)}`
              : `${count(rows.length)} ${rows.length === 1 ? 'row' : 'rows'}`}
          </span>
          <span className="row">
            {pages > 1 && (
              <>
                <button type="button" className="btn sm" disabled={now === 0} onClick={() => setPage(now - 1)}>
                  Previous
                </button>
                <button type="button" className="btn sm" disabled={now === pages - 1} onClick={() => setPage(now + 1)}>
                  Next
                </button>
              </>
            )}
            {file !== undefined && (
              <button type="button" className="btn sm" onClick={() => download(file, csvOf(columns, rows))}>
                Download CSV
              </button>
            )}
          </span>
        </div>
      )}
    </>
  )
}
