import { createServer } from 'node:http'
import { event, indexed } from '@subsquid/evm-abi'
import { address, uint256 } from '@subsquid/evm-codec'
import { EvmBatchProcessor } from '@subsquid/evm-processor'
import { createOrmConfig } from '@subsquid/typeorm-config'
import { TypeormDatabase } from '@subsquid/typeorm-store'
import { DataSource } from 'typeorm'
import { Transfer } from './lib/model/index.js'

// A squid of one token's transfers that reads from a node alone, as SQD's pages show it: a batch is decoded and inserted at once.
const { RPC_URL, TOKEN, START_BLOCK, PORT } = process.env

const transferred = event(
  '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef',
  'Transfer(address,address,uint256)',
  { from: indexed(address), to: indexed(address), value: uint256 },
)

const processor = new EvmBatchProcessor()
  // Without a limit of requests a second. More connections or larger batches change nothing: it fetches ten blocks at a time, five times at once.
  .setRpcEndpoint(RPC_URL)
  // Every block is final, which spares it following those that may still be reverted.
  .setFinalityConfirmation(0)
  .setFields({ log: { transactionHash: true } })
  .addLog({ address: [TOKEN], topic0: [transferred.topic] })
  .setBlockRange({ from: Number(START_BLOCK) })

const tables = new DataSource({ ...createOrmConfig(), synchronize: true })
await tables.initialize()
await tables.destroy()

const database = new TypeormDatabase({ supportHotBlocks: false })
let hasCaughtUp = false

// The benchmark asks each indexer at /health and /ready; a squid answers at neither.
const watched = {
  supportsHotBlocks: false,
  async connect() {
    const state = await database.connect()
    createServer(({ url }, response) => {
      response.writeHead(url === '/ready' && !hasCaughtUp ? 503 : 200).end()
    }).listen(Number(PORT), '127.0.0.1')
    return state
  },
  async transact(batch, write) {
    await database.transact(batch, write)
    hasCaughtUp ||= batch.isOnTop
  },
}

processor.run(watched, async ({ blocks, store }) => {
  const transfers = blocks.flatMap(({ header, logs }) =>
    logs.map((log) => {
      const { from, to, value } = transferred.decode(log)
      return new Transfer({
        id: log.id,
        sender: from,
        recipient: to,
        amountWei: value,
        block: header.height,
        timestamp: new Date(header.timestamp),
        transactionHash: log.transactionHash,
      })
    }),
  )
  await store.insert(transfers)
})
