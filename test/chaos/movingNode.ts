import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** Stands before a node whose chain changes while it answers: between the questions of one request as well. */
export interface MovingNode {
  readonly url: string
  /** In the middle of one of the next requests, does this. */
  meanwhile(act: () => Promise<void>): Promise<void>
  stop(): Promise<void>
}

export async function startMovingNode(rpcUrl: string): Promise<MovingNode> {
  let waiting: (() => Promise<void>) | undefined
  const forward = async (questions: readonly unknown[]): Promise<readonly unknown[]> => {
    if (questions.length === 0) return []
    const body = JSON.stringify(questions)
    const response = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    return (await response.json()) as readonly unknown[]
  }
  const server = createServer(async (request, response) => {
    const asked: unknown = JSON.parse(await text(request))
    const questions = Array.isArray(asked) ? asked : [asked]
    const act = waiting
    waiting = undefined
    const half = act === undefined ? questions.length : Math.floor(questions.length / 2)
    const before = await forward(questions.slice(0, half))
    await act?.()
    const answers = [...before, ...(await forward(questions.slice(half)))]
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(Array.isArray(asked) ? answers : answers[0]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    meanwhile: (act) =>
      new Promise((resolve, reject) => {
        waiting = () => act().then(resolve, reject)
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
