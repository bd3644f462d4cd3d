import { createHash } from 'node:crypto'
import type { GraphQLParams } from './requestParams.ts'
import { weighted } from './weighted.ts'

/** An answer before it is compressed. */
export interface Answer {
  readonly body: Buffer
  /** 0: as the accepted media type asks. */
  readonly status: number
  readonly retryAfter?: number | undefined
  /** Whether the head alone decides it. */
  readonly isOfHead: boolean
}

/** Answers that follow from a head, by head and question. */
export interface AnswerCache {
  keyOf(head: string | undefined, params: GraphQLParams): string
  get(key: string): Answer | undefined
  set(key: string, answer: Answer): void
}

const MOST_BYTES = 32_000_000
const MOST_ANSWERS = 5_000

export function answerCache(): AnswerCache {
  const kept = weighted<Answer>({ most: MOST_BYTES, count: MOST_ANSWERS, weigh: (_, { body }) => body.length + 200 })
  return {
    keyOf: (head = '', { query, operationName, variables }) =>
      createHash('sha256')
        .update(JSON.stringify([head, query, operationName, variables]))
        .digest('base64url'),
    get: kept.get,
    set: kept.set,
  }
}
