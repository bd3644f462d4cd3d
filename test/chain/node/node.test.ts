import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectNode, type Node } from '../../../chain/node/node.ts'
import type { Header } from '../../../chain/verify/header.ts'

const hashOf = (byte: string): Hex => `0x${byte.repeat(32)}`
const LOG = { address: `0x${'0a'.repeat(20)}`, topics: [hashOf('01')], data: hashOf('02') }
const RECEIPT = {
  type: '0x2',
  blockHash: hashOf('03'),
  transactionHash: hashOf('04'),
  status: '0x1',
  cumulativeGasUsed: '0x5208',
  logsBloom: `0x${'00'.repeat(256)}`,
}

describe('a node’s answer', () => {
  let told: unknown
  let node: Node
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const asked = JSON.parse(body) as { id: number } | { id: number }[]
    const answer = ({ id }: { id: number }) => ({ jsonrpc: '2.0', id, result: told })
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(Array.isArray(asked) ? asked.map(answer) : answer(asked)))
  })

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    node = connectNode(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
  afterAll(() => {
    server.close()
  })

  const receiptsOf = (log: object) => {
    told = [{ ...RECEIPT, logs: [log] }]
    return node.receipts({ hash: RECEIPT.blockHash, transactions: [RECEIPT.transactionHash] } as unknown as Header)
  }

  it('is taken as it is where it is well formed', async () => {
    expect(await receiptsOf(LOG)).toMatchObject([{ logs: [LOG] }])
  })

  // Half a byte at the end would be hashed as if it were not there, and read as if it were.
  it.each([
    ['an address of half a byte too much', { ...LOG, address: `${LOG.address}0` }],
    ['an address that is none', { ...LOG, address: '0x' }],
    ['data that end in half a byte', { ...LOG, data: `${LOG.data}0` }],
  ])('is refused where a log has %s', async (_, log) => {
    await expect(receiptsOf(log)).rejects.toThrow('answered eth_getBlockReceipts with something malformed')
  })
})
