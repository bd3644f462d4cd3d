import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { clockAt } from '../../../chain/clock.ts'
import { MethodMissing, NodeBusy, RangeTooLarge } from '../../../chain/node/nodeError.ts'
import { type Rpc, rpcOver } from '../../../chain/node/rpc.ts'
import { StopError } from '../../../sdk/errors.ts'

interface Asked {
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
}

type Serve = (asked: readonly Asked[], response: ServerResponse, request: IncomingMessage) => void

const LIMIT_BYTES = 1_000
/** Pauses that a node asks for take a fiftieth. */
const HURRIED = clockAt(50)

describe('questions to a node', () => {
  /** How many questions came with each request. */
  let requests: number[]
  let serve: Serve
  let rpc: Rpc
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const asked = [JSON.parse(body) as Asked | Asked[]].flat()
    requests.push(asked.length)
    serve(asked, response, request)
  })

  const answer: Serve = (asked, response) => {
    const answers = asked.map(({ id, params: [result] }) => ({ jsonrpc: '2.0', id, result }))
    response.end(JSON.stringify(answers.length === 1 ? answers[0] : answers.toReversed()))
  }
  const refuse =
    (status: number, error: object): Serve =>
    (_, response) => {
      response.statusCode = status
      response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }))
    }

  let url: URL
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })
  beforeEach(() => {
    requests = []
    serve = answer
    rpc = rpcOver(url.href, { name: 'http://node', timeoutMs: 5_000, answerLimitBytes: LIMIT_BYTES })
  })

  const ask = (param: unknown, method = 'eth_getLogs', together = 100) => rpc.ask({ method, params: [param], together })
  const askAll = (count: number, together?: number) =>
    Promise.all(Array.from({ length: count }, (_, i) => ask(i, 'eth_any', together)))

  it('of the same moment travel together, up to so many, and each gets its own answer', async () => {
    expect(await askAll(7, 3)).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(requests).toEqual([3, 3, 1])
  })

  it('are asked in smaller batches from then on where the node takes no larger ones', async () => {
    serve = (asked, response, request) =>
      asked.length > 2
        ? refuse(200, { code: -32600, message: 'batch too large' })(asked, response, request)
        : answer(asked, response, request)
    expect(await askAll(8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    await askAll(8)
    requests = []
    await askAll(4)
    expect(requests).toEqual([2, 2])
  })

  it('are asked again in halves where their answers are too large together, but not for good', async () => {
    const large = 'x'.repeat(400)
    expect(await Promise.all([ask(large), ask(large), ask(large)])).toEqual([large, large, large])
    requests = []
    await askAll(3)
    expect(requests).toEqual([3])
  })

  it('whose answer alone is too large are to be asked of fewer blocks', async () => {
    await expect(ask('x'.repeat(LIMIT_BYTES))).rejects.toThrow(RangeTooLarge)
  })

  it('fail by themselves where others in their batch do not', async () => {
    serve = ([first, second], response) =>
      response.end(
        JSON.stringify([
          { id: second?.id, error: { code: -32601, message: 'no such method' } },
          { id: first?.id, result: 'well' },
        ]),
      )
    const [well, ill] = await Promise.allSettled([ask(1), ask(2, 'eth_getProof')])
    expect(well).toEqual({ status: 'fulfilled', value: 'well' })
    expect(ill).toMatchObject({ reason: expect.any(MethodMissing) })
  })

  it('that are refused with the limit that the node has say so, also by a status of 400', async () => {
    serve = refuse(400, { code: -32005, message: 'this block range should work: [0x1, 0xa]' })
    await expect(ask(1)).rejects.toMatchObject({ name: 'RangeTooLarge', limit: 10n })
  })

  it.each([
    [
      'by a status',
      (_: unknown, response: ServerResponse) => response.writeHead(429, { 'retry-after': '7' }).end(),
      7_000,
    ],
    // Longer than a timer can wait.
    [
      'by a date',
      (_: unknown, response: ServerResponse) =>
        response.writeHead(503, { 'retry-after': 'Fri, 01 Jan 2999 00:00:00 GMT' }).end('<html>'),
      3_600_000,
    ],
    ['by an error', refuse(200, { code: -32005, message: 'rate limit exceeded' }), undefined],
  ])('that are too many are asked again after a pause: told %s', async (_, busy, retryAfterMs) => {
    serve = busy as Serve
    const patient = { name: 'http://node', timeoutMs: 5_000 * HURRIED.speed, clock: HURRIED }
    rpc = rpcOver(url.href, patient)
    await expect(ask(1)).rejects.toMatchObject({ name: NodeBusy.name, retryAfterMs })
  })

  it('have their answers by ids that came back as text', async () => {
    serve = (asked, response) =>
      response.end(JSON.stringify(asked.map(({ id, params: [result] }) => ({ id: `${id}`, result })).toReversed()))
    expect(await askAll(3)).toEqual([0, 1, 2])
    expect(requests).toEqual([3])
  })

  it('are asked in smaller batches where a list of one error refuses them all', async () => {
    const refused = JSON.stringify([{ id: null, error: { code: -32_600, message: 'batch too large' } }])
    serve = (asked, response, request) => (asked.length > 2 ? response.end(refused) : answer(asked, response, request))
    expect(await askAll(4)).toEqual([0, 1, 2, 3])
    expect(requests).toEqual([4, 2, 2])
  })

  it.each([
    ['a code that is text', { error: { code: '-32005', message: 'limit exceeded' } }],
    ['an error that is text', { error: 'Too Many Requests' }],
    ['a message without an error', { message: 'API rate limit exceeded' }],
    ['a reason beside the message', { error: { code: -32_603, message: 'failed', data: 'rate limit exceeded' } }],
    ['a reason within data', { error: { code: -32_603, message: '', data: { message: 'request rate exceeded' } } }],
  ])('are refused as too many also by %s', async (_, refusal) => {
    serve = (_asked, response) => response.writeHead(200, { 'retry-after': '60' }).end(JSON.stringify(refusal))
    const patient = { name: 'http://node', timeoutMs: 5_000 * HURRIED.speed, clock: HURRIED }
    rpc = rpcOver(url.href, patient)
    await expect(ask(1, 'eth_getBlockByNumber')).rejects.toBeInstanceOf(NodeBusy)
  })

  it('fail where the message of an error is no text', async () => {
    const hostile = { toString: 1, valueOf: 1 }
    serve = refuse(200, { code: -32000, message: hostile })
    await expect(ask(1)).rejects.toMatchObject({ facts: { code: -32_000, message: 'no text' } })
  })

  it('end with their caller', async () => {
    serve = () => {}
    const ended = new AbortController()
    const asked = rpc.ask({ method: 'eth_any', params: [], together: 1, signal: ended.signal })
    setTimeout(() => ended.abort(), 50)
    await expect(asked).rejects.toThrow('aborted')
  })

  it('carry the name and password of the address, and say what to do where they are wrong', async () => {
    const heard: unknown[] = []
    serve = (_, response, { headers }) => {
      heard.push(headers.authorization)
      response.writeHead(401).end()
    }
    url.username = 'me'
    url.password = 'secret'
    const guarded = rpcOver(url.href, { name: 'http://node', timeoutMs: 5_000 })
    await expect(guarded.ask({ method: 'eth_any', params: [], together: 1 })).rejects.toThrow(StopError)
    expect(heard).toEqual([`Basic ${Buffer.from('me:secret').toString('base64')}`])
  })
})
