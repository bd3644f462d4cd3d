import type { Hex } from 'viem'
import { describe, expect, it } from 'vitest'
import { connectNode } from '../../../chain/node/node.ts'
import { falseReceipts } from '../../../chain/verify/falseReceipts.ts'
import { checkHeaders, type Header } from '../../../chain/verify/header.ts'
import type { Receipt } from '../../../chain/verify/receipt.ts'
import { UnknownChain } from '../../../chain/verify/unknownChain.ts'
import { allMakes, type DevNode, type Make, startDevNode } from '../../support/devNodes.ts'
import { senderOn } from '../../support/newestTransactions.ts'
import { randomOf } from '../../support/random.ts'

/** Deploys a contract whose every call logs three topics and some data, and whose constructor logs as well. */
const LOGGER = '0x60016000600160206000a26009601a60003960096000f3600360026001600060006000a300'
const TRANSACTIONS = 20
/** A block of Prague and after takes so many blobs. */
const BLOBS = 6

/** The kinds of receipt that a chain holds in the end: legacy, 2930, 1559, 4844, 7702, and deposits of the OP stack. */
const kinds: Readonly<Record<Make, readonly number[]>> = {
  'anvil, of the newest fork': [0, 1, 2, 3, 4],
  'anvil, before cells of blobs are proven': [0, 1, 2, 3, 4],
  'anvil, before blobs': [0, 1, 2],
  'anvil, before the base fee': [0, 1],
  'anvil, as a chain of the OP stack': [0, 1, 2, 0x7e],
  'hardhat, which gives receipts only one by one': [0, 1, 2],
}

describe.each(allMakes)('a chain by %s', (make) => {
  it('hashes to its blocks as it stands, and no longer after a change of anything that is hashed', async () => {
    const dev = await startDevNode(make)
    try {
      await fillBlocks(dev, make)
      const node = connectNode(dev.url)
      const blocks = await node.blocks(0n, (await node.latest()).number)
      expect(checkHeaders('receipts', blocks)).toBeUndefined()

      const fields = await Promise.all(blocks.map(async (block) => ({ block, receipts: await node.receipts(block) })))
      const filled = fields.filter(({ block }) => block.transactions.length > 0)
      expect(filled.some(({ receipts }) => receipts?.some(({ logs }) => logs.length > 0))).toBe(true)
      const found = new Set(filled.flatMap(({ receipts = [] }) => receipts.map(({ type }) => type)))
      expect([...found].toSorted((a, b) => a - b)).toEqual(kinds[make])
      const random = randomOf(7)
      for (const { block, receipts } of filled) {
        if (receipts === undefined) throw new Error('A block without receipts')
        expect(falseReceipts(block, receipts)).toBeUndefined()
        for (const lie of headersNextTo(block)) expect(checkHeaders('bloom', [lie])).toBeDefined()
        for (const lie of receiptsNextTo(receipts)) expect(isRefused(() => falseReceipts(block, lie))).toBe(true)
        const at = random.below(receipts.length)
        expect(falseReceipts(block, receipts.toSpliced(at, 1))).toBeDefined()
      }
    } finally {
      await dev.stop()
    }
  })
})

/** Blocks of one transaction and of many, of every kind that the node takes. */
async function fillBlocks(dev: DevNode, make: Make): Promise<void> {
  const accounts = (await dev.request('eth_accounts')) as readonly string[]
  const [from, to] = accounts
  const hasFees = make !== 'anvil, before the base fee'
  const send = (transaction: object) => dev.request('eth_sendTransaction', [{ from, gas: '0x20000', ...transaction }])
  const isHardhat = make.startsWith('hardhat')
  if (isHardhat) await dev.request('evm_setAutomine', [false])
  await send({ data: LOGGER, gasPrice: '0x77359400' })
  await dev.request('evm_mine')
  const logger = kinds[make].includes(4) ? await deployed(dev) : undefined
  const sender = await senderOn(dev, make === 'anvil, of the newest fork' ? 'cells' : 'blobs')
  for (let i = 0; i < TRANSACTIONS; i++) {
    if (logger !== undefined && i < BLOBS) await sender.sendBlob(logger)
    if (logger !== undefined) await sender.sendDelegation(logger)
    await send({ data: LOGGER, gasPrice: '0x77359400' })
    await send({ to, value: '0x1', gasPrice: '0x77359400', accessList: [{ address: to, storageKeys: [] }] })
    if (hasFees) await send({ data: LOGGER, maxFeePerGas: '0x77359400', maxPriorityFeePerGas: '0x1' })
    if (make === 'anvil, as a chain of the OP stack') {
      const deposit = { type: '0x7e', sourceHash: `0x${'11'.repeat(32)}`, mint: '0x1', isSystemTx: false }
      await send({ to, value: '0x1', ...deposit })
    }
  }
  await dev.request('evm_mine')
}

/** The contract that the newest block's last transaction made. */
async function deployed(dev: DevNode): Promise<Hex | undefined> {
  const receipts = await dev.request('eth_getBlockReceipts', ['latest'])
  return (receipts as readonly { readonly contractAddress: Hex }[]).at(-1)?.contractAddress
}

/** As false, or as something that this version does not know, such as a type of receipt. */
function isRefused(check: () => object | undefined): boolean {
  try {
    return check() !== undefined
  } catch (error) {
    return error instanceof UnknownChain
  }
}

/** The header with each of its fields changed in turn. */
function headersNextTo(block: Header): readonly Header[] {
  const unhashed = new Set(['hash', 'size', 'totalDifficulty'])
  return Object.entries(block.fields)
    .filter(([name, value]) => typeof value === 'string' && !unhashed.has(name))
    .map(([name, value]) => ({ ...block, fields: { ...block.fields, [name]: nextTo(value as string) } }))
}

/** The receipts with each field of each of them changed in turn. */
function receiptsNextTo(receipts: readonly Receipt[]): readonly (readonly Receipt[])[] {
  return receipts.flatMap((receipt, i) =>
    changesOf(receipt).map((change) => receipts.with(i, { ...receipt, ...change })),
  )
}

function changesOf({ type, status, cumulativeGasUsed, logsBloom, logs, depositNonce }: Receipt): readonly object[] {
  return [
    { type: type + 1 },
    { status: status === 1n ? 0n : 1n },
    { cumulativeGasUsed: cumulativeGasUsed + 1n },
    { logsBloom: nextTo(logsBloom) },
    ...(depositNonce === undefined ? [] : [{ depositNonce: depositNonce + 1n }, { depositReceiptVersion: undefined }]),
    ...logs.flatMap((log, i) => [
      { logs: logs.toSpliced(i, 1) },
      { logs: logs.toSpliced(i, 0, log) },
      { logs: logs.with(i, { ...log, address: nextTo(log.address) }) },
      { logs: logs.with(i, { ...log, data: `${log.data}00` }) },
      ...log.topics.map((topic, t) => ({ logs: logs.with(i, { ...log, topics: log.topics.with(t, nextTo(topic)) }) })),
    ]),
  ]
}

/** A hexadecimal string that differs in its last digit; the empty one grows. */
function nextTo<T extends string>(hex: T): T {
  if (hex === '0x') return `${hex}01` as T
  return `${hex.slice(0, -1)}${(Number.parseInt(hex.slice(-1), 16) ^ 1).toString(16)}` as T
}
