import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { ExactEvmScheme } from '@x402/evm/exact/client'
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from '@x402/fetch'
import { generateText, streamText } from 'ai'
import OpenAI from 'openai'
import { type Address, keccak256, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BackendError } from '../../gateway/backends/backend.ts'
import { ensureChannel } from '../../gateway/channels/openChannel.ts'
import { type ApiKey, type ApiKeys, hashOfSecret } from '../../gateway/payment/payment.ts'
import { type PaymentToken, readTokens, tokenPayments } from '../../gateway/payment/tokenPayments.ts'
import type { RunningGateway } from '../../gateway/startGateway.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { promisedRecord, receiptSchema } from '../../sdk/receipt.ts'
import { newFolder } from '../support/folder.ts'
import { fund } from '../support/localModel.ts'
import { FEE_UNITS, type LocalGateway, MODEL, post, startLocalGateway } from './localGateway.ts'
import { cases, responseSchema } from './openResponses.ts'
import { deployToken, startTokenFacilitator } from './tokenFacilitator.ts'

/** Clients as they are published, unchanged. */

const SECRET = 'att-for-the-tests'

describe('a gateway', () => {
  let its: LocalGateway
  let gateway: RunningGateway
  let openai: OpenAI
  let apiKeys: ApiKeys
  let facilitator: Awaited<ReturnType<typeof startTokenFacilitator>>
  let asset: Address
  let isBroken = false
  const token = () => ({
    network: 'eip155:31337',
    asset,
    name: 'Open',
    version: '1',
    payTo: its.local.wallets.treasury.address,
    perOpen: '3000000',
    // The chain's clock was moved.
    payWithinSeconds: 30 * 86_400,
    facilitator: facilitator.url,
  })
  beforeAll(async () => {
    its = await startLocalGateway()
    const [{ payer, salt, signer, model }] = its.channels
    const key = { model, channel: { payer, salt }, signer, limitGwei: 10_000_000_000n }
    facilitator = await startTokenFacilitator(its.local)
    asset = await deployToken(its.local)
    apiKeys = new Map([
      [hashOfSecret(SECRET), key],
      [hashOfSecret('att-own'), await ownChannel(its)],
    ])
    const { offered } = its
    const { backend } = offered
    const answer: typeof backend.answer = async (call, signal) => {
      if (isBroken) throw new BackendError('the test says so', 'failed')
      return await backend.answer(call, signal)
    }
    const models = [{ ...offered, backend: { ...backend, answer } }]
    gateway = await its.start('clients', { models, apiKeys, tokens: readTokens(listed([token()])) })
    openai = new OpenAI({ apiKey: SECRET, baseURL: `${gateway.url}/v1`, maxRetries: 0 })
  })
  afterAll(async () => {
    await gateway?.close()
    facilitator?.stop()
    await its?.local.stop()
  })
  const messages = [{ role: 'user' as const, content: 'Where is the harbour?' }]

  it('is asked by openai: chat, completions, responses, streams, models, and its errors', async () => {
    const { data, response } = await openai.chat.completions.create({ model: MODEL, messages }).withResponse()
    expect(data.choices[0]?.message.content).toBe('question')
    expect(data.usage).toEqual({ prompt_tokens: 4, completion_tokens: 1, total_tokens: 5 })
    expect(response.headers.get('attribution-receipt')).toBe(`/v1/receipts/${data.id}`)

    const stream = await openai.chat.completions.create({
      model: MODEL,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
    let [text, finish, tokens] = ['', '', 0]
    for await (const { choices, usage } of stream) {
      text += choices[0]?.delta.content ?? ''
      finish = choices[0]?.finish_reason ?? finish
      tokens = usage?.total_tokens ?? tokens
    }
    expect([text, finish, tokens]).toEqual(['question', 'stop', 5])

    const completed = await openai.completions.create({ model: MODEL, prompt: 'A pot of tea, please.' })
    expect(completed.choices[0]?.text).toBe('order')
    const responded = await openai.responses.create({ model: MODEL, input: 'Where is the harbour?' })
    expect(responded.output_text).toBe('question')
    const events: string[] = []
    for await (const event of await openai.responses.create({ model: MODEL, input: 'Tea?', stream: true }))
      events.push(event.type)
    expect(events).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ])
    expect((await openai.models.list()).data.map(({ id }) => id)).toEqual([MODEL])
    await expect(openai.chat.completions.create({ model: 'none', messages })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    })
    await expect(openai.chat.completions.create({ model: MODEL, messages, n: 2 })).rejects.toMatchObject({
      status: 400,
      code: 'unsupported_parameter',
      param: 'n',
    })
    await expect(openai.embeddings.create({ model: MODEL, input: 'Tea' })).rejects.toMatchObject({ status: 400 })
    const stranger = new OpenAI({ apiKey: 'att-unknown', baseURL: `${gateway.url}/v1`, maxRetries: 0 })
    await expect(stranger.chat.completions.create({ model: MODEL, messages })).rejects.toMatchObject({ status: 401 })
  })

  it('passes the cases of Open Responses that fit a model of text', async () => {
    const headers = { Authorization: `Bearer ${SECRET}` }
    for (const [name, asked] of cases) {
      const { status, body } = await post(gateway, '/v1/responses', { model: MODEL, ...asked }, headers)
      expect([name, status, responseSchema.safeParse(body).error?.issues]).toEqual([name, 200, undefined])
      expect(body).toMatchObject({ status: 'completed', output: [{ content: [{ type: 'output_text' }] }] })
      const { input: _, ...settings } = asked
      expect(body).toMatchObject(settings)
    }
    for await (const event of await openai.responses.create({ model: MODEL, input: 'Tea?', stream: true }))
      if ('response' in event) expect(responseSchema.safeParse(event.response).error?.issues).toBeUndefined()
    for (const unsupported of [
      { tools: [{ type: 'function', name: 'weather' }] },
      { previous_response_id: 'resp_1' },
      { text: { format: { type: 'json_object' } } },
    ])
      expect(
        await post(gateway, '/v1/responses', { model: MODEL, input: 'Tea?', ...unsupported }, headers),
      ).toMatchObject({
        status: 400,
        body: { error: { code: 'unsupported_parameter' } },
      })
  })

  it('is asked as LiteLLM does, with settings that mean nothing here', async () => {
    const headers = {
      Authorization: `Bearer ${SECRET}`,
      'User-Agent': 'OpenAI/Python 2.8.0',
      'x-stainless-lang': 'python',
    }
    const extra = { user: 'customer-7', metadata: { trace_id: 'abc' }, tags: ['tea'], temperature: null, tools: null }
    const history = [
      { role: 'system', content: 'Be short.' },
      { role: 'assistant', content: 'order', tool_calls: null, function_call: null, refusal: null, annotations: [] },
      { role: 'user', content: [{ type: 'text', text: 'Where is it?', cache_control: { type: 'ephemeral' } }] },
    ]
    const chat = await post(gateway, '/v1/chat/completions', { model: MODEL, messages: history, ...extra }, headers)
    expect(chat).toMatchObject({ status: 200, body: { choices: [{ message: { content: 'question' } }] } })
    const streamed = await fetch(`${gateway.url}/v1/completions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({
        model: MODEL,
        prompt: ['Tea?'],
        stream: true,
        stream_options: { include_usage: true },
        ...extra,
      }),
    })
    const chunks = (await streamed.text())
      .split('\n\n')
      .flatMap((event) => (event.startsWith('data: {') ? [JSON.parse(event.slice(6))] : []))
    expect(chunks.map(({ choices, usage }) => [choices[0]?.text, usage?.total_tokens ?? usage])).toEqual([
      ['question', null],
      ['', null],
      [undefined, 2],
    ])
  })

  it('is asked by the AI SDK, whole and streamed', async () => {
    const provider = createOpenAICompatible({ name: 'gateway', apiKey: SECRET, baseURL: `${gateway.url}/v1` })
    const asked = { model: provider(MODEL), prompt: 'A pot of tea, please.' }
    expect((await generateText(asked)).text).toBe('order')
    expect(await streamText(asked).text).toBe('order')
  })

  it('shows what moved an answer, where that is asked for', async () => {
    const body = { model: MODEL, messages, attribution: true }
    const { body: answer } = await post(gateway, '/v1/chat/completions', body, { Authorization: `Bearer ${SECRET}` })
    const { receipt, explanation, units, fee_gwei } = answer.attribution
    expect(promisedRecord(receiptSchema.parse(receipt)).feeUnits).toBe(FEE_UNITS)
    expect(fee_gwei).toBe('20000000')
    expect(units).toHaveLength(its.registered.units.plan.units.length)
    expect(explanation.for[0]).toMatchObject({ term: expect.any(Number), item_hash: expect.stringMatching(/^0x/) })
  })

  it('is paid by @x402/fetch, one transfer a call, into a channel that only records empty', async () => {
    const [, , caller] = its.local.wallets.payers
    if (caller === undefined) throw new Error('There are three payers')
    await fund(its.local, caller, 1_000_000_000n)
    const { address } = its.local.connection.contracts.openToken
    // Clients pay in tokens that they know, unless they are told of another.
    const client = new x402Client().register('eip155:*', new ExactEvmScheme(caller)).setSpendControls({
      allowedAssets: [{ network: 'eip155:31337', asset: address, maxAmountPerPayment: `${10n ** 18n}` }],
    })
    const payingFetch = wrapFetchWithPayment(fetch, client)
    const walkIn = new OpenAI({ apiKey: 'none', baseURL: `${gateway.url}/v1`, maxRetries: 0, fetch: payingFetch })
    const { data, response } = await walkIn.chat.completions.create({ model: MODEL, messages }).withResponse()
    expect(data.choices[0]?.message.content).toBe('question')
    const paid = decodePaymentResponseHeader(response.headers.get('payment-response') ?? '')
    expect(paid).toMatchObject({ success: true, payer: caller.address, network: 'eip155:31337' })
    const { receipt } = await (await fetch(`${gateway.url}/v1/receipts/${data.id}`)).json()
    expect(receipt).toMatchObject({ channelSalt: 0 })
    await gateway.batcher.recordAll()
    const { operator, model } = its.channels[0]
    expect(await its.chargedOn({ payer: receipt.payer, salt: 0, operator, model })).toBe(FEE_UNITS)
  })

  it('is paid in another token by a remote facilitator, from the operator’s own channel, and not where the model fails', async () => {
    const { local } = its
    const [, caller] = local.wallets.payers
    if (caller === undefined) throw new Error('There are three payers')
    const { openToken } = local.connection.contracts
    const { reader } = local.connection
    const other = { ...openToken, address: asset }
    const balanceOf = (holder: Address) => reader.readContract({ ...other, functionName: 'balanceOf', args: [holder] })
    const transfer = callTo(other, 'transfer', [caller.address, 1_000_000n])
    await transact(reader, local.walletOf(local.wallets.deployer), transfer)
    const client = new x402Client().register('eip155:*', new ExactEvmScheme(caller)).setSpendControls({
      allowedAssets: [{ network: 'eip155:31337', asset, maxAmountPerPayment: '1000000' }],
    })
    const pay = wrapFetchWithPayment(fetch, client)
    const body = JSON.stringify({ model: MODEL, stream: true, messages: [{ role: 'user', content: 'Tea?' }] })
    const ask = () =>
      pay(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        body,
        headers: { 'Content-Type': 'application/json' },
      })

    isBroken = true
    const failed = await ask()
    expect([failed.status, await balanceOf(caller.address), facilitator.asked]).toEqual([
      502,
      1_000_000n,
      ['/supported', '/verify'],
    ])
    isBroken = false
    const answer = await ask()
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('question')
    expect(decodePaymentResponseHeader(answer.headers.get('payment-response') ?? '')).toMatchObject({ success: true })
    // 0.02 OPEN at three of the token’s units a millionth of OPEN.
    expect(await balanceOf(caller.address)).toBe(1_000_000n - 60_000n)
    const { receipt } = await (await fetch(`${gateway.url}${answer.headers.get('attribution-receipt')}`)).json()
    expect(receipt).toMatchObject({ payer: its.operator, operator: its.operator })
    await gateway.batcher.recordAll()
    const { payer, channelSalt: salt, operator, model } = receipt
    expect(await its.chargedOn({ payer, salt, operator, model })).toBe(FEE_UNITS)
  })

  it('offers another token only where a channel of the operator and a facilitator are there', async () => {
    const offer = (more: object, keys = apiKeys) =>
      tokenPayments({ ...(readTokens(listed([token()]))[0] as PaymentToken), ...more }, keys, its.operator)
    await expect(offer({}, new Map())).rejects.toThrow(/are charged to a channel of account \d+, and no API key is for/)
    await expect(offer({ network: 'eip155:1' })).rejects.toThrow('settles no payments on eip155:1, where Open is')
    await expect(offer({ facilitator: 'http://127.0.0.1:9' })).rejects.toThrow('http://127.0.0.1:9 does not answer')
    expect(() => readTokens(listed([{ ...token(), perOpen: '0' }]))).toThrow('is no list of tokens')
  })
})

function listed(content: unknown): string {
  const path = join(newFolder('tokens'), 'tokens.json')
  writeFileSync(path, JSON.stringify(content))
  return path
}

/** From which the operator pays for what it was given other tokens for. */
async function ownChannel({ local, operator, registered: { model } }: LocalGateway): Promise<ApiKey> {
  const signer = privateKeyToAccount(keccak256(toHex('vouchers of the operator')))
  const limitGwei = 10n ** 12n
  await fund(local, local.wallets.operator, limitGwei)
  const key = { payer: operator, operator, model, salt: 1 }
  const wallet = local.walletOf(local.wallets.operator)
  await ensureChannel(local.connection, wallet, { ...key, signer: signer.address, amountGwei: limitGwei })
  return { model, channel: { payer: operator, salt: 1 }, signer, limitGwei }
}
