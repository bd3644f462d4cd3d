import { percent } from '../../format.ts'
import { splitOf, sumOf } from '../../money.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/states.tsx'
import type { SettledBook } from '../../queries/home.ts'

export function WhereItGoes({ books }: { books: readonly SettledBook[] }) {
  const parts = splitOf(books)
  const whole = sumOf(parts, ({ gwei }) => gwei)
  const fees = sumOf(books, ({ feesGwei }) => feesGwei)
  if (whole === 0n) {
    return (
      <Card title="Where a fee goes" span={4}>
        <Empty title="No book is settled yet" why="Fees of a day are split when their book is settled." />
      </Card>
    )
  }
  const words = parts.map(({ name, gwei }) => `${name} ${percent(gwei, whole, 0)}`).join(', ')
  return (
    <Card
      title="Where a fee goes"
      span={4}
      foot={
        whole === fees ? (
          <span>Paid out equals paid in, to the gwei.</span>
        ) : (
          <span>More was paid out than fees: penalties went to contributors.</span>
        )
      }
    >
      <div className="split" role="img" aria-label={words}>
        {parts.map(({ name, gwei }, i) => (
          <i key={name} className={`cat-${i + 1}`} style={{ flexGrow: Number(gwei) }} />
        ))}
      </div>
      <table className="t tight">
        <caption className="sr">Where settled fees went</caption>
        <thead className="sr">
          <tr>
            <th scope="col">Who</th>
            <th scope="col">Share</th>
            <th scope="col">OPEN</th>
          </tr>
        </thead>
        <tbody>
          {parts.map(({ name, gwei }, i) => (
            <tr key={name}>
              <th scope="row">
                <i className={`swatch cat-${i + 1}`} />
                {name}
              </th>
              <td className="num muted">{percent(gwei, whole, 1)}</td>
              <td className="num">
                <Amount gwei={gwei} />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Settled</th>
            <td />
            <td className="num">
              <Amount gwei={whole} />
            </td>
          </tr>
        </tfoot>
      </table>
    </Card>
  )
}
