import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One answer of a JSON-RPC node, and a way to falsify it. */
export interface Exchange {
  readonly method: string
  readonly params: readonly unknown[]
  readonly result: unknown
}
/** What it answers instead, at once or after a while. */
export type Lie = (exchange: Exchange) => unknown

/** In place of a lie: the node says that it will not answer. */
export interface Refusal {
  readonly refusal: { readonly code: number; readonly message: string }
}
export const REFUSED: Refusal = { refusal: { code: -32_601, message: 'The method does not exist' } }

/** Something else than an answer: it takes over the response, or leaves it hanging. */
export type Trouble = (response: ServerResponse) => void

export interface LyingNode {
  readonly url: string
  stop(): Promise<void>
}

/** What becomes of the n-th request, counted from 0; undefined where it is answered. */
export type Troubles = (request: number) => Trouble | undefined

/** Stands before an honest node and falsifies what `lie` wants falsified, or gives trouble in place of an answer. */
export async function startLyingNode(rpcUrl: string, lie: Lie, trouble?: Troubles): Promise<LyingNode> {
  let requests = 0
  const server = createServer(async (request, response) => {
    const body = await read(request)
    const instead = trouble?.(requests++)
    if (instead !== undefined) {
      instead(response)
      return
    }
    const asked: unknown = JSON.parse(body)
    const answer = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const answered: unknown = await answer.json()
    const falsified = Array.isArray(asked)
      ? await Promise.all(
          (answered as Answer[]).map((one) =>
            falsify(
              one,
              (asked as Question[]).find(({ id }) => id === one.id),
            ),
          ),
        )
      : await falsify(answered as Answer, asked as Question)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(falsified))
  })
  const falsify = async (answer: Answer, question: Question | undefined): Promise<object> => {
    if (question === undefined) return answer
    const result = await lie({ ...question, result: answer.result })
    return isRefusal(result) ? { jsonrpc: '2.0', id: question.id, error: result.refusal } : { ...answer, result }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function isRefusal(result: unknown): result is Refusal {
  return typeof result === 'object' && result !== null && 'refusal' in result
}

interface Question {
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
}

interface Answer {
  readonly id: number
  readonly result: unknown
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
