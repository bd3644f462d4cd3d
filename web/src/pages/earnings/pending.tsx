import type { PendingEarnings } from '@attribution-ledger/sdk'
import { dateAndTime, distance, roughOpen } from '../../format.ts'
import { useChainHead } from '../../ledger/useChainHead.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Pill } from '../../parts/pill.tsx'
import { Skeleton } from '../../parts/states.tsx'

/** Estimates of books that are not settled, worked out from the chain, and from when each can be settled. */
export function Pending({
  pending,
  totalGwei,
}: {
  pending: readonly PendingEarnings[] | undefined
  totalGwei: bigint | undefined
}) {
  const { data: head } = useChainHead()
  return (
    <Card
      title="Pending"
      span={5}
      aside={
        <Pill tone="wait" icon="clock">
          Estimate
        </Pill>
      }
    >
      {pending === undefined || totalGwei === undefined ? (
        <Skeleton lines={3} />
      ) : pending.length === 0 ? (
        <p className="muted">
          Nothing is pending. Answers that your data moves show here as soon as they are recorded.
        </p>
      ) : (
        <>
          <p className="muted">
            About {roughOpen(totalGwei)} OPEN. It can still change, because answers can be challenged.
          </p>
          <ol className="steps">
            {pending.map(({ book, gwei, from, isOpen, isDue }) => (
              <li key={`${book.model} ${book.operator} ${book.number}`}>
                <span className="dot wait">
                  <Icon name={isOpen ? 'ring' : 'clock'} />
                </span>
                <div>
                  <h3>
                    Model {book.model}, book {book.number}
                  </h3>
                  <p>
                    {isDue ? (
                      'It can be settled now, by anybody. Then you can claim at once.'
                    ) : (
                      <>
                        {isOpen ? 'Open. Settles at the latest from ' : 'Settles from '}
                        <strong>{dateAndTime(from)} UTC</strong>
                        {head !== undefined && `, ${distance(from, head.timestamp)}`}.
                      </>
                    )}
                  </p>
                </div>
                <span className="by">
                  <Amount gwei={gwei} rough />
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
    </Card>
  )
}
