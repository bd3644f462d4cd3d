import type { Failure } from './nodeError.ts'

/** A node's answer to one question. */
export type Message =
  | { readonly kind: 'result'; readonly result: unknown }
  | Extract<Failure, { readonly kind: 'answered' }>
  | Extract<Failure, { readonly kind: 'garbled' }>

/** The answers to the questions 0 to `count` − 1, in order; or one failure for all of them. */
export function messagesIn(text: string, count: number): readonly Message[] | Failure {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (cause) {
    return { kind: 'garbled', reason: cause instanceof Error ? cause.message : String(cause) }
  }
  if (!Array.isArray(parsed)) {
    const message = messageOf(parsed)
    // A batch is answered by a list, unless the whole batch failed.
    if (count > 1) return message.kind === 'result' ? { kind: 'garbled', reason: 'one answer to several' } : message
    return [message]
  }
  const answers = new Map<unknown, Message>()
  for (const one of parsed) answers.set(isObject(one) ? one.id : undefined, messageOf(one))
  return Array.from({ length: count }, (_, id) => answers.get(id) ?? { kind: 'garbled', reason: 'no answer' })
}

function messageOf(parsed: unknown): Message {
  if (!isObject(parsed)) return { kind: 'garbled', reason: 'no message' }
  const { error } = parsed
  if (error !== undefined && error !== null) {
    if (!isObject(error)) return { kind: 'garbled', reason: 'no sound error' }
    const { code, message } = error
    return {
      kind: 'answered',
      code: typeof code === 'number' ? code : 0,
      message: typeof message === 'string' ? message : 'no text',
    }
  }
  return 'result' in parsed ? { kind: 'result', result: parsed.result } : { kind: 'garbled', reason: 'no result' }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
