import { Link } from '@tanstack/react-router'
import { dateAndTime, plainName } from '../../format.ts'
import { Amount } from '../../parts/amount.tsx'
import { Identicon } from '../../parts/identicon.tsx'
import { Pill } from '../../parts/pill.tsx'
import { FEE_RECEIPT, type FeeReceiptData } from '../../queries/feeReceipt.ts'
import { useIndex } from '../../queries/useIndex.ts'

const PEOPLE = 3

/** An answer of the newest settled book, as a receipt: what of its fee went to whom. */
export function FeeReceipt() {
  const { data } = useIndex<FeeReceiptData>(FEE_RECEIPT)
  const book = data?.books.items[0]
  const answer = book?.batches.items[0]?.inferences.items[0]
  if (book === undefined || answer === undefined || book.settlement === null) return <div />
  const fee = BigInt(answer.feeGwei)
  const fees = BigInt(book.feesGwei)
  const part = (gwei: string | bigint | null) => (fees === 0n ? 0n : (BigInt(gwei ?? 0) * fee) / fees)
  const people = book.unitPayments.items.flatMap(({ amountGwei, unit }) =>
    unit.payee === null ? [] : [{ ...unit.payee, gwei: part(amountGwei) }],
  )
  const { contributorsGwei, ownerGwei, operatorGwei, royaltiesGwei } = book.settlement
  const best = people.slice(0, PEOPLE)
  const others = part(contributorsGwei) - best.reduce((sum, { gwei }) => sum + gwei, 0n)
  const [owner, operator, royalty] = [part(ownerGwei), part(operatorGwei), part(royaltiesGwei)]
  const treasury = fee - part(contributorsGwei) - owner - operator - royalty
  return (
    <Link
      className="rcpt"
      to="/answers/$batch/$position"
      params={{ batch: answer.batchId, position: `${answer.position}` }}
    >
      <span className="row between">
        <b>
          Answer {answer.batchId}/{answer.position}
        </b>
        <span className="muted small">{dateAndTime(answer.timestamp)} UTC</span>
      </span>
      <span className="row between">
        <bdi className="muted cut">{plainName(answer.model.name, `Model ${answer.model.modelId}`)}</bdi>
        <Pill tone="good">Settled</Pill>
      </span>
      <span className="ln">
        {best.map(({ accountId, payout, gwei }) => (
          <Line key={accountId} gwei={gwei}>
            <Identicon of={payout} />
            Account {accountId}
          </Line>
        ))}
        <Line gwei={others} category={1}>
          Other contributors
        </Line>
        <Line gwei={owner} category={2}>
          Model owner
        </Line>
        <Line gwei={operator} category={3}>
          Operator
        </Line>
        <Line gwei={royalty} category={4}>
          Base model royalty
        </Line>
        <Line gwei={treasury} category={5}>
          Treasury
        </Line>
      </span>
      <span className="tot">
        <span>Fee, OPEN</span>
        <Amount gwei={fee} />
      </span>
    </Link>
  )
}

function Line({ gwei, category, children }: { gwei: bigint; category?: number; children: React.ReactNode }) {
  return (
    <span>
      <span className="chip">
        {category !== undefined && <i className={`id cat-${category}`} />}
        {children}
      </span>
      <Amount gwei={gwei} />
    </span>
  )
}
