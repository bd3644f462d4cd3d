import { parseReceipt, signedReceipt } from '@attribution-ledger/sdk'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Card } from '../../parts/card.tsx'
import { BY_RECORD, type FoundByRecord } from '../../queries/answer.ts'
import { ask } from '../../queries/ask.ts'
import { wordsIn } from './words.ts'

/** Only the hash of the record that a receipt promises is asked for; the receipt itself stays here. */
export function FindByReceipt() {
  const navigate = useNavigate()
  const [told, setTold] = useState<string>()
  const find = async (text: string) => {
    try {
      const receipt = parseReceipt(wordsIn(text, '').receipt, 'This receipt')
      const { recordHash: hash } = signedReceipt(receipt)
      const [found] = (await ask<FoundByRecord>(BY_RECORD, { hash })).inferences.items
      if (found === undefined) return setTold('What this receipt promises is not recorded yet.')
      await navigate({
        to: '/answers/$batch/$position',
        params: { batch: found.batchId, position: `${found.position}` },
      })
    } catch (error) {
      setTold(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <Card
      title="Find your answer by its receipt"
      about="The file stays on your machine: only the hash of the record that it promises is looked up."
    >
      <div className="stack">
        <input
          type="file"
          aria-label="Receipt file"
          accept=".json,.jsonl,application/json"
          onChange={(event) => void event.target.files?.[0]?.text().then(find)}
        />
        <p role="status">{told}</p>
      </div>
    </Card>
  )
}
