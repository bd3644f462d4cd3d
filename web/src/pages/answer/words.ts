import { parseReceipt, signedReceipt } from '@attribution-ledger/sdk'

/** What a reply says beside its receipt. */
export interface Words {
  readonly question: string | undefined
  readonly answer: string | undefined
}

/** Of a receipt, a reply that holds one, or a file of such replies, one a line: the one of this record, else the first. */
export function wordsIn(text: string, recordHash: string): Words & { readonly receipt: string } {
  const replies = objectsIn(text)
  const found = replies.find((reply) => isOf(reply, recordHash)) ?? replies[0]
  if (found === undefined) throw new Error('This is no receipt: it is not JSON.')
  const { receipt, text: question, question: asked, answer } = found
  return {
    receipt: JSON.stringify(receipt ?? found),
    question: wordsOf(question ?? asked),
    answer: wordsOf(answer),
  }
}

function objectsIn(text: string): readonly Record<string, unknown>[] {
  const parse = (json: string): Record<string, unknown>[] => {
    try {
      const value: unknown = JSON.parse(json)
      return typeof value === 'object' && value !== null ? [value as Record<string, unknown>] : []
    } catch {
      return []
    }
  }
  const whole = parse(text)
  return whole.length > 0 ? whole : text.split('\n').flatMap(parse)
}

function isOf(reply: Record<string, unknown>, recordHash: string): boolean {
  try {
    return signedReceipt(parseReceipt(JSON.stringify(reply.receipt ?? reply), 'it')).recordHash === recordHash
  } catch {
    return false
  }
}

function wordsOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, 2_000).toWellFormed() : undefined
}
