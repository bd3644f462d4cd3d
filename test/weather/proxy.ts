import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Clock } from '../../chain/clock.ts'
import { post } from './rpc.ts'

/** Stands before an honest node, and behaves as the servers of a provider do. */
export interface WeatherProxy {
  readonly url: string
  /** Calls so far, those of a batch counted one by one. */
  calls(): number
  /** The calls by method, and how many were refused or spoilt. */
  readonly counts: ReadonlyMap<string, number>
  stop(): Promise<void>
}

export interface Call {
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
}

export type Reply =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } }

/** What a server knows when it is asked. */
export interface Moment {
  /** Milliseconds of simulated time since the proxy began. */
  readonly t: number
  /** The head of the chain behind it. */
  readonly head: number
  /** How many calls the request has. */
  readonly together: number
  /** Calls in the last simulated second, with this request's. */
  readonly recent: number
  /** When a block was first asked for here. */
  firstSeen(block: unknown): number
}

export interface Response {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/** One kind of weather. Each part leaves out what it does not spoil. */
export interface Weather {
  /** In place of any answer: a response, or a connection that is cut or hangs. */
  readonly request?: ((calls: readonly Call[], moment: Moment) => Response | 'cut' | 'hang' | undefined) | undefined
  /** In place of one question. */
  readonly question?: (call: Call, moment: Moment) => Call
  /** In place of one answer. */
  readonly answer?: ((call: Call, reply: Reply, moment: Moment, place: number) => Reply) | undefined
}

export async function startWeatherProxy(
  rpcUrl: string,
  weathers: readonly Weather[],
  clock: Clock,
  head: () => number,
): Promise<WeatherProxy> {
  const begun = clock.now()
  const seen = new Map<unknown, number>()
  const counts = new Map<string, number>()
  let sent: { readonly at: number; readonly calls: number }[] = []
  let total = 0

  const server = createServer(async (request, response) => {
    const asked = JSON.parse(await text(request)) as Call | Call[]
    const calls = [asked].flat()
    total += calls.length
    for (const { method } of calls) counts.set(method, (counts.get(method) ?? 0) + 1)
    const t = clock.now() - begun
    sent = [...sent.filter(({ at }) => at > t - 1_000), { at: t, calls: calls.length }]
    const moment: Moment = {
      t,
      head: head(),
      together: calls.length,
      recent: sent.reduce((sum, one) => sum + one.calls, 0),
      firstSeen: (block) => {
        if (!seen.has(block)) seen.set(block, t)
        return seen.get(block) as number
      },
    }
    for (const { request: spoil } of weathers) {
      const instead = spoil?.(calls, moment)
      if (instead === undefined) continue
      if (instead === 'cut') response.destroy()
      else if (instead !== 'hang') respond(response, instead)
      return
    }
    const questions = calls.map((call) => weathers.reduce((one, { question }) => question?.(one, moment) ?? one, call))
    const replies = await forward(rpcUrl, questions).catch(() => undefined)
    if (replies === undefined) return void response.destroy()
    const answers = calls.map((call, i) => {
      const reply = weathers.reduce((one, { answer }) => answer?.(call, one, moment, i) ?? one, replies[i] as Reply)
      return { jsonrpc: '2.0', id: call.id, ...reply }
    })
    respond(response, { status: 200, body: JSON.stringify(Array.isArray(asked) ? answers : answers[0]) })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: () => total,
    counts,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function respond(response: ServerResponse, { status, headers = {}, body }: Response): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
}

async function forward(rpcUrl: string, calls: readonly Call[]): Promise<readonly Reply[]> {
  const body = JSON.stringify(calls.map((call, id) => ({ ...call, id })))
  const answers = JSON.parse(await post(rpcUrl, body)) as readonly ({ readonly id: number } & Reply)[]
  return calls.map((_, i) => {
    const found = answers.find(({ id }) => id === i)
    if (found === undefined) return { error: { code: -32_603, message: 'nothing came' } }
    return 'error' in found ? { error: found.error } : { result: found.result }
  })
}
