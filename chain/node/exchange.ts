import type { Clock } from '../clock.ts'
import type { Failure } from './nodeError.ts'
import { type Message, messagesIn } from './rpcMessage.ts'

/**
 * One HTTP request to a node: the messages that answer `questions`, in their order; or one failure
 * for all of them. Rejects with the reason of `ended`.
 */
export type Exchange = (
  questions: readonly AskedOnce[],
  ended: AbortSignal | undefined,
) => Promise<readonly Message[] | Failure>

export interface AskedOnce {
  readonly method: string
  readonly params: readonly unknown[]
}

export interface ExchangeOptions {
  readonly timeoutMs: number
  readonly answerLimitBytes: number
  readonly clock: Clock
}

/** Codes of a connection that nobody takes: what was asked plays no part. */
const AWAY = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'])

export function exchangeWith(url: string, { timeoutMs, answerLimitBytes, clock }: ExchangeOptions): Exchange {
  const { address, headers } = withAuthorization(url)
  return async (questions, ended) => {
    const asked = questions.map(({ method, params }, id) => ({ jsonrpc: '2.0', id, method, params }))
    const body = JSON.stringify(asked.length === 1 ? asked[0] : asked)
    const timeout = AbortSignal.timeout(Math.ceil(timeoutMs / clock.speed))
    const signal = ended === undefined ? timeout : AbortSignal.any([timeout, ended])
    try {
      const response = await fetch(address, { method: 'POST', headers, body, signal })
      const text = await textOf(response, answerLimitBytes)
      if (typeof text !== 'string') return text
      return response.ok ? answersIn(response, text, questions.length) : refusalIn(response, text, questions.length)
    } catch (cause) {
      if (ended?.aborted === true) throw ended.reason
      return { kind: 'silent', reason: reasonOf(cause), isAway: isAway(cause) }
    }
  }
}

async function textOf(response: Response, limitBytes: number): Promise<string | Failure> {
  if (response.body === null) return ''
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  if (length <= limitBytes && !response.headers.has('content-encoding')) return await response.text()
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body) {
    bytes += chunk.length
    // Leaving the loop closes the connection.
    if (bytes > limitBytes) return { kind: 'oversized', limitBytes }
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function answersIn({ headers }: Response, text: string, count: number): readonly Message[] | Failure {
  const retryAfter = headers.get('retry-after')
  const told = messagesIn(text, count)
  if (retryAfter === null) return told
  const withRest = (message: Message): Message => (message.kind === 'answered' ? { ...message, retryAfter } : message)
  if (!('kind' in told)) return told.map(withRest)
  return told.kind === 'answered' ? { ...told, retryAfter } : told
}

/** An HTTP error status. Many nodes send JSON-RPC errors with one, and those say more. */
function refusalIn(response: Response, text: string, count: number): readonly Message[] | Failure {
  const { status } = response
  const refused: Failure = { kind: 'status', status, retryAfter: response.headers.get('retry-after') }
  const told = answersIn(response, text, count)
  if ('kind' in told) return told.kind === 'answered' ? { ...told, status } : refused
  if (told.every(({ kind }) => kind === 'garbled')) return refused
  return told.map((message) => (message.kind === 'answered' ? { ...message, status } : message))
}

/** The cause of fetch's "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'it took too long'
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  return cause.message === '' && 'code' in cause ? String(cause.code) : cause.message
}

function isAway(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && AWAY.has(String(cause.code))
}

/** fetch refuses URLs with a user and password, which many node addresses have. */
function withAuthorization(url: string): { readonly address: string; readonly headers: Record<string, string> } {
  const address = new URL(url)
  const headers = { 'content-type': 'application/json' }
  if (address.username === '' && address.password === '') return { address: url, headers }
  const [name, password] = [address.username, address.password].map(decodeURIComponent)
  address.username = ''
  address.password = ''
  const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
  return { address: address.href, headers: { ...headers, authorization } }
}
