import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { decodePaymentRequiredHeader } from '@x402/core/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { randomSource } from '../../attribution/random.ts'
import { USUAL_FILL } from '../../gateway/batcher/fill.ts'
import type { RunningGateway } from '../../gateway/startGateway.ts'
import { parseReceipt, promisedRecord, signerOfReceipt } from '../../sdk/receipt.ts'
import { receiptKey } from '../support/localModel.ts'
import { hostileRequest } from './hostileRequests.ts'
import { FEE_UNITS, type LocalGateway, MODEL, post, startLocalGateway } from './localGateway.ts'

describe('a gateway', () => {
  let its: LocalGateway
  let gateway: RunningGateway
  beforeAll(async () => {
    its = await startLocalGateway()
    gateway = await its.start('first', { fill: { ...USUAL_FILL, ageSeconds: 2 } })
  })
  afterAll(async () => {
    await gateway?.close()
    await its?.local.stop()
  })
  const classify = (input: string, headers = {}) =>
    post(gateway, '/v1/classifications', { model: MODEL, input }, headers)

  it('lists its models with price, terms and place', async () => {
    const { data } = await (await fetch(`${gateway.url}/v1/models`)).json()
    expect(data).toMatchObject([
      {
        id: MODEL,
        object: 'model',
        price: { currency: 'OPEN', base_gwei: '20000000', fee_unit_gwei: '1000000' },
        attribution: { model: its.registered.model, operator: its.operator, sketch_dims: 64 },
      },
    ])
    expect((await fetch(`${gateway.url}/ready`)).status).toBe(200)
  })

  it('refuses what is not paid before it computes anything, and says what has to be signed', async () => {
    const before = its.answered()
    const unpaid = await classify('A pot of tea, please.')
    expect(unpaid).toMatchObject({ status: 402, body: { error: { type: 'payment_required' } } })
    const short = await classify('A pot of tea, please.', await its.voucher(its.channels[0], FEE_UNITS - 1))
    expect(short).toMatchObject({
      status: 402,
      body: { attribution: { channelId: its.channels[0].id, maxClaimableAmount: '20000000000000000' } },
    })
    expect(its.answered()).toBe(before)
  })

  it('is asked from pages of any origin, which see receipt, price and refusals, and never the operator’s own addresses', async () => {
    const Origin = 'https://page.example'
    const asked = 'attribution-voucher,content-type,idempotency-key'
    const preflight = await fetch(`${gateway.url}/v1/classifications`, {
      method: 'OPTIONS',
      headers: { Origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': asked },
    })
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([204, asked])
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST')
    expect(preflight.headers.get('access-control-max-age')).toBe('86400')
    const refused = await classify('A pot of tea, please.', { Origin })
    const missing = await fetch(`${gateway.url}/v1/models/none`, { headers: { Origin } })
    expect([refused.status, missing.status]).toEqual([402, 404])
    for (const { headers } of [preflight, refused, missing]) {
      expect(headers.get('access-control-allow-origin')).toBe('*')
      expect(headers.get('access-control-allow-credentials')).toBeNull()
      expect(headers.get('access-control-expose-headers')).toBe(
        'Attribution-Receipt,PAYMENT-REQUIRED,PAYMENT-RESPONSE,Retry-After',
      )
    }
    const metrics = await fetch(`${gateway.url}/metrics`, { headers: { Origin } })
    expect(metrics.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('answers a paid call, with a receipt that its key signed, and records it', async () => {
    const voucher = await its.voucher(its.channels[0], FEE_UNITS * 10)
    const answer = await classify('A pot of tea, please.', voucher)
    expect(answer).toMatchObject({
      status: 200,
      body: { object: 'list', model: MODEL, data: [{ index: 0, label: 'order', probability: 0.75 }] },
    })
    const address = answer.headers.get('attribution-receipt')
    const given = await (await fetch(`${gateway.url}${address}`)).json()
    const receipt = parseReceipt(JSON.stringify(given.receipt), 'the answer')
    expect(await signerOfReceipt(receipt)).toBe(receiptKey.address)
    expect(promisedRecord(receipt).feeUnits).toBe(FEE_UNITS)
    expect(given.record).toBeNull()
    // After its age, on a chain that makes no block by itself.
    await expect.poll(() => its.chargedOn(its.channels[0]), { timeout: 20_000 }).toBe(FEE_UNITS)
    expect(await gateway.batcher.recordAll()).toBe(true)
    expect(await its.chargedOn(its.channels[0])).toBe(FEE_UNITS)
    const recorded = await (await fetch(`${gateway.url}${address}`)).json()
    expect(recorded).toMatchObject({ record: { index: 0, proof: { index: '0' } } })
  })

  describe('asked by a hostile client', () => {
    const SEED = Number(process.env.SEED ?? 1)
    const errorSchema = z.strictObject({
      message: z.string().min(1).max(700),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string(),
    })

    it('answers, or refuses with one error in OpenAI’s shape, and never fails itself', async () => {
      const draw = randomSource(SEED)
      const next = () => draw() >>> 0
      const voucher = await its.voucher(its.channels[0], FEE_UNITS * 1_000)
      const unpaid = await classify('Tea?')
      const [accepted] = decodePaymentRequiredHeader(unpaid.headers.get('payment-required') ?? '').accepts
      const statuses = new Map<number, number>()
      for (let i = 0; i < 600; i++) {
        const { path, ...request } = hostileRequest(next, voucher, accepted ?? {})
        const response = await fetch(`${gateway.url}${path}`, request as RequestInit)
        const text = await response.text()
        const asked = `request ${i} of seed ${SEED}: ${request.method} ${path} ${request.body?.slice(0, 300)} ${JSON.stringify(request.headers)}`
        if (!response.ok) {
          const { error } = JSON.parse(text)
          expect(errorSchema.safeParse(error).error?.message, `${asked}\n${text}`.slice(0, 1_500)).toBeUndefined()
          expect(response.status, `${asked}\n${text}`.slice(0, 1_500)).toBeLessThan(500)
        } else expect(text, asked).not.toContain('"error":{')
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
      }
      expect([...statuses.keys()].toSorted()).toEqual(expect.arrayContaining([200, 400, 401, 402, 404]))
      expect(gateway.gateway.slots.running).toBe(0)
    })

    it('refuses what is no HTTP in the same shape, and lets go of callers that leave in the middle', async () => {
      const { port } = new URL(gateway.url)
      const answer = async (sent: string) => {
        const socket = connect(Number(port), '127.0.0.1')
        socket.write(sent)
        return await text(socket)
      }
      expect(await answer('TEA\r\n\r\n')).toMatch(/^HTTP\/1.1 400 Bad Request.*{"error":{"message":"This is no HTTP/s)
      expect(await answer(`GET / HTTP/1.1\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`)).toMatch(
        /^HTTP\/1.1 431 .*"code":"too_large"/s,
      )
      const half = 'POST /v1/classifications HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\n{"model": "'
      for (let i = 0; i < 10; i++) {
        const socket = connect(Number(port), '127.0.0.1')
        socket.write(half, () => socket.destroy())
        await once(socket, 'close')
      }
      expect((await classify('Tea?', await its.voucher(its.channels[0], FEE_UNITS * 2_000))).status).toBe(200)
      expect(gateway.gateway.slots.running).toBe(0)
    })
  })
})
