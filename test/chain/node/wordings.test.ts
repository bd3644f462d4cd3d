import { describe, expect, it } from 'vitest'
import { type Meaning, meaningOf, wordings } from '../../../chain/node/wordings.ts'

/** Errors as nodes gave them, beside the examples of the table itself. */
const heard: readonly (readonly [Meaning | undefined, string, number, string])[] = [
  ['slowDown', 'eth_getBlockByNumber', 429, 'Monthly capacity limit exceeded. Visit the billing page.'],
  ['slowDown', 'eth_getLogs', -32_005, 'daily request count exceeded, request rate limited'],
  ['slowDown', 'eth_getLogs', -32_005, "You've exceeded the RPS limit available on the current plan."],
  ['slowDown', 'eth_getLogs', 15, 'Too many request, try again later'],
  ['slowDown', 'eth_getBlockReceipts', -32_016, 'over rate limit'],
  ['slowDown', 'eth_getBlockReceipts', -32_012, 'backend is over capacity'],
  ['slowDown', 'eth_getBlockByNumber', -32_011, 'no backends available for method'],
  // Rates that speak of blocks and ranges.
  ['slowDown', 'eth_getLogs', -32_005, 'rate limit exceeded: at most 1000 blocks per minute'],
  ['slowDown', 'eth_getLogs', -32_000, 'You may ask for 10,000 blocks/second on this plan'],
  ['slowDown', 'eth_getLogs', 429, 'Too many requests. Block range queries are limited to 5 per second'],
  ['slowDown', 'eth_getLogs', -32_097, 'Rate limit: reduce the number of block range requests'],
  ['slowDown', 'eth_getLogs', -32_000, 'block limit of 1000 blocks every second exceeded'],
  ['slowDown', 'eth_getBlockByNumber', -32_000, 'exceeded: 100000 blocks this month'],
  ['slowDown', 'eth_getLogs', -32_000, 'Rate exceeded'],
  ['slowDown', 'eth_getBlockByNumber', -32_000, 'Insufficient credits, top up your account to continue'],
  ['slowDown', 'eth_getBlockByNumber', -32_000, 'Your free plan allows 5 requests in 1 second'],
  [
    'slowDown',
    'eth_getBlockReceipts',
    30,
    'Request timeout on the free tier, please upgrade your tier to the paid one',
  ],
  // Ranges that speak of requests, limits and time.
  ['askForLess', 'eth_getLogs', -32_600, 'You can make eth_getLogs requests with up to a 10 block range.'],
  ['askForLess', 'eth_getLogs', -32_602, 'range 1000000 exceeds limit of 10000'],
  ['askForLess', 'eth_getLogs', -32_600, 'block range too high'],
  ['askForLess', 'eth_getLogs', -32_000, 'limit of 1000 blocks per request exceeded'],
  [
    'askForLess',
    'eth_getLogs',
    -32_005,
    'query returned more than 10000 results. Try with this block range [0x1, 0x9].',
  ],
  ['askForLess', 'eth_getLogs', -32_602, 'Log response size exceeded. Try a smaller range, or try again later.'],
  ['askForLess', 'eth_getLogs', 35, 'ranges over 10000 blocks are not supported on free plan'],
  ['askForLess', 'eth_getLogs', -32_614, 'eth_getLogs is limited to a 10,000 range'],
  ['askForLess', 'eth_getLogs', -32_000, 'Block range limit exceeded. See https://docs.example.org/s/limits'],
  ['askForLess', 'eth_getLogs', -32_701, 'exceed maximum block range: 50000'],
  ['askForLess', 'eth_getLogs', -32_001, 'Block range too large: maximum allowed is 50 blocks on your current plan.'],
  ['askForLess', 'eth_getLogs', -32_000, 'too wide blocks range, the limit is 100'],
  ['askForLess', 'eth_getLogs', -32_005, 'logs matched by query exceeds limit of 10000'],
  ['askForLess', 'eth_getLogs', -32_002, 'request timed out'],
  ['askForLess', 'eth_getLogs', -32_046, 'Cannot fulfill request'],
  ['askForLess', 'eth_getLogs', -32_000, 'response size should not greater than 10000000 bytes'],
  ['askForLess', 'eth_getBlockReceipts', -32_008, 'Response is too big'],
  ['askForLess', 'eth_getBlockReceipts', -32_003, 'response too large'],
  ['askForLess', 'eth_getBlockByNumber', -32_020, 'backend response too large'],
  ['smallerBatch', 'eth_getBlockByNumber', -32_600, 'batch too large'],
  ['smallerBatch', 'eth_getBlockByNumber', -32_014, 'too many RPC calls in batch request'],
  ['smallerBatch', 'eth_getBlockByNumber', -32_005, 'Batched requests are not supported by this server'],
  ['smallerBatch', 'eth_getBlockByNumber', -32_600, 'Maximum number of calls in one request is 10'],
  ['notOffered', 'eth_getBlockReceipts', -32_000, 'eth_getBlockReceipts is not available'],
  ['notOffered', 'eth_getProof', -32_001, 'rpc method is not whitelisted'],
  ['notOffered', 'eth_getBlockReceipts', -32_601, 'Method eth_getBlockReceipts is not supported'],
  ['notThereYet', 'eth_getLogs', -32_602, 'block range extends beyond current head block'],
  ['notThereYet', 'eth_getBlockReceipts', -32_000, 'block not found'],
  ['notThereYet', 'eth_getBlockReceipts', -32_000, "failed to get block by hash: block doesn't exist"],
  ['notThereYet', 'eth_getBlockByNumber', -32_000, 'node is syncing'],
  ['notThereYet', 'eth_getBlockReceipts', -32_000, 'no receipts found for block'],
  ['notThereYet', 'eth_getLogs', -32_602, 'toBlock is greater than latest block'],
  ['notThereYet', 'eth_getLogs', -32_000, 'One of the blocks specified in filter cannot be found.'],
  ['notThereYet', 'eth_getBlockByNumber', -39_001, 'Unknown block'],
  ['stateGone', 'eth_getStorageAt', -32_000, 'missing trie node 56e81f (path ) state 0x56e81f is not available'],
  ['stateGone', 'eth_getProof', -32_602, 'BlockOutOfRangeError: block height is 104 but requested was 20'],
  ['stateGone', 'eth_getProof', -32_000, 'old data not available due to pruning'],
  ['stateGone', 'eth_getStorageAt', -32_000, 'Archive requests require a paid plan, please upgrade'],
  ['stateGone', 'eth_getStorageAt', -32_000, 'state already discarded for block 0x12'],
  ['stateGone', 'eth_getStorageAt', -32_000, 'block is too far behind head'],
  [undefined, 'eth_getLogs', -32_603, 'internal error'],
  [undefined, 'eth_getBlockByNumber', -32_000, 'something went wrong'],
]

describe('an error of a node', () => {
  it.each(heard)('means %s: %s, %d, "%s"', (meaning, method, code, message) => {
    expect(meaningOf(method, code, message)).toBe(meaning)
  })

  it.each(wordings.map((wording) => [wording.said, wording.by, wording] as const))(
    '"%s" means what the table says of %s',
    (said, _, { meaning, code = -32_000, methods: [method = 'eth_getBlockByNumber'] = [] }) => {
      expect(meaningOf(method, code, said)).toBe(meaning)
    },
  )
})
