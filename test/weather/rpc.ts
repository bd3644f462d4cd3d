import { request } from 'node:http'
import { text } from 'node:stream/consumers'

/** Posts to a node over a connection of its own: one that was kept may be closed from the other side. */
export async function post(url: string, body: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const asked = request(url, { method: 'POST', headers, agent: false }, (response) => {
      text(response).then(resolve, reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** Asks several things in one request, in their order; the first that is refused is thrown. */
export async function askAll(
  url: string,
  questions: readonly { readonly method: string; readonly params: readonly unknown[] }[],
): Promise<readonly unknown[]> {
  const answers = JSON.parse(
    await post(url, JSON.stringify(questions.map((question, id) => ({ jsonrpc: '2.0', id, ...question })))),
  ) as readonly Answer[]
  return questions.map(({ method }, id) => {
    const answer = answers.find((one) => one.id === id)
    if (answer === undefined || answer.error !== undefined) throw new Error(`${method}: ${answer?.error?.message}`)
    return answer.result
  })
}

export async function askOne(url: string, method: string, ...params: readonly unknown[]): Promise<unknown> {
  return (await askAll(url, [{ method, params }]))[0]
}
