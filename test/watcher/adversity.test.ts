import { setTimeout as sleep } from 'node:timers/promises'
import { createTestClient, http, parseEther, type TestClient } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bondOfModel } from '../../sdk/bond.ts'
import { type Context, GRIEFER_KEY, publishItems, startContext, watchArgs } from '../fraud/context.ts'
import { keyOf } from '../support/keyOf.ts'
import { contributeLocal } from '../support/localModel.ts'
import { type Lie, startLyingNode } from '../support/lyingNode.ts'
import { start, type Typed, type } from '../support/typed.ts'
import { lie, lines, struckUnits, WATCHER, watchOnce, watchOnceWithBlocks } from '../support/watching.ts'

const FALSE = 'a code of a unit is another'

describe('a watcher that the world plays tricks on', () => {
  let context: Context
  let chain: TestClient
  const mine = (blocks: number) => chain.mine({ blocks })
  /** Undoes the newest blocks, with all that was sent in them. */
  const reorg = async (blocks: number) => {
    await chain.request({ method: 'anvil_reorg' as never, params: [blocks, []] as never })
  }
  const argsBy = (url: string) => watchArgs(context).map((arg) => (arg === context.local.rpcUrl ? url : arg))
  const failed = async () => {
    const { reader } = context.local.connection
    const { transactions } = await reader.getBlock({ includeTransactions: true })
    const receipts = await Promise.all(transactions.map(({ hash }) => reader.getTransactionReceipt({ hash })))
    return receipts.filter(({ status }) => status === 'reverted').length
  }

  const bountiesOf = async (model: number) => {
    const { reader, contracts, fromBlock } = context.local.connection
    const filter = { eventName: 'BondSlashed', args: { bond: bondOfModel(model) }, fromBlock, strict: true } as const
    const slashed = await reader.getContractEvents({ ...contracts.bonds, ...filter })
    return slashed.flatMap(({ args }) => (args.bountyGwei > 0n ? [args.bountyGwei] : []))
  }

  beforeAll(async () => {
    context = await startContext(6)
    const { reader } = context.local.connection
    chain = createTestClient({ mode: 'anvil', chain: reader.chain, transport: http(context.local.rpcUrl) })
  })
  afterAll(() => context?.stop())

  it('finds its commitment again after kill -9 between committing and sending', async () => {
    const { model } = await lie(context, FALSE, 11)
    const victim = start('cli/main.ts', ['watch', ...watchArgs(context)], WATCHER)
    await victim.said('"committed"')
    victim.signal('SIGKILL')
    await victim.ended
    expect(await struckUnits(context, model)).toEqual([])
    await mine(2)
    const watched = await watchOnce(context)
    expect({ code: watched.code, err: watched.err }).toEqual({ code: 0, err: '' })
    expect(lines(watched, 'committed')).toEqual([])
    expect(lines(watched, 'granted')).toMatchObject([{ kind: 'FalseUnit', model }])
    expect(await struckUnits(context, model)).toHaveLength(1)
  })

  it('restarts a proof of several transactions after kill -9 between two of them', async () => {
    const data = await contributeLocal(context.local, { items: [900], seed: 77 })
    for (const { itemHashes } of data.contributions) publishItems(context, itemHashes)
    const { model } = await lie(context, FALSE, 10, { data, k: 256 })
    let sent = 0
    // Neither answers nor sends what comes after the commitment and the first page.
    const node = await startLyingNode(context.local.rpcUrl, ({ method, result }) => {
      if (method === 'eth_sendRawTransaction') sent += 1
      return method === 'eth_estimateGas' && sent === 2 ? new Promise(() => undefined) : result
    })
    const victim = start('cli/main.ts', ['watch', ...argsBy(node.url)], WATCHER)
    await victim.said('"committed"')
    const stopMining = context.keepMining()
    while (sent < 2) await sleep(20)
    await sleep(500)
    victim.signal('SIGKILL')
    await victim.ended
    stopMining()
    await node.stop()
    expect(await struckUnits(context, model)).toEqual([])
    const watched = await watchOnceWithBlocks(context)
    expect(lines(watched, 'granted')).toMatchObject([{ kind: 'FalseUnit', model, unit: 0 }])
    expect(await struckUnits(context, model)).toEqual([0])
  })

  it('strikes again what a reorg rolled back, and drops a model that it removed', async () => {
    const { model } = await lie(context, FALSE, 12)
    const watching = start('cli/main.ts', ['watch', ...watchArgs(context)], WATCHER)
    const struck = async () => {
      for (let waited = 0; (await struckUnits(context, model)).length === 0; waited++) {
        if (waited === 600) throw new Error('Nobody strikes it')
        await mine(1)
        await sleep(50)
      }
    }
    await struck()
    await watching.said('"granted"')
    await reorg(2)
    expect(await struckUnits(context, model)).toEqual([])
    await struck()
    await mine(4)
    const gone = await lie(context, 'a near-copy is kept', 13)
    await watching.said(`"model":${gone.model}`)
    await reorg(4)
    await mine(6)
    watching.signal('SIGTERM')
    const { code, err } = await watching.ended
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(lines(await watchOnceWithBlocks(context), 'granted')).toEqual([])
  })

  it('shares its work with another one: the unit is struck once, one bounty is paid, and neither minds', async () => {
    const { model } = await lie(context, FALSE, 14)
    const other = { ATTRIBUTION_PRIVATE_KEY: keyOf(GRIEFER_KEY) }
    const stopMining = context.keepMining()
    const both = await Promise.all(
      [WATCHER, other].map((key) => type('cli/main.ts', ['watch', ...watchArgs(context), '--once'], key)),
    )
    stopMining()
    expect(both.map(({ code, err }) => ({ code, err }))).toEqual(both.map(() => ({ code: 0, err: '' })))
    // A proof that comes second is taken too, and brings nothing.
    const granted = both.flatMap((watched) => lines(watched, 'granted'))
    for (const line of granted) expect(line).toMatchObject({ kind: 'FalseUnit', model })
    expect(await struckUnits(context, model)).toHaveLength(1)
    expect(await bountiesOf(model)).toHaveLength(1)
  })

  it('says that it cannot pay for gas, and goes on once it can', async () => {
    const { model } = await lie(context, FALSE, 15)
    const { address } = context.watcher.signer
    await chain.setBalance({ address, value: 1n })
    await mine(1)
    const once = await watchOnce(context)
    expect(once.err).toMatch(/0x[0-9a-fA-F]{40} cannot pay for gas: it has 0\.0+1 ETH, and needs 0\.\d+ ETH\. Send/)
    expect(once.err).not.toContain('    at ')
    const watching = start('cli/main.ts', ['watch', ...watchArgs(context)], WATCHER)
    await watching.said('cannot pay for gas')
    const { reader } = context.local.connection
    const sent = await context.local
      .walletOf(context.local.wallets.deployer)
      .sendTransaction({ to: address, value: parseEther('5') })
    await reader.waitForTransactionReceipt({ hash: sent })
    await watching.said('"committed"')
    await mine(2)
    await watching.said('"granted"')
    watching.signal('SIGTERM')
    expect((await watching.ended).code).toBe(0)
    expect(await struckUnits(context, model)).toHaveLength(1)
  })

  it('strikes once where its node’s head swings back by some blocks', async () => {
    const { model } = await lie(context, FALSE, 16)
    let asked = 0
    const swings: Lie = async ({ method, params, result }) => {
      if (method !== 'eth_getBlockByNumber' || params[0] !== 'latest' || asked++ % 2 === 0) return result
      const blockNumber = BigInt((result as { number: string }).number) - 3n
      return await chain.request({
        method: 'eth_getBlockByNumber' as never,
        params: [`0x${blockNumber.toString(16)}`, false] as never,
      })
    }
    const watched = await through(swings)
    expect({ code: watched.code, err: watched.err }).toEqual({ code: 0, err: '' })
    expect(lines(watched, 'granted')).toMatchObject([{ kind: 'FalseUnit', model }])
    expect(lines(watched, 'committed')).toHaveLength(1)
    expect(await struckUnits(context, model)).toHaveLength(1)
    expect(await failed()).toBe(0)
  })

  it('continues where its node fails for a while', async () => {
    const node = await startLyingNode(context.local.rpcUrl, ({ result }) => result)
    const watching = start('cli/main.ts', ['watch', ...argsBy(node.url)], WATCHER)
    await watching.said('"index read"')
    await node.stop()
    await watching.said('"trouble"')
    watching.signal('SIGTERM')
    const watched = await watching.ended
    expect({ code: watched.code, err: watched.err }).toEqual({ code: 0, err: '' })
    expect(lines(watched, 'trouble')[0]?.what).toMatch(/^The node at http:\/\/127\.0\.0\.1:\d+ does not answer/)
  })

  it('files nothing on the word of a node that leaves out what was recorded', async () => {
    const watched = await through(({ method, result }) =>
      method === 'eth_getBlockReceipts' && Array.isArray(result) ? result.map((one) => ({ ...one, logs: [] })) : result,
    )
    expect(watched.err).toMatch(
      /receipts of a block do not hash to what its header says, repeatedly according to the node at/,
    )
    expect({ code: watched.code, granted: lines(watched, 'granted') }).toEqual({ code: 1, granted: [] })
  })

  /** Watches once by way of a node that lies, while blocks come. */
  async function through(lies: Lie): Promise<Typed> {
    const node = await startLyingNode(context.local.rpcUrl, lies)
    const stopMining = context.keepMining()
    const watched = await type('cli/main.ts', ['watch', ...argsBy(node.url), '--once'], WATCHER)
    stopMining()
    await node.stop()
    return watched
  }
})
