import { numberToHex } from 'viem'
import type { Verification } from '../../chain/verify/verification.ts'
import type { Call, Moment, Reply, Response, Weather } from './proxy.ts'

/**
 * What hosted nodes do, each by itself. Times are simulated; "3 s of 10" begins anew every ten
 * seconds. `calls` is how many calls a block may cost in it, beside what a reorg costs.
 */
export interface NamedWeather {
  readonly weather: Weather
  /** 8 where it says nothing else. */
  readonly calls?: number
  readonly verify?: Verification
}

const json = (code: number, message: string) => JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } })
const http = (status: number, body = '', headers?: Record<string, string>): Response => ({
  status,
  body,
  ...(headers !== undefined && { headers }),
})
const refusal = (code: number, message: string): Reply => ({ error: { code, message } })

/** Whether it is one of the last `ms` of each `of`: an indexer is not begun in bad weather. */
const during =
  (ms: number, of: number) =>
  ({ t }: Moment) =>
    t % of >= of - ms

const onceIn =
  (ms: number, of: number, response: Response | 'cut' | 'hang'): Weather['request'] =>
  (_, moment) =>
    during(ms, of)(moment) ? response : undefined

const isTag = (call: Call, tag: string) => call.method === 'eth_getBlockByNumber' && call.params[0] === tag

/** Answers otherwise while a block is as young as that here. */
const young =
  (method: string, ms: number, instead: (reply: Reply) => Reply): Weather['answer'] =>
  (call, reply, { t, firstSeen }) =>
    call.method === method && t - firstSeen(call.params[0]) < ms ? instead(reply) : reply

/** A server that is so many blocks behind, some of the time. */
const lagging = (blocks: number, ms: number, of: number): Weather => {
  const known = (moment: Moment) => (during(ms, of)(moment) ? moment.head - blocks : moment.head)
  return {
    question: (call, moment) =>
      isTag(call, 'latest') ? { ...call, params: [numberToHex(known(moment)), false] } : call,
    answer: (call, reply, moment) => {
      const [block] = call.params
      const number = typeof block === 'string' && /^0x[0-9a-f]{1,16}$/.test(block) ? Number(block) : 0
      if (call.method === 'eth_getBlockByNumber') return number > known(moment) ? { result: null } : reply
      if (call.method !== 'eth_getBlockReceipts' || !('result' in reply)) return reply
      const [first] = (reply.result ?? []) as readonly { readonly blockNumber: string }[]
      return first !== undefined && Number(first.blockNumber) > known(moment) ? { result: null } : reply
    },
  }
}

const batchesUpTo =
  (most: number, response: Response): Weather['request'] =>
  (calls) =>
    calls.length > most ? response : undefined

const callsUpTo =
  (most: number, response: Response): Weather['request'] =>
  (_, { recent }) =>
    recent > most ? response : undefined

const without = (method: string, reply: Reply): Weather => ({
  answer: (call, honest) => (call.method === method ? reply : honest),
})

const isByHash = ({ params }: Call) =>
  params.some((one) => typeof one === 'object' && one !== null && 'blockHash' in one)

const rangesUpTo = (blocks: number, reply: Reply): Weather => ({
  answer: ({ method, params }, honest) => {
    if (method !== 'eth_getLogs') return honest
    const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock: string }]
    return Number(toBlock) - Number(fromBlock) >= blocks ? reply : honest
  },
})

const rangesBelow =
  (blocks: number, response: Response): Weather['request'] =>
  (calls) => {
    const isLarge = calls.some(({ method, params: [filter] }) => {
      if (method !== 'eth_getLogs') return false
      const { fromBlock, toBlock } = filter as { fromBlock: string; toBlock: string }
      return Number(toBlock) - Number(fromBlock) >= blocks
    })
    return isLarge ? response : undefined
  }

/** Writes what it can in another way. */
function disguised(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => disguised(one))
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([key, one]) => [key, disguised(one, key)])
    return {
      ...Object.fromEntries(fields),
      root: null,
      depositNonce: null,
      blockAccessListHash: null,
      requestsRoot: '0x',
    }
  }
  if (typeof value !== 'string' || !value.startsWith('0x')) return value
  if (name === 'difficulty' && value === '0x0') return '0x'
  const isNumber = ['number', 'timestamp', 'gasUsed', 'gasLimit', 'cumulativeGasUsed', 'type', 'status'].includes(name)
  return isNumber ? `0x00${value.slice(2).toUpperCase()}` : `0x${value.slice(2).toUpperCase()}`
}

export const fair: NamedWeather = { weather: {}, calls: 1.5 }

export const weathers: Readonly<Record<string, NamedWeather>> = {
  // Not there yet.
  'gives no receipts of a block for 3 s': {
    weather: { answer: young('eth_getBlockReceipts', 3_000, () => ({ result: null })) },
  },
  'gives no receipts of a block for 700 ms': {
    weather: { answer: young('eth_getBlockReceipts', 700, () => ({ result: null })) },
  },
  'gives an empty list of receipts for 2 s': {
    weather: { answer: young('eth_getBlockReceipts', 2_000, () => ({ result: [] })) },
  },
  'does not find a new block for 5 s': {
    weather: { answer: young('eth_getBlockReceipts', 5_000, () => refusal(-32_000, 'block not found')) },
    calls: 12,
  },
  'gives no newest block for 3 s of every 10': {
    weather: {
      answer: (call, reply, moment) =>
        isTag(call, 'latest') && during(3_000, 10_000)(moment) ? { result: null } : reply,
    },
  },
  'lags six blocks for 6 s of every 20': { weather: lagging(6, 6_000, 20_000) },
  'lags two blocks for 40 s of every 120': { weather: lagging(2, 40_000, 120_000), calls: 16 },
  'loses its newest block between two answers': {
    weather: {
      answer: (call, reply, { t, head }) =>
        call.method === 'eth_getBlockByNumber' && call.params[0] === numberToHex(head) && t % 5_000 < 1_500
          ? { result: null }
          : reply,
    },
  },
  // Slow down.
  'answers only the first five of a batch': {
    weather: {
      answer: (_, reply, __, place) =>
        place < 5 ? reply : refusal(429, 'Your app has exceeded its compute units per second capacity.'),
    },
  },
  'takes 15 calls a second': { weather: { request: callsUpTo(15, http(429, '')) } },
  'takes 15 calls a second, in words of its own': {
    weather: {
      request: callsUpTo(15, http(200, json(-32_007, '15/second request limit reached - reduce calls per second'))),
    },
  },
  'takes 20 calls a second, and asks for a rest of 2 s': {
    weather: { request: callsUpTo(20, http(429, '', { 'retry-after': '2' })) },
  },
  'takes no batches, by 429': { weather: { request: batchesUpTo(1, http(429, '')) } },
  'takes no batches above ten, by 403': { weather: { request: batchesUpTo(10, http(403, '<html>')) } },
  'refuses access for 3 s of every 40': { weather: { request: onceIn(3_000, 40_000, http(403, '')) } },
  'refuses its key for 3 s of every 40': { weather: { request: onceIn(3_000, 40_000, http(401, '')) } },
  'is unavailable for 4 s of every 60': {
    weather: { request: onceIn(4_000, 60_000, http(503, '', { 'retry-after': '1' })) },
  },
  // Ask for less.
  'has too large answers to batches above eight': {
    weather: { request: batchesUpTo(8, http(500, json(-32_020, 'backend response too large'))) },
  },
  'has too big answers in batches, item by item': {
    weather: { answer: (_, reply, { together }) => (together > 6 ? refusal(-32_008, 'Response is too big') : reply) },
  },
  'has too large receipts at the end of a batch': {
    weather: {
      answer: ({ method }, reply, _, place) =>
        method === 'eth_getBlockReceipts' && place > 1 ? refusal(-32_003, 'response too large') : reply,
    },
  },
  'takes batches of three': {
    weather: {
      request: batchesUpTo(3, http(500, json(31, 'Batch of more than 3 requests are not allowed on free tier'))),
    },
  },
  'fails at large batches without a word': { weather: { request: batchesUpTo(12, http(500, 'oops')) } },
  'never answers large batches': { weather: { request: (calls) => (calls.length > 12 ? 'hang' : undefined) } },
  'takes ranges of 10 blocks': {
    weather: rangesUpTo(10, refusal(-32_600, 'You can make eth_getLogs requests with up to a 10 block range.')),
    verify: 'bloom',
    calls: 20,
  },
  'takes ranges of 7 blocks, in words of its own': {
    weather: rangesUpTo(7, refusal(-32_000, 'too wide blocks range, the limit is 7')),
    verify: 'bloom',
    calls: 20,
  },
  'fails at large ranges without a word': {
    weather: { ...rangesUpTo(5, refusal(-32_603, 'internal error')), request: rangesBelow(20, http(503, '<html>')) },
    verify: 'bloom',
    calls: 20,
  },
  // Not offered.
  'has eth_getProof off its list': {
    weather: without('eth_getProof', refusal(-32_001, 'rpc method is not whitelisted')),
  },
  'says no to eth_getProof': { weather: without('eth_getProof', refusal(-32_000, 'No')) },
  'forbids eth_getProof': {
    weather: {
      request: (calls) => (calls.some(({ method }) => method === 'eth_getProof') ? http(403, '') : undefined),
    },
    calls: 10,
  },
  'has no eth_getBlockReceipts': {
    weather: without('eth_getBlockReceipts', refusal(-32_601, 'the method eth_getBlockReceipts does not exist')),
  },
  'does not know blocks by their hash': {
    weather: {
      answer: (call, reply) =>
        isByHash(call) ? refusal(-32_602, 'invalid argument 2: json: cannot unmarshal object into Go value') : reply,
    },
    calls: 12,
  },
  'knows neither proofs nor blocks by their hash': {
    weather: {
      answer: (call, reply) => {
        if (call.method === 'eth_getProof') return refusal(-32_004, 'Unsupported')
        return isByHash(call) ? refusal(-32_000, 'block must be a string') : reply
      },
    },
    calls: 12,
  },
  'gives null for receipts by hash, and for proofs': {
    weather: {
      answer: (call, reply) => {
        const isByItsHash = call.method === 'eth_getBlockReceipts' && String(call.params[0]).length === 66
        return isByItsHash || call.method === 'eth_getProof' ? { result: null } : reply
      },
    },
    calls: 12,
  },
  // Forms.
  'writes in capitals, with zeros and with nulls': {
    weather: { answer: (_, reply) => ('result' in reply ? { result: disguised(reply.result) } : reply) },
  },
  // Failures.
  'cuts connections for 3 s of every 40': { weather: { request: onceIn(3_000, 40_000, 'cut') } },
  'answers web pages for 3 s of every 40': { weather: { request: onceIn(3_000, 40_000, http(200, '<html>')) } },
}
