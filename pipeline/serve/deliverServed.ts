import type { Hex } from 'viem'
import { keccak } from '../../attribution/keccak.ts'
import { StopError } from '../../sdk/errors.ts'
import type { Receipt } from '../../sdk/receipt.ts'
import type { OperatorOptions, Request } from './operation.ts'

/** Calls that were served and whose answers no caller has: killed in between, or asked for again elsewhere. */
export async function deliverServed(
  { answer, answers, journal }: OperatorOptions,
  requests: readonly Request[],
): Promise<void> {
  const missing = requests.filter(({ id }) => journal.calls.has(id) && !answers.answered.has(id))
  if (missing.length === 0) return
  const again = await answer(missing.map(({ text }) => text))
  answers.write(
    missing.map(({ id, text }, i) => {
      const receipt = journal.calls.get(id) as Receipt
      const response = again[i]?.response ?? ''
      if (hashOf(text) !== receipt.requestHash || hashOf(response) !== receipt.answerHash) {
        throw new StopError(
          `Request ${id} was served before, with another text or another answer`,
          { requestHash: receipt.requestHash, answerHash: receipt.answerHash },
          'Give every request a name of its own, and serve it by the model that answered it.',
        )
      }
      return { id, answer: response, receipt }
    }),
  )
}

/** What a receipt says of a request or an answer. */
export function hashOf(text: string): Hex {
  return keccak(new TextEncoder().encode(text))
}
