import { Link } from '@tanstack/react-router'
import type { KeptCall } from '../../ask/keep.ts'
import { count, dateAndTime, distance, openParts } from '../../format.ts'
import { useChainHead } from '../../ledger/useChainHead.ts'
import { Note } from '../../parts/note.tsx'
import { Path } from '../../parts/path.tsx'
import { InferencePill } from '../../parts/pill.tsx'
import { EARNERS, type EarnersData, type FollowedAnswer } from '../../queries/followed.ts'
import { useIndex } from '../../queries/useIndex.ts'

const STEPS = ['Answered', 'Recorded', 'Settled', 'Claimed'] as const

/** How far an answer's fee has come, by the index, block by block. */
export function Progress({ call, found }: { call: KeptCall; found: FollowedAnswer | undefined }) {
  const isSettled = found?.book.status === 'Settled'
  const earners = useIndex<EarnersData>(EARNERS, { book: found?.book.bookId ?? '0' }, isSettled)
  const paid = earners.data?.credits.items ?? []
  const claimed = paid.filter(({ block, account }) => (account.claims.items[0]?.block ?? -1) >= block)
  const done = found === undefined ? 1 : !isSettled ? 2 : claimed.length === 0 ? 3 : 4
  return (
    <div className="stack" aria-live="polite" data-testid="progress" data-step={STEPS[done - 1]}>
      <Path steps={STEPS} done={done} />
      {found === undefined ? (
        <Promised call={call} />
      ) : (
        <>
          <p>
            Recorded in block {count(found.block)}. {settledWords(found)}
            {isSettled && paid.length > 0 && ` ${claimedWords(countOf(claimed), countOf(paid))}`}{' '}
            <SettlesFrom of={found} />
          </p>
          {found.status !== 'Stands' && <InferencePill status={found.status} />}
          <p>
            <Link
              className="btn"
              to="/answers/$batch/$position"
              params={{ batch: found.batchId, position: `${found.position}` }}
            >
              See what moved this answer
            </Link>
          </p>
        </>
      )}
    </div>
  )
}

/** Until when the operator has signed that it records it; and what to do once that is past. */
function Promised({ call: { receipt } }: { call: KeptCall }) {
  const { data: head } = useChainHead()
  const { recordBy } = receipt
  if (head !== undefined && head.timestamp > recordBy)
    return (
      <Note tone="bad">
        <strong>The operator did not record it by {dateAndTime(recordBy)} UTC, as it signed.</strong> Save the receipt,
        and claim what it promises: <code>attribution receipt claim</code>.
      </Note>
    )
  return (
    <p>
      Answered. The operator has signed that it records this by <strong>{dateAndTime(recordBy)} UTC</strong>
      {head !== undefined && `, ${distance(recordBy, head.timestamp)}`}.
    </p>
  )
}

function settledWords({ book: { number, status, settlement } }: FollowedAnswer): string {
  switch (status) {
    case 'Open':
      return `Book ${number} takes more answers, and can then be challenged for a while.`
    case 'Closed':
      return `Book ${number} can be challenged.`
    case 'Settleable':
      return `Book ${number} can be settled now, by anybody.`
    case 'Settling':
      return `Book ${number} is being settled.`
    case 'Settled':
      return `Book ${number} is settled: ${openParts(BigInt(settlement?.contributorsGwei ?? 0)).digits} OPEN of it went to contributors.`
  }
}

function SettlesFrom({ of: { book } }: { of: FollowedAnswer }) {
  const { data: head } = useChainHead()
  const { status, settleableAt } = book
  if (status !== 'Open' && status !== 'Closed') return null
  return (
    <>
      {status === 'Open' ? 'It settles at the latest from ' : 'It settles from '}
      <strong>{dateAndTime(settleableAt)} UTC</strong>
      {head !== undefined && `, ${distance(settleableAt, head.timestamp)}`}.
    </>
  )
}

function countOf(credits: EarnersData['credits']['items']): number {
  return new Set(credits.map(({ accountId }) => accountId)).size
}

function claimedWords(claimed: number, paid: number): string {
  return `${count(claimed)} of the ${count(paid)} accounts that it paid have claimed since.`
}
