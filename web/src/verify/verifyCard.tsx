import type { Receipt } from '@attribution-ledger/sdk'
import { useState } from 'react'
import { usePage } from '../context.ts'
import { nodeOf } from '../ledger/chain.ts'
import { useReader } from '../ledger/useReader.ts'
import { Card } from '../parts/card.tsx'
import { Note } from '../parts/note.tsx'
import { Pill } from '../parts/pill.tsx'
import { type AnswerData, BOOK_PROOF, type BookProofData, type Inference } from '../queries/answer.ts'
import { ask } from '../queries/ask.ts'
import { answerChecks } from './proveAnswer.ts'
import { runSteps, type Step } from './step.ts'
import { Steps } from './steps.tsx'

interface VerifyCardProps {
  readonly inference: Inference
  readonly at: AnswerData['_meta']
  readonly receipt: Receipt | undefined
}

export function VerifyCard({ inference, at, receipt }: VerifyCardProps) {
  const page = usePage()
  const { deployment } = page
  const reader = useReader()
  const [steps, setSteps] = useState<readonly Step[]>()
  const [isBusy, setBusy] = useState(false)
  const verify = async () => {
    setBusy(true)
    try {
      const block = { number: at.block }
      const { book } = await ask<BookProofData>(BOOK_PROOF, { id: inference.bookId, block })
      await runSteps(answerChecks({ ...reader, deployment, inference, block: at.block, receipt, book }), setSteps)
    } catch (error) {
      const says = error instanceof Error ? error.message : String(error)
      setSteps([{ name: 'Index', state: 'fails', says }])
    } finally {
      setBusy(false)
    }
  }
  const checked = steps?.filter(({ state }) => state === 'holds').length ?? 0
  const failed = steps?.findIndex(({ state }) => state === 'fails') ?? -1
  const isDone = steps !== undefined && !isBusy
  const { isOwn, url } = nodeOf(page)
  return (
    <Card
      title="Verify"
      about="Done in this page, from public bytes and the block hash that your node names. Nothing here asks you to trust the index."
      aside={
        isDone &&
        (failed < 0 ? (
          <Pill tone="good">
            {checked} {checked === 1 ? 'step holds' : 'steps hold'}
          </Pill>
        ) : (
          <Pill tone="bad">Step {failed + 1} failed</Pill>
        ))
      }
      foot={
        <span>
          Node:{' '}
          {isOwn
            ? 'yours'
            : url === undefined
              ? 'your wallet’s'
              : 'of this server. Name your own below, to trust nobody'}
        </span>
      }
    >
      <div className="stack">
        <button type="button" className="btn pri" disabled={isBusy} onClick={() => void verify()}>
          {isBusy ? 'Verifying…' : steps === undefined ? 'Verify this answer' : 'Verify again'}
        </button>
        <div aria-live="polite">{steps !== undefined && <Steps steps={steps} />}</div>
        {isDone && failed >= 0 && (
          <Note tone="bad">
            What does not hold may be a node that is behind: try another one. If it stays, do not rely on what this
            index says.
          </Note>
        )}
      </div>
    </Card>
  )
}
