import { chmodSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HttpRequestError, TimeoutError } from 'viem'
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { busy } from '../../gateway/apiError.ts'
import { isDue, USUAL_FILL } from '../../gateway/batcher/fill.ts'
import { knownError } from '../../gateway/http/knownError.ts'
import { newApiKey, readApiKeys } from '../../gateway/payment/apiKeys.ts'
import { paymentOf } from '../../gateway/payment/payment.ts'
import { chargedUnits, feeUnitsFor, mostInputTokens } from '../../gateway/price.ts'
import { requestText } from '../../gateway/receipts/callReceipt.ts'
import { newFolder } from '../support/folder.ts'
import { quiet } from './localGateway.ts'

const UNIT = 1_000_000n

describe('an API key', () => {
  it('stands for its channel, in a file that holds no secret of its holder and that only its owner reads', () => {
    const path = join(newFolder('keys'), 'keys.json')
    const voucherKey = generatePrivateKey()
    const secret = newApiKey(path, { payer: 6, operator: 4, model: 2, salt: 1 }, voucherKey, 5_000_000_000n)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const payment = paymentOf(new Headers({ Authorization: `Bearer ${secret}` }), readApiKeys(path))
    expect(payment).toMatchObject({
      kind: 'key',
      key: {
        model: 2,
        channel: { payer: 6, salt: 1 },
        limitGwei: 5_000_000_000n,
        signer: { address: privateKeyToAddress(voucherKey) },
      },
    })
    expect(() => paymentOf(new Headers({ Authorization: 'Bearer att-other' }), readApiKeys(path))).toThrow(
      'does not know',
    )
    expect(paymentOf(new Headers({ Authorization: 'Bearer anything' }), readApiKeys(path))).toEqual({ kind: 'none' })
    chmodSync(path, 0o644)
    expect(() => readApiKeys(path)).toThrow(`Others may read the API keys in ${path}`)
    writeFileSync(path, '{}')
    chmodSync(path, 0o600)
    expect(() => readApiKeys(path)).toThrow('is no file of API keys')
  })
})

describe('a voucher in a header', () => {
  it('is read as JSON or base64url, and refused with its field', () => {
    const voucher = { payer: 6, salt: 2, maxClaimableAmount: '1000', signature: `0x${'ab'.repeat(65)}` }
    const json = JSON.stringify(voucher)
    const expected = { kind: 'voucher', channel: { payer: 6, salt: 2 }, voucher: { maxClaimableAmount: 1_000n } }
    for (const header of [json, Buffer.from(json).toString('base64url')])
      expect(paymentOf(new Headers({ 'Attribution-Voucher': header }), new Map())).toMatchObject(expected)
    const walkIn = JSON.stringify({ ...voucher, salt: 0 })
    expect(() => paymentOf(new Headers({ 'Attribution-Voucher': walkIn }), new Map())).toThrow('salt')
  })
})

describe('a price', () => {
  const price = { baseGwei: 1_500_000n, perThousandInGwei: 2_000_000n, perThousandOutGwei: 10_000_000n }

  it('is rounded up to a fee unit, and charges no more than was signed', () => {
    expect(feeUnitsFor({ ...price, baseGwei: 0n }, { inputTokens: 0, outputTokens: 0 }, UNIT)).toBe(1)
    expect(feeUnitsFor(price, { inputTokens: 1_000, outputTokens: 100 }, UNIT)).toBe(5)
    expect(chargedUnits(price, { inputTokens: 1_000, outputTokens: 100 }, UNIT, 4)).toBe(4)
    expect(mostInputTokens(['naïve'])).toBe(6 + 16 + 16)
  })
})

describe('an error on the way', () => {
  it('says whether chain or database are away, which passes, or the gateway has failed', () => {
    const url = 'http://127.0.0.1:8545'
    const told = (error: unknown) => {
      const { status, code, headers } = knownError(quiet, error)
      return [status, code, headers['Retry-After']]
    }
    const away = [503, 'unavailable', '5']
    expect(told(new HttpRequestError({ url, status: 429 }))).toEqual(away)
    expect(told(new TimeoutError({ url, body: {} }))).toEqual(away)
    expect(told(Object.assign(new Error('terminating connection'), { code: '57P01' }))).toEqual(away)
    expect(told(new Error('Connection terminated unexpectedly'))).toEqual(away)
    expect(told(busy('Later', 5, 503))).toEqual(away)
    expect(told(new TypeError('x is no function'))).toEqual([500, 'internal', undefined])
  })
})

describe('a batch', () => {
  it('is due once it is full or old, and before that where gas is cheap', () => {
    const rule = { ...USUAL_FILL, cheapGasWei: 5n }
    const waiting = { records: 3, isFull: false, oldestSeconds: 10, gasPriceWei: 9n }
    const due = (changed: object) => isDue({ ...waiting, ...changed }, rule)
    expect([due({}), due({ isFull: true }), due({ records: 200 }), due({ oldestSeconds: 3_600 })]).toEqual([
      false,
      true,
      true,
      true,
    ])
    expect([due({ oldestSeconds: 300 }), due({ oldestSeconds: 300, gasPriceWei: 5n })]).toEqual([false, true])
    expect(due({ records: 0, isFull: true })).toBe(false)
  })
})

describe('a request', () => {
  it('is the same text however it is written and delivered', () => {
    const text = '{"messages":[{"content":"Tea?","role":"user"}],"model":"tea"}'
    expect(requestText({ model: 'tea', messages: [{ role: 'user', content: 'Tea?' }], stream: true })).toBe(text)
    expect(requestText({ attribution: true, messages: [{ content: 'Tea?', role: 'user' }], model: 'tea' })).toBe(text)
  })
})
