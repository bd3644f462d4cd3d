// How nodes and providers word a refusal, as data. The first entry whose pattern (and code and
// method, where it has them) fits an error says what it means. A text tells more than its code:
// -32005, -32007 and -32010 each mean opposite things with different makers.
//
// `said` is an example in the maker's own words, and a test holds each entry to it. `by` names who
// says so: the client's source, or the thread or documentation where the text was recorded.

/** What a node means by refusing. */
export type Meaning =
  /** Too many calls in some time: wait, and send fewer. */
  | 'slowDown'
  /** Too many calls in one request. */
  | 'smallerBatch'
  /** Too many blocks, logs or bytes in one answer. */
  | 'askForLess'
  /** The block or its content is not known there yet. */
  | 'notThereYet'
  /** The state of that block has been pruned. */
  | 'stateGone'
  /** The method, or this form of its parameters, is not served. */
  | 'notOffered'

export interface Wording {
  readonly meaning: Meaning
  readonly text?: RegExp
  readonly code?: number
  /** Only for these methods; the same words mean something else elsewhere. */
  readonly methods?: readonly string[]
  readonly said: string
  readonly by: string
}

const LOGS = ['eth_getLogs']
const STATE = ['eth_getProof', 'eth_getStorageAt']
const PROOF = ['eth_getProof', 'eth_getBlockReceipts']

/** A range that the node proposes: nothing else is meant, whatever words stand around it. */
const PROPOSED: readonly Wording[] = [
  {
    meaning: 'askForLess',
    text: /block range should work|try with this block range|retry with the range/i,
    said: 'You can make eth_getLogs requests with up to a 500 block range. Based on your parameters, this block range should work: [0x123c9b2, 0x123cba5]',
    by: 'Alchemy, Infura, Tenderly, reth: github.com/BobTheBuidler/dank_mids/issues/772',
  },
]

/** An amount in some time: a rate, even where the amount is one of blocks. */
const RATES: readonly Wording[] = [
  {
    meaning: 'slowDown',
    text: /(?:per|\/) ?(?:s|sec|second|min|minute|h|hour|day|month)s?\b/i,
    said: '15/second request limit reached - reduce calls per second or upgrade your account at quicknode.com',
    by: 'QuickNode (-32007): github.com/foundry-rs/foundry/issues/4894',
  },
  {
    meaning: 'slowDown',
    text: /(?:blocks|logs|calls|requests|queries|units|credits) (?:an?|each|every|this) (?:second|minute|hour|day|month)\b|(?:calls|requests|queries|units|credits) (?:with)?in (?:an?|\d+) (?:second|minute|hour|day)s?\b/i,
    said: 'limit of 5000 blocks each minute reached',
    by: 'the same in other words',
  },
  {
    meaning: 'slowDown',
    text: /credits? (?:limited|exhausted|exceeded)|(?:out of|insufficient|not enough) credits/i,
    said: 'credits limited to 6000/sec',
    by: 'QuickNode (-32012): github.com/latticexyz/mud/issues/1522',
  },
  {
    meaning: 'slowDown',
    text: /compute units|concurrent requests|(?:monthly|daily|hourly) .*(?:limit|capacity|quota|count)|quota/i,
    said: 'Your app has exceeded its compute units per second capacity.',
    by: 'Alchemy (429 within HTTP 200): github.com/latticexyz/mud/issues/1522',
  },
  {
    meaning: 'slowDown',
    text: /rate.?limit|(?:call|request) rate|rate (?:was )?exceeded|\brps\b|throttl|slow down/i,
    said: 'project ID request rate exceeded',
    by: 'Infura (-32005), GetBlock, BlockPI, Llama, Tenderly, Blast; "over rate limit" of proxyd (-32016), "Rate exceeded" of AWS',
  },
  {
    meaning: 'slowDown',
    text: /request count exceeded|exceeded .*(?:request limit|number of requests)|request limit (?:reached|exceeded)|usage limit|tier limit (?:reached|exceeded)/i,
    said: 'daily request limit reached - upgrade your account at quicknode.com',
    by: 'QuickNode (-32003); "daily request count exceeded, request rate limited" of Infura',
  },
]

const BATCHES: readonly Wording[] = [
  {
    meaning: 'smallerBatch',
    text: /\bbatch|(?:calls|requests) (?:in|per) (?:one|a single) request/i,
    said: 'Batch of more than 3 requests are not allowed on free tier, to use this feature register paid account at drpc.org',
    by: 'dRPC (31, with HTTP 500); "batch too large" of geth, "too many RPC calls in batch request" of proxyd, "The batch request was too large" of jsonrpsee (reth)',
  },
  {
    meaning: 'slowDown',
    text: /too many requests?\b/i,
    said: 'Too many requests, reason: call rate limit exhausted, retry in 10s',
    by: 'Ankr (-32090), dRPC (15), Chainstack, Cloudflare, publicnode',
  },
]

const SIZES: readonly Wording[] = [
  {
    meaning: 'stateGone',
    methods: STATE,
    text: /proof window|state .*(?:(?:un|not )available|not retained|discarded)|no state available|historical state|required historical|missing trie node|too old|too far (?:behind|back|below)|prun(?:ed|ing)|archiv|out ?of ?range|header not found/i,
    said: 'distance to target block exceeds maximum proof window',
    by: 'reth; "missing trie node" of geth, "No state available" of nethermind, "World state unavailable" of besu, "requested block is too old" and "old data not available due to pruning" of erigon',
  },
  {
    meaning: 'notThereYet',
    text: /beyond (?:the )?(?:current |latest )?head|(?:greater|higher|larger) than (?:the )?(?:latest|current|head)|after last (?:accepted )?block|in the future|block is out of range|BlockOutOfRange/i,
    said: 'block range extends beyond current head block',
    by: 'geth (execution-apis tests/eth_getLogs); "block is out of range" of proxyd (-32019), "after last accepted block" of Avalanche',
  },
  {
    meaning: 'askForLess',
    text: /(?:range|logs|results).{0,60}(?:large|wide|big|high|long|exceed|limit|max|less|not supported|threshold|greater|over|must|allowed)/i,
    said: 'eth_getLogs is limited to 0 - 50 blocks range',
    by: '1RPC, BlockPI; "block range is too wide" of Ankr and Frontier, "Block range too large: maximum allowed is 20000 blocks" of Nodies: github.com/MASQ-Project/Node/issues/734',
  },
  {
    meaning: 'askForLess',
    text: /(?:limit|max|exceed|over|up to|more than|greater than|at most|too many|too wide|reduce).{0,60}(?:range|blocks?\b|logs|results|events|response|records)/i,
    said: 'query returned more than 10000 results',
    by: 'Infura (-32005, -32602): github.com/INFURA/infura/issues/237; "exceed maximum block range: 5000" of Blast and BNB, "too wide blocks range, the limit is 100", "ranges over 10000 blocks are not supported on freetier" of dRPC',
  },
  {
    meaning: 'askForLess',
    text: /(?:response|result|answer|payload|content|message|body|entity|data).{0,40}(?:too (?:large|big|long)|exceed|limit|greater)/i,
    said: 'backend response too large',
    by: 'proxyd of the OP stack (-32020, with HTTP 500); "response too large" of geth (-32003), "Response is too big" of jsonrpsee (-32008), "Log response size exceeded" of Alchemy: github.com/bancorprotocol/webapp/issues/523',
  },
  {
    meaning: 'askForLess',
    methods: LOGS,
    text: /too (?:large|big|long|many|much|wide)|time ?d? ?out|timeout|limit exceeded|cannot fulfill/i,
    said: 'query timeout exceeded',
    by: 'Infura, erigon; "request timed out" of geth (-32002), "Cannot fulfill request" of Cloudflare (-32046)',
  },
]

const OFFERS: readonly Wording[] = [
  {
    meaning: 'slowDown',
    text: /time ?d? ?out.{0,20}on (?:the|your) free/i,
    said: 'Request timeout on the free tier, please upgrade your tier to the paid one',
    by: 'dRPC (30, with HTTP 408)',
  },
  {
    meaning: 'notThereYet',
    methods: ['eth_getBlockByNumber'],
    text: /invalid block (?:tag|number)|unknown variant/i,
    said: 'unknown variant `safe`, expected one of',
    by: 'nodes without the tags safe and finalized: besu, older erigon and anvil',
  },
  {
    meaning: 'notOffered',
    text: /(?:method.{0,60}|\beth_[a-z]+ (?:is |are )?)(?:not (?:found|supported|available|allowed|enabled|implemented|whitelisted)|does ?n(?:o|')t exist|unsupported|disabled|restricted|blocked|forbidden)/i,
    said: 'the method eth_getProof does not exist/is not available',
    by: 'geth, reth, anvil (-32601); "rpc method is not whitelisted" of proxyd (-32001, -32601, with HTTP 403)',
  },
  {
    meaning: 'notOffered',
    text: /(?:unsupported|unknown|disabled|forbidden|invalid) method|not whitelisted|(?:your|current|free|this) (?:plan|tier)|upgrade/i,
    said: 'Archive, Debug and Trace requests are not available on your current plan.',
    by: 'Chainstack (-32002), publicnode, GetBlock; "Unsupported method: eth_getProof" of Alchemy',
  },
  { meaning: 'notOffered', code: -32_601, said: 'Not found', by: 'JSON-RPC 2.0, section 5.1' },
  { meaning: 'notOffered', code: -32_004, said: 'No', by: 'EIP-1474: method not supported' },
  {
    meaning: 'notThereYet',
    text: /(?:block|header|receipts?|transaction|resource)s? (?:hash )?(?:is |are |was )?(?:not (?:found|available|yet|known)|unknown|missing|does ?n(?:o|')t exist)|unknown block|no such block|(?:could not|cannot|can't) find|cannot be found|no receipts found|not yet (?:available|indexed)|indexing (?:is )?in progress|(?:is|still) (?:syncing|synchroni[sz]ing|catching up|starting)/i,
    said: 'header not found',
    by: 'geth and most providers whose servers differ by a block; "Requested resource not found" of EIP-1474 (-32001), "unknown block" of erigon and nethermind, which also says "One of the blocks specified in filter (fromBlock, toBlock or blockHash) cannot be found"',
  },
]

/** What is passing, but leaves open for how long. */
const WEAK: readonly Wording[] = [
  {
    meaning: 'slowDown',
    text: /try again|retry (?:in|after)|(?:server|node|backend) is (?:too )?busy|overloaded|over capacity|capacity (?:limit )?exceeded|no backends? .*(?:available|healthy)|not healthy/i,
    said: 'Server is busy, try again later',
    by: 'jsonrpsee (-32009); "backend is over capacity" (-32012) and "no backends available for method" (-32011) of proxyd, "Too many request, try again later" of dRPC',
  },
]

/** For texts that tell nothing. */
const CODES: readonly Wording[] = [
  { meaning: 'slowDown', code: 429, said: '', by: 'Alchemy, Llama' },
  { meaning: 'slowDown', code: -32_005, said: 'limit exceeded', by: 'EIP-1474: limit exceeded' },
  { meaning: 'slowDown', code: -32_007, said: '', by: 'QuickNode' },
  { meaning: 'slowDown', code: -32_012, said: '', by: 'QuickNode, proxyd' },
  { meaning: 'slowDown', code: -32_016, said: '', by: 'proxyd' },
  { meaning: 'slowDown', code: -32_029, said: '', by: 'BlockPI, Ankr' },
  { meaning: 'slowDown', code: -32_090, said: '', by: 'Ankr' },
  { meaning: 'slowDown', code: -32_097, said: '', by: 'Blast' },
  { meaning: 'askForLess', code: -32_003, said: '', by: 'geth' },
  { meaning: 'askForLess', code: -32_008, said: '', by: 'jsonrpsee (reth)' },
  { meaning: 'askForLess', code: -32_020, said: '', by: 'proxyd' },
  { meaning: 'askForLess', code: -32_614, said: '', by: 'QuickNode, Base' },
  { meaning: 'askForLess', code: -32_701, methods: LOGS, said: '', by: 'publicnode' },
  { meaning: 'askForLess', code: 35, said: '', by: 'dRPC' },
  { meaning: 'notOffered', code: -32_001, methods: PROOF, said: '', by: 'proxyd' },
  { meaning: 'notThereYet', code: -32_001, said: '', by: 'EIP-1474: resource not found' },
  { meaning: 'notThereYet', code: -32_019, said: '', by: 'proxyd' },
]

export const wordings: readonly Wording[] = [...PROPOSED, ...RATES, ...BATCHES, ...SIZES, ...OFFERS, ...WEAK, ...CODES]

/** Addresses of pages say nothing, but may hold words like "/min" or "batch". */
const ADDRESS = /https?:\/\/\S+/g

/** What an error of a node means; undefined where nothing is known of its words or its code. */
export function meaningOf(method: string, code: number, said: string): Meaning | undefined {
  const message = said.replace(ADDRESS, '')
  return wordings.find(
    ({ text, code: known, methods }) =>
      (text === undefined || text.test(message)) &&
      (known === undefined || known === code) &&
      (methods === undefined || methods.includes(method)),
  )?.meaning
}
