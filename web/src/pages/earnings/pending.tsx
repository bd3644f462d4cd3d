import type { BookKey, PendingEarnings } from '@attribution-ledger/sdk'
import { useConnection } from 'wagmi'
import type { Claiming } from '../../claim/useClaim.ts'
import { usePage } from '../../context.ts'
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
  claiming,
}: {
  pending: readonly PendingEarnings[] | undefined
  totalGwei: bigint | undefined
  claiming: Claiming
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
                      'It can be settled now, by anybody.'
                    ) : (
                      <>
                        {isOpen ? 'Open. Settles at the latest from ' : 'Settles from '}
                        <strong>{dateAndTime(from)} UTC</strong>
                        {head !== undefined && `, ${distance(from, head.timestamp)}`}.
                      </>
                    )}
                  </p>
                  {isDue && <Settle book={book} claiming={claiming} />}
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

/** Most books take one transaction, which pays out as well. */
function Settle({ book, claiming }: { book: BookKey; claiming: Claiming }) {
  const { chainId: ledgerChain } = usePage().deployment
  const { address, chainId } = useConnection()
  const isOff = address === undefined || chainId !== ledgerChain || claiming.isBusy
  return (
    <button type="button" className="btn sm" disabled={isOff} onClick={() => void claiming.settle(book)}>
      {address === undefined ? 'Connect a wallet to settle' : 'Settle it and claim'}
    </button>
  )
}
