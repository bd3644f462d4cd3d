import { type KeptCall, receiptFile } from '../../ask/keep.ts'
import { openParts, plainName } from '../../format.ts'
import { Card } from '../../parts/card.tsx'
import { download } from '../../parts/csv.ts'
import { Note } from '../../parts/note.tsx'
import { Pill } from '../../parts/pill.tsx'
import { FOLLOWED, type FollowedAnswer, type FollowedData } from '../../queries/followed.ts'
import { useIndex } from '../../queries/useIndex.ts'
import { Progress } from './progress.tsx'

interface CallsProps {
  readonly calls: readonly KeptCall[]
  readonly remove: (id: string) => void
}

/** Every answer that this browser holds, the newest first, and how far each is. Only hashes of records are asked for. */
export function Calls({ calls, remove }: CallsProps) {
  const hashes = calls.map(({ recordHash }) => recordHash)
  const followed = useIndex<FollowedData>(FOLLOWED, { hashes }, hashes.length > 0)
  const found = followed.data?.inferences.items ?? []
  return calls.map((call) => (
    <OneCall
      key={call.id}
      call={call}
      found={found.find(({ recordHash }) => recordHash === call.recordHash)}
      remove={() => remove(call.id)}
    />
  ))
}

interface OneCallProps {
  readonly call: KeptCall
  readonly found: FollowedAnswer | undefined
  readonly remove: () => void
}

function OneCall({ call, found, remove }: OneCallProps) {
  return (
    <Card
      title={found === undefined ? 'Your answer' : `Your answer ${found.batchId}/${found.position}`}
      aside={<Pill icon="lock">Only in this browser</Pill>}
      foot={
        <>
          <span>
            <bdi>{plainName(call.name, 'The model')}</bdi> charged {openParts(BigInt(call.feeGwei)).digits} OPEN.
          </span>
          <span className="row">
            <button
              type="button"
              className="linky"
              onClick={() => download(`receipt-${call.id}.json`, receiptFile(call), 'application/json')}
            >
              Save the receipt
            </button>
            <button type="button" className="linky" onClick={remove}>
              Remove from this browser
            </button>
          </span>
        </>
      }
    >
      <div className="stack">
        <blockquote>
          <span className="small muted">Question</span>
          <p>{call.question.toWellFormed()}</p>
        </blockquote>
        <p className="said">
          <bdi>{call.said.toWellFormed()}</bdi>
          {call.probability !== undefined && (
            <span className="quiet"> {Math.round(call.probability * 100)} % sure</span>
          )}
        </p>
        {call.fault === undefined ? (
          <p className="small muted">
            The operator’s receipt was checked here: it signs this question, this answer and this fee.
          </p>
        ) : (
          <Note tone="bad">
            <strong>The receipt does not hold the operator to this answer.</strong> {call.fault} Save it, and do not pay
            further.
          </Note>
        )}
        <Progress call={call} found={found} />
      </div>
    </Card>
  )
}
