import { type Meter, noMeter } from '../meter.ts'
import { type Failure, nodeError } from './nodeError.ts'
import { type Message, messagesIn } from './rpcMessage.ts'

/**
 * JSON-RPC over HTTP. Questions of the same moment share a batch, and the number of requests under
 * way is limited.
 */
export interface Rpc {
  /** The unparsed result. Rejects with a node error, or with the reason of `signal`. */
  ask(question: Question): Promise<unknown>
}

export interface Question {
  readonly method: string
  readonly params: readonly unknown[]
  /** How many of its kind may share a request: fewer where answers are large. */
  readonly together: number
  readonly signal?: AbortSignal | undefined
}

export interface RpcOptions {
  /** The node's name in errors. */
  readonly name: string
  /** How long to wait for an answer. */
  readonly timeoutMs: number
  /** The largest answer. A batch with a larger one is sent again in halves. */
  readonly answerLimitBytes?: number
  readonly meter?: Meter
}

const REQUESTS_AT_ONCE = 6
const ANSWER_LIMIT_BYTES = 128 * 2 ** 20

interface Waiting extends Question {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

export function rpcOver(url: string, options: RpcOptions): Rpc {
  const { name, timeoutMs, answerLimitBytes = ANSWER_LIMIT_BYTES, meter = noMeter } = options
  const { address, headers } = withAuthorization(url)
  let waiting: Waiting[] = []
  let underWay = 0
  let isWoken = false
  /** Lowered for good once the node limits its batches. */
  let mostTogether = Number.POSITIVE_INFINITY

  const wake = (): void => {
    if (isWoken) return
    isWoken = true
    // After all questions of this moment.
    queueMicrotask(() => {
      isWoken = false
      while (underWay < REQUESTS_AT_ONCE && waiting.length > 0) void send(nextBatch())
    })
  }

  const nextBatch = (): readonly Waiting[] => {
    const { together } = waiting[0] as Waiting
    const others = waiting.findIndex((one) => one.together !== together)
    const alike = others === -1 ? waiting.length : others
    const batch = waiting.slice(0, Math.min(alike, together, mostTogether))
    waiting = waiting.slice(batch.length)
    return batch
  }

  const send = async (asked: readonly Waiting[]): Promise<void> => {
    const batch = asked.filter(({ signal, reject }) => {
      if (signal?.aborted !== true) return true
      reject(signal.reason)
      return false
    })
    if (batch.length === 0) return
    underWay += 1
    const begun = performance.now()
    const failure = await exchange(batch)
    underWay -= 1
    const ms = performance.now() - begun
    for (const { method } of batch) meter.asked({ node: name, method, ms, isAnswered: failure === undefined })
    if (failure !== undefined) fail(batch, failure)
    wake()
  }

  /** Resolves the questions; returns a failure that concerns all of them. */
  const exchange = async (batch: readonly Waiting[]): Promise<Failure | undefined> => {
    const questions = batch.map(({ method, params }, id) => ({ jsonrpc: '2.0', id, method, params }))
    const body = JSON.stringify(questions.length === 1 ? questions[0] : questions)
    // A request may be aborted only if all of its questions share the signal.
    const [{ signal: first }] = batch as [Waiting]
    const ended = batch.every(({ signal }) => signal === first) ? first : undefined
    const timeout = AbortSignal.timeout(timeoutMs)
    const signal = ended === undefined ? timeout : AbortSignal.any([timeout, ended])
    let text: string | Failure
    try {
      const response = await fetch(address, { method: 'POST', headers, body, signal })
      text = await textOf(response, answerLimitBytes)
      if (!response.ok && typeof text === 'string') text = unsound(response, text)
    } catch (cause) {
      if (ended?.aborted === true) {
        for (const { reject } of batch) reject(ended.reason)
        return undefined
      }
      return { kind: 'silent', reason: reasonOf(cause) }
    }
    if (typeof text !== 'string') return text
    const messages = messagesIn(text, batch.length)
    if ('kind' in messages) return messages
    for (const [i, { method, resolve, reject }] of batch.entries()) {
      const message = messages[i] as Message
      if (message.kind === 'result') resolve(message.result)
      else reject(nodeError(name, method, message))
    }
    return undefined
  }

  const fail = (batch: readonly Waiting[], failure: Failure): void => {
    if (batch.length > 1 && isTooMuch(failure)) {
      const together = Math.ceil(batch.length / 2)
      // The size of answers varies from block to block; a node's batch limit does not.
      if (failure.kind !== 'oversized') mostTogether = together
      waiting = [...batch.map((one) => ({ ...one, together })), ...waiting]
      return
    }
    for (const { method, reject } of batch) reject(nodeError(name, method, failure))
  }

  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        waiting.push({ ...question, resolve, reject })
        wake()
      }),
  }
}

/** Whether a smaller batch may succeed: the node limits batches, or the answer was too large. */
function isTooMuch(failure: Failure): boolean {
  if (failure.kind === 'oversized') return true
  if (failure.kind === 'status') return failure.status === 413
  return failure.kind === 'answered' && /batch/i.test(failure.message)
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

/** The failure of an HTTP error status. Some nodes send JSON-RPC errors with one. */
function unsound(response: Response, text: string): Failure {
  const { status, headers } = response
  if (status === 400 || status === 500) {
    const message = messagesIn(text, 1)
    if ('kind' in message && message.kind === 'answered') return message
    if (Array.isArray(message) && message[0]?.kind === 'answered') return message[0]
  }
  return { kind: 'status', status, retryAfter: headers.get('retry-after') }
}

/** The cause of fetch's "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'it took too long'
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  return cause.message === '' && 'code' in cause ? String(cause.code) : cause.message
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
