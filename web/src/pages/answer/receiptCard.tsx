import { parseReceipt, type Receipt, signedReceipt } from '@attribution-ledger/sdk'
import { useState } from 'react'
import { Card } from '../../parts/card.tsx'
import { Note } from '../../parts/note.tsx'
import { Pill } from '../../parts/pill.tsx'
import { type Words, wordsIn } from './words.ts'

interface ReceiptCardProps {
  readonly recordHash: string
  /** What this browser keeps of an answer that was asked for here. */
  readonly kept: Words | undefined
  readonly receipt: Receipt | undefined
  readonly found: (receipt: Receipt | undefined) => void
}

/** Question and answer are in the payer's receipt alone. It is read here and never sent. */
export function ReceiptCard({ recordHash, kept, receipt, found }: ReceiptCardProps) {
  const [words, setWords] = useState<Words | undefined>(kept)
  const [told, setTold] = useState<string>()
  const read = (text: string) => {
    try {
      const { receipt: json, ...said } = wordsIn(text, recordHash)
      const parsed = parseReceipt(json, 'This receipt')
      found(parsed)
      setWords(said)
      setTold(signedReceipt(parsed).recordHash === recordHash ? undefined : 'This receipt is of another record.')
    } catch (error) {
      setTold(error instanceof Error ? error.message : String(error))
    }
  }
  const drop = async (event: React.DragEvent) => {
    event.preventDefault()
    const [file] = event.dataTransfer.files
    if (file !== undefined) read(await file.text())
  }
  return (
    <Card
      title="Question and answer"
      span={7}
      aside={<Pill icon="lock">Only on this machine</Pill>}
      foot={
        <>
          <span>The chain holds a hash of them, never their words.</span>
          {receipt !== undefined && (
            <button
              type="button"
              className="linky"
              onClick={() => {
                found(undefined)
                setWords(undefined)
                setTold(undefined)
              }}
            >
              Remove receipt
            </button>
          )}
        </>
      }
    >
      {receipt === undefined ? (
        // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way of two; the field takes the same by keyboard.
        <div className="stack drop" onDragOver={(event) => event.preventDefault()} onDrop={(event) => void drop(event)}>
          <p className="muted">
            Drop the receipt of this answer here, or paste it. It is compared in this page, and nothing of it is sent.
          </p>
          <label className="field">
            Receipt, or the operator’s whole reply
            <textarea rows={3} spellCheck={false} onChange={(event) => read(event.target.value)} />
          </label>
          <input
            type="file"
            aria-label="Receipt file"
            accept=".json,.jsonl,application/json"
            onChange={(event) => void event.target.files?.[0]?.text().then(read)}
          />
        </div>
      ) : (
        <div className="stack">
          {words?.question !== undefined && (
            <blockquote>
              <span className="small muted">Question</span>
              <p>{words.question}</p>
            </blockquote>
          )}
          {words?.answer !== undefined && (
            <p className="said">
              <bdi>{words.answer}</bdi>
            </p>
          )}
          <p className="muted">The receipt names this answer’s record. Verify compares its signature.</p>
        </div>
      )}
      {told !== undefined && <Note tone="bad">{told}</Note>}
    </Card>
  )
}
