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
  for (const one of parsed) answers.set(isObject(one) ? idOf(one) : undefined, messageOf(one))
  const [alone] = answers.values()
  // Some refuse a batch by a list of one error, of no question.
  if (parsed.length === 1 && count > 1 && alone?.kind === 'answered' && !isOfQuestion(answers, count)) return alone
  return Array.from({ length: count }, (_, id) => answers.get(id) ?? { kind: 'garbled', reason: 'no answer' })
}

/** Some give ids back as text. */
function idOf({ id }: Readonly<Record<string, unknown>>): unknown {
  return typeof id === 'string' && /^\d+$/.test(id) ? Number(id) : id
}

function isOfQuestion(answers: ReadonlyMap<unknown, Message>, count: number): boolean {
  return answers.keys().some((id) => typeof id === 'number' && id < count)
}

function messageOf(parsed: unknown): Message {
  if (!isObject(parsed)) return { kind: 'garbled', reason: 'no message' }
  const { error, message } = parsed
  if (isObject(error)) return { kind: 'answered', code: codeOf(error.code), message: textOf(error) }
  if (typeof error === 'string') return { kind: 'answered', code: 0, message: error }
  if (error !== undefined && error !== null) return { kind: 'garbled', reason: 'no sound error' }
  if ('result' in parsed) return { kind: 'result', result: parsed.result }
  // Gateways before nodes refuse in their own form.
  if (typeof message === 'string') return { kind: 'answered', code: 0, message }
  return { kind: 'garbled', reason: 'no result' }
}

function codeOf(code: unknown): number {
  if (typeof code === 'string' && /^-?\d{1,9}$/.test(code)) return Number(code)
  return typeof code === 'number' ? code : 0
}

/** What an error says: some put the reason beside a message that says nothing. */
function textOf({ message, data }: Readonly<Record<string, unknown>>): string {
  const texts = [message, data, isObject(data) ? data.message : undefined, isObject(data) ? data.reason : undefined]
  const said = texts.filter((text) => typeof text === 'string' && text !== '' && !/^0x[0-9a-f]*$/i.test(text))
  return said.length === 0 ? 'no text' : said.join(': ')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
