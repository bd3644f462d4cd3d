import { createTestClient, http } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningGateway } from '../../gateway/startGateway.ts'
import { bondOfAccount } from '../../sdk/bond.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { type Receipt, receiptSchema } from '../../sdk/receipt.ts'
import { fund } from '../support/localModel.ts'
import { startSharedDatabase } from './database.ts'
import { DAY, FEE_UNITS, type LocalGateway, MODEL, post, startLocalGateway } from './localGateway.ts'
import { wronglyRecorded } from './recorded.ts'

describe('a gateway', () => {
  let its: LocalGateway
  let database: Awaited<ReturnType<typeof startSharedDatabase>>
  let units = 0
  beforeAll(async () => {
    database = await startSharedDatabase()
    its = await startLocalGateway()
  })
  afterAll(async () => {
    await its?.local.stop()
    await database?.stop()
  })

  const start = (more: Parameters<LocalGateway['start']>[1] = {}) =>
    its.start('recording', { database: database.location, ...more })
  /** Calls at gateways in turn, each paid by the first channel. */
  const ask = async (gateways: readonly RunningGateway[], name: string, count: number): Promise<readonly Receipt[]> => {
    units += count * FEE_UNITS
    return await Promise.all(
      Array.from({ length: count }, async (_, i) => {
        const gateway = gateways[i % gateways.length] as RunningGateway
        const answer = await payAndPost(gateway, `${name} ${i}`)
        expect(answer).toMatchObject({ status: 200 })
        const found = await fetch(`${gateway.url}${answer.headers.get('attribution-receipt')}`)
        return receiptSchema.parse((await found.json()).receipt)
      }),
    )
  }
  /** A batch that is recorded meanwhile publishes the voucher; its payer then signs a larger one. */
  const payAndPost = async (gateway: RunningGateway, name: string, margin = 1): ReturnType<typeof post> => {
    const headers = { ...(await its.voucher(its.channels[0], units + margin)), 'Idempotency-Key': name }
    const answer = await post(gateway, '/v1/classifications', { model: MODEL, input: `${name}?` }, headers)
    return answer.status === 402 && margin < 10 ? await payAndPost(gateway, name, margin + 1) : answer
  }
  const node = () => {
    const { reader } = its.local.connection
    return createTestClient({ mode: 'anvil', chain: reader.chain, transport: http(its.local.rpcUrl) })
  }

  it('shares a queue with another one: every call is recorded once, and one goes on when the other ends', async () => {
    const [first, second] = [await start(), await start()]
    const receipts = [...(await ask([first, second], 'shared', 20))]
    expect((await Promise.all([first.batcher.recordAll(), second.batcher.recordAll()])).filter(Boolean)).toHaveLength(1)
    expect(await wronglyRecorded(its, receipts)).toEqual([])
    await first.drain()
    receipts.push(...(await ask([second], 'alone', 5)))
    await expect.poll(() => second.batcher.recordAll(), { timeout: 20_000 }).toBe(true)
    expect(await wronglyRecorded(its, receipts)).toEqual([])
    expect(await its.chargedOn(its.channels[0])).toBe(units)
    await second.close()
  })

  it('answers the same again under one Idempotency-Key, for nothing, and refuses another request', async () => {
    const gateway = await start()
    const [receipt] = await ask([gateway], 'again', 1)
    const headers = { ...(await its.voucher(its.channels[0], units)), 'Idempotency-Key': 'again 0' }
    const again = await post(gateway, '/v1/classifications', { model: MODEL, input: 'again 0?' }, headers)
    expect(again).toMatchObject({ status: 200, body: { data: [{ label: 'question' }] } })
    const found = await fetch(`${gateway.url}${again.headers.get('attribution-receipt')}`)
    expect((await found.json()).receipt).toEqual(receipt)
    const other = await post(gateway, '/v1/classifications', { model: MODEL, input: 'Another?' }, headers)
    expect(other).toMatchObject({ status: 409, body: { error: { code: 'idempotency_key_reused' } } })
    await gateway.drain()
    expect(await its.chargedOn(its.channels[0])).toBe(units)
  })

  it('takes a voucher that the chain has published as no proof of who asks', async () => {
    const gateway = await start()
    units += FEE_UNITS
    const voucher = await its.voucher(its.channels[0], units + 5 * FEE_UNITS)
    const request = { model: MODEL, input: 'Tea?' }
    expect(await post(gateway, '/v1/classifications', request, voucher)).toMatchObject({ status: 200 })
    await gateway.batcher.recordAll()
    const replayed = await post(gateway, '/v1/classifications', request, voucher)
    expect(replayed).toMatchObject({
      status: 402,
      body: { error: { message: expect.stringContaining('published this voucher') } },
    })
    units += 5 * FEE_UNITS
    const wanted = BigInt(replayed.body.attribution.maxClaimableAmount)
    expect(wanted).toBe((BigInt(units) + 1n) * 10n ** 15n)
    units -= 5 * FEE_UNITS
    await gateway.close()
  })

  it('sends a batch again that a reorg removed, and replaces one that is stuck, and records nothing twice', async () => {
    units += 5 * FEE_UNITS
    const gateway = await start({ stuckAfterMs: 300 })
    units -= 5 * FEE_UNITS
    const anvil = node()
    const receipts: Receipt[] = []
    const snapshot = await anvil.snapshot()
    receipts.push(...(await askMore([gateway], 'reorg', 2)))
    await gateway.batcher.recordAll()
    await anvil.revert({ id: snapshot })
    await expect.poll(() => wronglyRecorded(its, receipts), { timeout: 30_000 }).toEqual([])

    await anvil.setAutomine(false)
    receipts.push(...(await askMore([gateway], 'stuck', 3)))
    const attempts = async () => {
      const { rows } = await gateway.gateway.database.pool.query(
        'select attempts from batches order by id desc limit 1',
      )
      return rows[0].attempts.length
    }
    await expect.poll(attempts, { timeout: 30_000 }).toBeGreaterThan(1)
    await anvil.setAutomine(true)
    await anvil.mine({ blocks: 1 })
    await gateway.drain()
    expect(await wronglyRecorded(its, receipts)).toEqual([])
    expect(await its.chargedOn(its.channels[0])).toBe(units)
  })
  /** The same with a voucher above what is public by now. */
  const askMore = async (gateways: readonly RunningGateway[], name: string, count: number) => {
    const before = units
    units += 100 * FEE_UNITS
    const receipts = await ask(gateways, name, count)
    units = before + count * FEE_UNITS
    return receipts
  }

  it('serves nobody whose deposit may leave before the call is recorded', async () => {
    const { connection, walletOf, wallets } = its.local
    const { reader, contracts } = connection
    const { payer, operator, model, salt } = its.channels[1]
    const key = { payer, operator, model, salt }
    const ask = callTo(contracts.channels, 'requestChannelWithdrawal', [key, 990_000_000n])
    await transact(reader, walletOf(wallets.payers[1] as never), ask)
    await its.local.passSeconds(2 * DAY - 600)
    const gateway = await start()
    const voucher = await its.voucher(its.channels[1], FEE_UNITS)
    expect(await post(gateway, '/v1/classifications', { model: MODEL, input: 'Tea?' }, voucher)).toMatchObject({
      status: 402,
      body: { error: { message: expect.stringContaining('too small') } },
    })
    await gateway.close()
  })

  it('takes no call that its bond does not cover, says why, and goes on once it is topped up', async () => {
    const { connection, wallets, walletOf } = its.local
    const { reader, contracts } = connection
    const { balanceGwei } = await reader.readContract({
      ...contracts.bonds,
      functionName: 'bondStateOf',
      args: [bondOfAccount(its.operator)],
    })
    const leave = callTo(contracts.bonds, 'requestWithdrawal', [bondOfAccount(its.operator), balanceGwei])
    await transact(reader, walletOf(wallets.operator), leave)
    const poor = await start()
    const voucher = await its.voucher(its.channels[0], units + 200 * FEE_UNITS)
    const refused = await post(poor, '/v1/classifications', { model: MODEL, input: 'Tea?' }, voucher)
    expect(refused).toMatchObject({ status: 503, body: { error: { message: expect.stringContaining('bond covers') } } })
    expect(refused.headers.get('retry-after')).toBe('30')
    expect((await fetch(`${poor.url}/ready`)).status).toBe(503)
    await poor.close()
    await fund(its.local, wallets.operator, balanceGwei)
    const rich = await start({ topUpGwei: balanceGwei })
    const receipts = await askMore([rich], 'topped up', 3)
    await rich.drain()
    expect(await wronglyRecorded(its, receipts)).toEqual([])
  })
})
