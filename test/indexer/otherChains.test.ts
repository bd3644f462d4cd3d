import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { concat, type Hex, keccak256, numberToHex, stringToHex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UnknownChain } from '../../chain/verify/unknownChain.ts'
import { digestOf } from '../support/digest.ts'
import { indexTo } from '../support/indexing.ts'
import { type Lie, startLyingNode } from '../support/lyingNode.ts'
import { runIndexer } from '../support/process.ts'
import { type Setting, startSetting } from '../support/setting.ts'

interface Block {
  readonly number: Hex
  readonly hash: Hex
  readonly transactions: readonly Hex[]
}

const isBlock = (result: unknown): result is Block =>
  typeof result === 'object' && result !== null && 'parentHash' in result

const stateSyncOf = ({ number, hash }: Pick<Block, 'number' | 'hash'>): Hex =>
  keccak256(concat([stringToHex('matic-bor-receipt-'), numberToHex(BigInt(number), { size: 8 }), hash]))

/** As nodes of Polygon answer: with a receipt more than the header commits to. Its log is made up. */
const asPolygon: Lie = ({ method, result }) => {
  if (method === 'eth_chainId') return '0x89'
  if (isBlock(result)) return { ...result, transactions: [...result.transactions, stateSyncOf(result)] }
  if (method !== 'eth_getBlockReceipts') return result
  const receipts = result as readonly { readonly blockHash: Hex; readonly blockNumber: Hex; readonly logs: object[] }[]
  const [first] = receipts
  if (first === undefined) return result
  const transactionHash = stateSyncOf({ number: first.blockNumber, hash: first.blockHash })
  const logs = receipts.flatMap((one) => one.logs).slice(0, 1)
  return [...receipts, { ...first, type: '0x0', transactionHash, cumulativeGasUsed: '0x0', logs }]
}

/** As some nodes write: null, nothing and capitals where others leave out a field or write zero. */
const asWrittenOtherwise: Lie = ({ result }) => {
  const rewrite = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rewrite)
    if (typeof value !== 'object' || value === null) return value
    const fields = Object.entries(value).map(([name, one]) => {
      if (one === '0x0' && !/index/i.test(name)) return [name, '0x']
      if (/^(address|miner|stateRoot|extraData|data)$/.test(name) && typeof one === 'string') {
        return [name, `0x${one.slice(2).toUpperCase()}`]
      }
      if (/^(gasUsed|timestamp|cumulativeGasUsed)$/.test(name)) return [name, String(one).replace('0x', '0x00')]
      return [name, rewrite(one)]
    })
    return {
      ...Object.fromEntries(fields),
      root: null,
      depositNonce: null,
      blockAccessListHash: null,
      slotNumber: '0x',
    }
  }
  return rewrite(result)
}

describe('a node of another chain', () => {
  let setting: Setting
  beforeAll(async () => {
    setting = await startSetting(52)
    await setting.scenario.play(15)
  })
  afterAll(async () => {
    await setting?.stop()
  })

  const rowsOf = async (lie: Lie, chainId: number) => {
    const { ledger, postgres } = setting
    const node = await startLyingNode(ledger.rpcUrl, lie)
    const database = await postgres.newDatabase()
    const indexer = await indexTo(ledger, database, {
      rpcUrls: [node.url],
      deployment: { ...ledger.deployment, chainId },
    })
    await indexer.closeAtHead().finally(node.stop)
    const { identity: _, ...rows } = await digestOf(database)
    return rows
  }

  it('gives the same history with receipts that its headers leave out, and with fields written otherwise', async () => {
    const plain = await rowsOf(({ result }) => result, 31_337)
    expect(await rowsOf(asPolygon, 137)).toEqual(plain)
    expect(await rowsOf(asWrittenOtherwise, 31_337)).toEqual(plain)
  })

  it('stops the indexer where its headers have a field that is not known, and is not called wrong', async () => {
    const { ledger, postgres } = setting
    const head = numberToHex(await ledger.connection.reader.getBlockNumber())
    const fork: Lie = ({ result }) =>
      isBlock(result) && result.number === head
        ? { ...result, hash: `0x${'f0'.repeat(32)}`, inclusionListRoot: `0x${'11'.repeat(32)}` }
        : result
    const node = await startLyingNode(ledger.rpcUrl, fork)
    const indexer = await indexTo(ledger, await postgres.newDatabase(), { rpcUrls: [node.url] })
    const ended = await indexer.stopped.catch((error: unknown) => error)
    expect(ended).toBeInstanceOf(UnknownChain)
    expect(ended).toMatchObject({
      message: `A local chain has become a chain that this version does not know: the header of block ${BigInt(head)} has inclusionListRoot`,
    })
    await indexer.close()
    await node.stop()
  })

  it.each([
    [324, 'zkSync Era is not supported with verification "receipts"', 'verification "off"'],
    [43_114, 'Avalanche is not supported with verification "receipts"', 'verification "bloom"'],
  ])('of id %i is refused at the start, with what is left', async (chainId, message, left) => {
    const file = join(setting.ledger.folder, `deployment-${chainId}.json`)
    writeFileSync(file, JSON.stringify({ ...setting.ledger.deployment, chainId }))
    const run = runIndexer([
      '--deployment',
      file,
      '--rpc',
      setting.ledger.rpcUrl,
      '--port',
      '0',
      '--database',
      `${file}.none`,
    ])
    expect(await run.ended).toBe(1)
    expect(run.output()).toMatch(
      new RegExp(`^${message}: [^\\n]* No node is at fault\\. What is left is ${left}[^\\n]*\\n$`),
    )
  })
})
