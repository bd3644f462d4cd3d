import { count } from '../../format.ts'
import { splitOf, sumOf } from '../../money.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { Note } from '../../parts/note.tsx'
import type { AuditorData } from '../../queries/auditor.ts'

/** Fees in, pay out, over settled books. */
export function Balance({ of: { settled } }: { of: AuditorData }) {
  const books = settled.items
  const parts = splitOf(books)
  const fees = sumOf(books, ({ feesGwei }) => feesGwei)
  const given = sumOf(books, ({ givenGwei }) => givenGwei)
  const out = sumOf(parts, ({ gwei }) => gwei)
  const difference = fees + given - out
  return (
    <Card
      title="The books balance"
      span={6}
      aside={
        <span className="muted small">
          {count(settled.totalCount)} settled {settled.totalCount === 1 ? 'book' : 'books'}
        </span>
      }
    >
      <div className="stack">
        <table className="t">
          <caption className="sr">What went into settled books, and what was paid out</caption>
          <thead>
            <tr>
              <th scope="col">Account</th>
              <th scope="col" className="num">
                In, OPEN
              </th>
              <th scope="col" className="num">
                Out, OPEN
              </th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">Fees of answers</th>
              <td className="num">
                <Amount gwei={fees} />
              </td>
              <td />
            </tr>
            {given > 0n && (
              <tr>
                <th scope="row">Penalties and gifts</th>
                <td className="num">
                  <Amount gwei={given} />
                </td>
                <td />
              </tr>
            )}
            {parts.map(({ name, gwei }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td />
                <td className="num">
                  <Amount gwei={gwei} />
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Total</th>
              <td className="num">
                <Amount gwei={fees + given} />
              </td>
              <td className="num">
                <Amount gwei={out} />
              </td>
            </tr>
          </tfoot>
        </table>
        <Note tone={difference === 0n ? 'good' : 'bad'}>
          {difference === 0n
            ? 'Difference 0 gwei over all settled books.'
            : `The books differ by ${difference} gwei. Rebuild them from a node of your own.`}
        </Note>
      </div>
    </Card>
  )
}
