import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAiBackend } from '../../gateway/backends/openAi.ts'
import { hashOfSecret } from '../../gateway/payment/payment.ts'
import type { RunningGateway } from '../../gateway/startGateway.ts'
import { promisedRecord, receiptSchema } from '../../sdk/receipt.ts'
import { FEE_UNIT, identity, K, type LocalGateway, MODEL, startLocalGateway } from './localGateway.ts'

type Fault = 'nonsense' | 'ends' | 'hangs up'

/** A server as vLLM and llama.cpp are to their callers, one word a token, and a gradient service beside it. */
function startUpstream(said: string[]) {
  let width = K
  let status = 200
  let breaks: Fault | undefined
  const server: Server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    if (request.url === '/gradient') {
      response.end(JSON.stringify({ gradient: Array.from({ length: width }, (_, i) => i - 31.5) }))
      return
    }
    if (request.method === 'GET') {
      response.end('{}')
      return
    }
    said.push(text)
    if (status !== 200) {
      response.writeHead(status).end(JSON.stringify({ error: { message: 'This is longer than my context.' } }))
      return
    }
    const { max_tokens } = JSON.parse(text)
    response.setHeader('content-type', 'text/event-stream')
    const send = (value: object) => response.write(`data: ${JSON.stringify(value)}\n\n`)
    if (breaks !== undefined) {
      send({ choices: [{ delta: { content: 'word' }, finish_reason: null }] })
      if (breaks === 'nonsense') response.end('data: {"choices": 7}\n\n')
      else if (breaks === 'ends') response.end()
      else setTimeout(() => response.destroy(), 20)
      return
    }
    for (let token = 1; token <= max_tokens && !request.socket.destroyed; token++) {
      send({
        choices: [{ delta: { content: `word${token} ` }, finish_reason: token === max_tokens ? 'length' : null }],
      })
      await sleep(5)
    }
    send({ choices: [], usage: { prompt_tokens: 3, completion_tokens: max_tokens } })
    response.end('data: [DONE]\n\n')
  })
  return new Promise<{
    readonly url: string
    readonly becomes: (changed: { width?: number; status?: number; breaks?: Fault }) => void
    readonly stop: () => void
  }>((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        becomes: (changed) => {
          width = changed.width ?? K
          status = changed.status ?? 200
          breaks = changed.breaks
        },
        stop: () => {
          server.close()
          server.closeAllConnections()
        },
      }),
    ),
  )
}

describe('a gateway before an OpenAI-compatible server', () => {
  let its: LocalGateway
  let gateway: RunningGateway
  let upstream: Awaited<ReturnType<typeof startUpstream>>
  let openai: OpenAI
  const said: string[] = []
  const secret = 'att-upstream'
  const messages = [{ role: 'user' as const, content: 'Tell me.' }]
  beforeAll(async () => {
    its = await startLocalGateway()
    upstream = await startUpstream(said)
    const [{ payer, salt, signer, model }] = its.channels
    const key = { model, channel: { payer, salt }, signer, limitGwei: 10n ** 12n }
    const backend = openAiBackend({ url: `${upstream.url}/v1`, sketchUrl: upstream.url, sketcher: identity })
    // One fee unit a token of an answer, two in any case.
    const price = { baseGwei: 2n * FEE_UNIT, perThousandInGwei: 0n, perThousandOutGwei: 1_000n * FEE_UNIT }
    gateway = await its.start('upstream', {
      models: [{ ...its.offered, backend, price, maxTokens: 200 }],
      apiKeys: new Map([[hashOfSecret(secret), key]]),
      atOnce: 2,
      queued: 1,
    })
    openai = new OpenAI({ apiKey: secret, baseURL: `${gateway.url}/v1`, maxRetries: 0 })
  })
  afterAll(async () => {
    await gateway?.close()
    upstream?.stop()
    await its?.local.stop()
  })
  const feeOf = async (id: string) => {
    const { receipt } = await (await fetch(`${gateway.url}/v1/receipts/${id}`)).json()
    return promisedRecord(receiptSchema.parse(receipt)).feeUnits
  }

  it('charges what was used, not what was signed for', async () => {
    const whole = await openai.chat.completions.create({ model: MODEL, messages, max_tokens: 5 })
    expect(whole.choices[0]).toMatchObject({
      finish_reason: 'length',
      message: { content: 'word1 word2 word3 word4 word5 ' },
    })
    expect(whole.usage).toEqual({ prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 })
    expect(await feeOf(whole.id)).toBe(7)
    const response = await openai.responses.create({ model: MODEL, input: 'Tell me.', max_output_tokens: 2 })
    expect(response).toMatchObject({ status: 'incomplete', output_text: 'word1 word2 ' })
    expect(JSON.parse(said.at(-1) ?? '')).toMatchObject({
      messages: [{ role: 'user', content: 'Tell me.' }],
      max_tokens: 2,
    })
  })

  it('charges a caller that hangs up for what was written', async () => {
    const stream = await openai.chat.completions.create({ model: MODEL, messages, max_tokens: 200, stream: true })
    let id = ''
    let pieces = 0
    for await (const chunk of stream) {
      id = chunk.id
      pieces += 1
      if (pieces === 10) break
    }
    await expect.poll(() => feeOf(id).catch(() => 0), { timeout: 10_000 }).toBeGreaterThan(5)
    expect(await feeOf(id)).toBeLessThan(150)
  })

  it('charges nothing where the model or its gradients fail, and says so', async () => {
    const served = async () => {
      const { rows } = await gateway.gateway.database.pool.query('select sum(served_units)::int as units from channels')
      return rows[0].units
    }
    const before = await served()
    const ask = () => openai.chat.completions.create({ model: MODEL, messages, max_tokens: 2 })
    upstream.becomes({ status: 503 })
    await expect(ask()).rejects.toMatchObject({ status: 429, code: 'overloaded' })
    upstream.becomes({ status: 500 })
    await expect(ask()).rejects.toMatchObject({ status: 502, code: 'backend_failed' })
    upstream.becomes({ width: 3 })
    await expect(ask()).rejects.toMatchObject({ status: 502, message: expect.stringContaining('gradients of 3') })
    upstream.becomes({ status: 400 })
    await expect(ask()).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('longer than my context'),
    })
    upstream.becomes({ breaks: 'nonsense' })
    await expect(ask()).rejects.toMatchObject({
      status: 502,
      message: expect.stringContaining('sends what is no answer'),
    })
    upstream.becomes({ breaks: 'ends' })
    await expect(ask()).rejects.toMatchObject({
      status: 502,
      message: expect.stringContaining('stopped in the middle'),
    })
    upstream.becomes({ breaks: 'hangs up' })
    await expect(ask()).rejects.toMatchObject({
      status: 502,
      message: expect.stringContaining('hung up in the middle'),
    })
    upstream.becomes({})
    expect(await served()).toBe(before)
  })

  it('sheds what its queue does not hold, and tells when to come again', async () => {
    const ask = () => openai.chat.completions.create({ model: MODEL, messages, max_tokens: 40 })
    const asked = await Promise.allSettled(Array.from({ length: 6 }, ask))
    const shed = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(shed.length).toBeGreaterThanOrEqual(3)
    for (const reason of shed) {
      expect(reason).toMatchObject({ status: 429, code: 'overloaded' })
      expect(reason.headers.get('retry-after')).toBe('1')
    }
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
    expect(metrics).toContain('attribution_gateway_calls_total{model="tea",endpoint="chat",outcome="answered"}')
    expect(metrics).not.toContain('Tell me')
  })
})
