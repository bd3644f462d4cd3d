import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Hex } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connectNode, type Node } from '../../../chain/node/node.ts'
import { MethodMissing, NotThereYet } from '../../../chain/node/nodeError.ts'
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

interface Asked {
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
}

describe('a node’s answer', () => {
  let told: unknown
  /** Instead of `told`. */
  let tell: ((asked: Asked) => unknown) | undefined
  let node: Node
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const asked = JSON.parse(body) as Asked | Asked[]
    const answer = (one: Asked) => ({ jsonrpc: '2.0', id: one.id, result: tell === undefined ? told : tell(one) })
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(Array.isArray(asked) ? asked.map(answer) : answer(asked)))
  })

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  beforeEach(() => {
    tell = undefined
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

  const BLOCK = { hash: RECEIPT.blockHash, number: 7n, transactions: [RECEIPT.transactionHash] } as unknown as Header
  const HEADER = {
    ...{ number: '0x7', hash: BLOCK.hash, parentHash: hashOf('05'), timestamp: '0x1', gasUsed: '0x0' },
    ...{ stateRoot: hashOf('06'), receiptsRoot: hashOf('07'), transactions: [] },
  }

  it('of null to a block’s hash is asked for by number, and soon only so', async () => {
    const asked: unknown[] = []
    tell = ({ params: [block] }) => {
      asked.push(block)
      return block === '0x7' ? [{ ...RECEIPT, logs: [] }] : null
    }
    for (let i = 0; i < 4; i++) expect(await node.receipts(BLOCK)).toHaveLength(1)
    expect(asked).toEqual([BLOCK.hash, '0x7', BLOCK.hash, '0x7', BLOCK.hash, '0x7', '0x7'])
  })

  it('of null to every form is that there are no receipts yet', async () => {
    told = null
    expect(await node.receipts(BLOCK)).toBeUndefined()
  })

  it('of null to a question for logs is that they are not there yet, and not that there are none', async () => {
    const asked = [{ address: LOG.address as Hex, topic: undefined }]
    told = null
    await expect(node.logs(asked, 1n, 2n)).rejects.toBeInstanceOf(NotThereYet)
    told = []
    expect(await node.logs(asked, 1n, 2n)).toEqual([])
  })

  it('of whole transactions in place of their hashes is taken', async () => {
    told = { ...HEADER, transactions: [{ hash: hashOf('08'), nonce: '0x1' }, hashOf('09')] }
    expect(await node.latest()).toMatchObject({ transactions: [hashOf('08'), hashOf('09')] })
  })

  it('of null in place of a proof is that proofs are not served', async () => {
    tell = ({ method }) => (method === 'eth_getBlockByNumber' ? HEADER : null)
    await expect(node.proof(LOG.address as Hex, [hashOf('01')], BLOCK)).rejects.toBeInstanceOf(MethodMissing)
  })

  it('of null to a slot at a block’s hash is asked for by number', async () => {
    tell = ({ method, params: [, , block] }) => {
      if (method === 'eth_getBlockByNumber') return HEADER
      return block === '0x7' ? '0x2a' : null
    }
    const slot = { address: LOG.address as Hex, slot: hashOf('01') }
    expect(await node.slots([slot], BLOCK)).toEqual([`0x${'00'.repeat(31)}2a`])
  })
})
