import { MODEL } from './localGateway.ts'

/** Requests as no sensible client makes them, drawn from a seed. */
export interface HostileRequest {
  readonly path: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** Stands for a number that JSON can say and no float holds. */
const TOO_LARGE = 'too large for a float'

const deep = (levels: number): unknown => Array.from({ length: levels }).reduce((inner) => [inner], 0 as unknown)

const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  2 ** 53,
  -1e308,
  TOO_LARGE,
  '',
  'NaN',
  '\u0000',
  '\ud800',
  '𝕋𝕖𝕒 ☕️ \u202e',
  'x'.repeat(5_000),
  [],
  {},
  [null],
  [[[]]],
  { type: 'text' },
  JSON.parse('{"__proto__": {"model": "x"}}'),
  deep(150),
  deep(1_000),
]

const BODIES: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['/v1/classifications', { model: MODEL, input: 'Tea?', attribution: true }],
  [
    '/v1/chat/completions',
    { model: MODEL, messages: [{ role: 'user', content: 'Tea?' }], max_tokens: 5, stream: true, temperature: 1 },
  ],
  ['/v1/chat/completions', { model: MODEL, messages: [{ role: 'user', content: [{ type: 'text', text: 'Tea?' }] }] }],
  ['/v1/completions', { model: MODEL, prompt: 'Tea?', stream_options: { include_usage: true }, n: 1, seed: 1 }],
  ['/v1/responses', { model: MODEL, input: [{ role: 'user', content: 'Tea?' }], max_output_tokens: 9, store: false }],
  ['/v1/embeddings', { model: MODEL, input: 'Tea?', dimensions: 3 }],
]

const RAW = [
  `{"model":"${MODEL}","input":"Tea?","a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
  '',
  '{',
  'null',
  '[]',
  '"Tea?"',
  '{"model":',
  '\u0000',
  '['.repeat(100_000),
  ' '.repeat((1 << 20) + 1),
]

const PATHS = [
  '/v1/receipts/%00',
  '/v1/receipts/%F0%9F%8D%B5',
  `/v1/receipts/${'x'.repeat(3_000)}`,
  '/v1/models/%E0%A4%A',
  '/v1/models/__proto__',
  '/v1/chat/completions/..%2f',
  '/%ff',
]

const AUTHORIZATION = {
  from: `0x${'1A'.repeat(20)}`,
  to: `0x${'2b'.repeat(20)}`,
  value: '1',
  validAfter: '0',
  validBefore: '9'.repeat(78),
  nonce: `0x${'00'.repeat(32)}`,
}
const PAYMENT = {
  x402Version: 2,
  accepted: {
    scheme: 'exact',
    network: 'eip155:31337',
    asset: `0x${'3c'.repeat(20)}`,
    payTo: `0x${'4d'.repeat(20)}`,
    amount: '1',
    maxTimeoutSeconds: 1,
    extra: {},
  },
  payload: { signature: `0x${'ff'.repeat(65)}`, authorization: AUTHORIZATION },
}

/**
 * @param accepted What an x402 payment must be for, to reach what looks at the rest of it.
 * @param voucher A header that pays.
 */
export function hostileRequest(
  next: () => number,
  voucher: Readonly<Record<string, string>>,
  accepted: object,
): HostileRequest {
  const one = <T>(items: readonly T[]): T => items[next() % items.length] as T
  const kind = next() % 20
  if (kind === 0) return { path: one(PATHS), method: one(['GET', 'POST', 'DELETE']), headers: {}, body: undefined }
  const [path, plain] = one(BODIES)
  const headers = {
    'Content-Type': one(['application/json', 'text/plain', 'x']),
    ...hostileHeaders(next, voucher, accepted),
  }
  if (kind === 1) return { path, method: 'POST', headers, body: one(RAW) }
  const body = kind < 8 ? plain : spoilt(plain, next)
  return { path, method: 'POST', headers, body: JSON.stringify(body).replaceAll(JSON.stringify(TOO_LARGE), '1e999') }
}

function hostileHeaders(
  next: () => number,
  voucher: Readonly<Record<string, string>>,
  accepted: object,
): Readonly<Record<string, string>> {
  const key: Readonly<Record<string, string>> =
    next() % 5 === 0 ? { 'Idempotency-Key': '\u00ff'.repeat(1 + (next() % 300)) } : {}
  const base64 = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '').toString('base64')
  switch (next() % 8) {
    case 0: {
      const [name, text] = Object.entries(voucher)[0] as [string, string]
      return { ...key, [name]: base64(spoilt(JSON.parse(text), next)) }
    }
    case 1:
      return { ...key, 'PAYMENT-SIGNATURE': base64(spoilt(PAYMENT, next)) }
    case 2:
      return { ...key, 'PAYMENT-SIGNATURE': base64(spoilt({ ...PAYMENT, accepted }, next)) }
    case 3:
      return { ...key, Authorization: next() % 2 === 0 ? 'Bearer att-\u00e9' : 'Basic \u00ff' }
    case 4:
      return { ...key, 'Attribution-Voucher': next() % 2 === 0 ? '{' : 'x'.repeat(4_000) }
    default:
      return { ...key, ...voucher }
  }
}

/** The same with one field, at any depth, that is something else. */
function spoilt(value: unknown, next: () => number): unknown {
  const isDeeper = typeof value === 'object' && value !== null && next() % 8 !== 0
  const names = isDeeper ? Object.keys(value) : []
  const name = names[next() % Math.max(1, names.length)]
  if (!isDeeper || name === undefined) return VALUES[next() % VALUES.length]
  const inner = spoilt((value as Record<string, unknown>)[name], next)
  return Array.isArray(value) ? value.with(Number(name), inner) : { ...value, [name]: inner }
}
