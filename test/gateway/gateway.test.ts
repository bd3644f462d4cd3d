import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { USUAL_FILL } from '../../gateway/batcher/fill.ts'
import type { RunningGateway } from '../../gateway/startGateway.ts'
import { parseReceipt, promisedRecord, signerOfReceipt } from '../../sdk/receipt.ts'
import { receiptKey } from '../support/localModel.ts'
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
})
