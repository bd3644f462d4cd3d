// The least that an indexer of transfers has to do: ask for logs and blocks, decode by hand, COPY into one table, and, if that is
// asked, keep balances. It checks nothing, follows nothing and answers nothing. A program of its own, to be measured like indexers:
//
//     node bench/index/plain.ts <node's URL> <token> <first block> <PostgreSQL's URL> [balances]
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

const BLOCKS_A_STRETCH = 50
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'

const [rpcUrl = '', token = '', first = '', databaseUrl = '', balances] = process.argv.slice(2)

interface Log {
  readonly topics: readonly [string, string, string]
  readonly data: string
  readonly blockNumber: string
  readonly logIndex: string
  readonly transactionHash: string
}

interface Block {
  readonly number: string
  readonly timestamp: string
}

interface Stretch {
  readonly lines: string
  readonly moved: ReadonlyMap<string, bigint>
}

async function ask<T>(calls: readonly { readonly method: string; readonly params: readonly unknown[] }[]) {
  const body = JSON.stringify(calls.map((call, id) => ({ jsonrpc: '2.0', id, ...call })))
  const response = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return ((await response.json()) as readonly { readonly result: T }[]).map(({ result }) => result)
}

const hexOf = (block: number) => `0x${block.toString(16)}`

async function stretch(from: number, to: number): Promise<Stretch> {
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i)
  const range = { address: token, topics: [TRANSFER], fromBlock: hexOf(from), toBlock: hexOf(to) }
  const [[logs = []], blocks] = await Promise.all([
    ask<readonly Log[]>([{ method: 'eth_getLogs', params: [range] }]),
    ask<Block>(numbers.map((number) => ({ method: 'eth_getBlockByNumber', params: [hexOf(number), false] }))),
  ])
  const times = new Map(blocks.map(({ number, timestamp }) => [number, Number(timestamp)]))
  const moved = new Map<string, bigint>()
  let lines = ''
  for (const { topics, data, blockNumber, logIndex, transactionHash } of logs) {
    const sender = topics[1].slice(26)
    const recipient = topics[2].slice(26)
    const wei = BigInt(data)
    const place = `${Number(blockNumber)}\t${Number(logIndex)}\t${times.get(blockNumber)}`
    lines += `${place}\t\\\\x${transactionHash.slice(2)}\t\\\\x${sender}\t\\\\x${recipient}\t${wei}\n`
    moved.set(sender, (moved.get(sender) ?? 0n) - wei)
    moved.set(recipient, (moved.get(recipient) ?? 0n) + wei)
  }
  return { lines, moved }
}

async function store({ lines, moved }: Stretch): Promise<void> {
  await database.query('begin')
  const copy = database.query(copyFrom('copy transfer from stdin'))
  await new Promise((done, failed) => {
    copy.on('finish', done).on('error', failed).end(lines)
  })
  if (balances !== undefined) {
    await database.query(
      `insert into balance select decode(holder, 'hex'), wei from unnest($1::text[], $2::numeric[]) as m (holder, wei)
      on conflict (holder) do update set wei = balance.wei + excluded.wei`,
      [[...moved.keys()], [...moved.values()]],
    )
  }
  await database.query('commit')
}

const database = new pg.Client({ connectionString: databaseUrl })
await database.connect()
await database.query(`create table transfer (block int8, log_index int8, timestamp int8, transaction_hash bytea,
  sender bytea, recipient bytea, amount_wei numeric(78), primary key (block, log_index))`)
await database.query('create table balance (holder bytea primary key, wei numeric(78))')

const start = performance.now()
const [answer] = await ask<string>([{ method: 'eth_blockNumber', params: [] }])
const head = Number(answer)
const stretchFrom = (from: number) => stretch(from, Math.min(from + BLOCKS_A_STRETCH - 1, head))
let next = stretchFrom(Number(first))
for (let from = Number(first); from <= head; from += BLOCKS_A_STRETCH) {
  const fetched = await next
  // The next blocks are fetched while these are stored.
  if (from + BLOCKS_A_STRETCH <= head) next = stretchFrom(from + BLOCKS_A_STRETCH)
  await store(fetched)
}
const seconds = (performance.now() - start) / 1_000
const { rows } = await database.query('select count(*)::int4 as events from transfer')
await database.end()
const { user, system } = process.cpuUsage()
const peakMiB = process.resourceUsage().maxRSS / 1_024
console.log(JSON.stringify({ seconds, events: rows[0].events, cpuSeconds: (user + system) / 1e6, peakMiB }))
