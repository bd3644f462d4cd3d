import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestClient, http, type TestClient } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unitsOf } from '../../bench/gas/drawnModel.ts'
import { depositBond } from '../../gateway/bond.ts'
import { bondOfModel } from '../../sdk/bond.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { predictPay } from '../../sdk/predictPay.ts'
import { promisedRecord, type Receipt, signedReceipt } from '../../sdk/receipt.ts'
import {
  bookOf,
  type Context,
  declareUnits,
  handOver,
  passWindow,
  publishItems,
  serve,
  startContext,
  watchArgs,
} from '../fraud/context.ts'
import { honestly } from '../fraud/unitLies.ts'
import { challenge } from '../support/challenge.ts'
import { keyOf } from '../support/keyOf.ts'
import { freePort } from '../support/localLedger.ts'
import { contributeLocal } from '../support/localModel.ts'
import { start, type } from '../support/typed.ts'
import { HALF_A_DAY, lie, lines, struckUnits, WATCHER, watchOnce, watchOnceWithBlocks } from '../support/watching.ts'

/** An address without an account. */
const NOBODY = { ATTRIBUTION_PRIVATE_KEY: `0x${'11'.repeat(32)}` }

describe('the watcher, as people start it', () => {
  let context: Context
  let chain: TestClient
  let connected: readonly string[]
  const mine = (blocks: number) => chain.mine({ blocks })
  const once = (...more: readonly string[]) => watchOnce(context, ...more)
  const onceWithBlocks = (...more: readonly string[]) => watchOnceWithBlocks(context, ...more)
  const head = () => context.local.connection.reader.getBlockNumber()
  const sent = () =>
    context.local.connection.reader.getTransactionCount({ address: context.watcher.signer.address, blockTag: 'latest' })
  const earnedBy = async (account: number) => {
    const { reader, contracts } = context.local.connection
    const [earned] = await reader.readContract({ ...contracts.earnings, functionName: 'earningsOf', args: [account] })
    return earned
  }

  beforeAll(async () => {
    context = await startContext(5)
    const { reader } = context.local.connection
    chain = createTestClient({ mode: 'anvil', chain: reader.chain, transport: http(context.local.rpcUrl) })
    connected = watchArgs(context)
    const { calls } = await serve(context, context.honest, 20)
    handOver(
      context,
      'honest',
      calls.map(({ receipt }) => receipt),
    )
  })
  afterAll(() => context?.stop())

  describe('says in one paragraph what is wrong', () => {
    const refused = async (sentence: RegExp, args: readonly string[], env = WATCHER, status = 1) => {
      const { code, err } = await type('cli/main.ts', ['watch', ...connected, ...args], env)
      expect(err).toMatch(sentence)
      expect(err).not.toContain('    at ')
      expect(code).toBe(status)
    }

    it('with an option', async () => {
      await refused(
        /--depth cannot be "deep"\. It takes a whole number from 0 to 1000/,
        ['--depth', 'deep'],
        WATCHER,
        2,
      )
      await refused(/takes fewer arguments/, ['now'], WATCHER, 2)
    })

    it('with a folder', async () => {
      await refused(/nowhere cannot be read\. Name the folder of the receipts/, ['--receipts', 'nowhere'])
      await refused(/nowhere cannot be read\. Name the folder of your commitments/, ['--commitments', 'nowhere'])
    })

    it('with the key', async () => {
      await refused(/ATTRIBUTION_PRIVATE_KEY holds no key/, [], { ATTRIBUTION_PRIVATE_KEY: 'secret' }, 2)
      await refused(/has no account\. Bounties go to an account: open one/, [], NOBODY)
    })

    it('with the port of its metrics', async () => {
      const port = new URL(context.local.rpcUrl).port
      await refused(/is taken by another program\. Stop that program/, ['--metrics-port', port])
    })
  })

  it('finds nothing where all is true, and exits with status 0', async () => {
    const before = await head()
    const watched = await once()
    expect({ code: watched.code, err: watched.err }).toEqual({ code: 0, err: '' })
    expect(lines(watched, 'index read')).toMatchObject([{ model: context.model.model, units: 3, rows: 84, faults: 0 }])
    expect(lines(watched, 'items absent')).toEqual([])
    expect(await head()).toBe(before)
  })

  describe('given a false unit', () => {
    let model: number

    it('says with --dry-run what it would file, sends nothing, needs no key, and ends with an error', async () => {
      model = (await lie(context, 'a code of a unit is another', 2, { bondGwei: 0n })).model
      const before = await head()
      const watched = await type('cli/main.ts', ['watch', ...connected, '--once', '--dry-run'], {
        ATTRIBUTION_PRIVATE_KEY: '',
      })
      expect(lines(watched, 'would file')).toMatchObject([{ kind: 'FalseUnit', model }])
      expect(watched.err).toMatch(/1 challenge is not settled \(first FalseUnit FalseUnit \d+\/\d+\)/)
      expect(watched.code).toBe(1)
      expect(await head()).toBe(before)
    })

    it('leaves it alone while its model has no bond to lose and no book to pay from', async () => {
      const before = await head()
      const watched = await once()
      expect({ code: watched.code, err: watched.err }).toEqual({ code: 0, err: '' })
      expect(lines(watched, 'fault')).toMatchObject([{ kind: 'false unit', model }])
      expect(await head()).toBe(before)
    })

    it('commits to the proof, sends it two blocks later, and strikes once', async () => {
      const { local } = context
      await depositBond(local.connection, local.walletOf(local.wallets.deployer), bondOfModel(model), 10_000_000_000n)
      const watched = await onceWithBlocks()
      expect(lines(watched, 'committed')).toMatchObject([{ kind: 'FalseUnit', model }])
      expect(lines(watched, 'granted')).toMatchObject([{ kind: 'FalseUnit', model }])
      expect(await struckUnits(context, model)).toHaveLength(1)
    })

    it('sends nothing about it any more, once it is struck', async () => {
      const before = await head()
      expect((await once()).code).toBe(0)
      expect(await head()).toBe(before)
    })
  })

  it('shows the rows of a large unit in several transactions', async () => {
    const data = await contributeLocal(context.local, { items: [900], seed: 77 })
    for (const { itemHashes } of data.contributions) publishItems(context, itemHashes)
    const { model } = await lie(context, 'a code of a unit is another', 9, { data, k: 256 })
    const before = await sent()
    expect(lines(await onceWithBlocks(), 'granted')).toMatchObject([{ kind: 'FalseUnit', model, unit: 0 }])
    expect((await sent()) - before).toBe(3)
    expect(await struckUnits(context, model)).toEqual([0])
  })

  it('serves its metrics, commits again to what a reorg rolled back, and stops on a signal', async () => {
    const { model } = await lie(context, 'a near-copy is kept', 3)
    const port = await freePort()
    const watching = start('cli/main.ts', ['watch', ...connected, '--metrics-port', `${port}`], WATCHER)
    const measured = async (line: string): Promise<string> => {
      for (;;) {
        const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
        if (text.includes(`\n${line}`)) return text
        await sleep(50)
      }
    }
    await watching.said('"committed"')
    await measured(`watcher_last_block ${await head()}\n`)
    await chain.request({ method: 'anvil_reorg' as never, params: [1, []] as never })
    await watching.said('"reorg"')
    while ((await struckUnits(context, model)).length === 0) {
      await mine(1)
      await sleep(100)
    }
    await watching.said('"granted"')
    const text = await measured(`watcher_last_block ${await head()}\n`)
    watching.signal('SIGTERM')
    const { code, err } = await watching.ended
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const line of [
      'watcher_faults_found_total{kind="copy kept"} 1',
      'watcher_challenges_won_total{kind="CopyKept"} 1',
      'watcher_models{state="sound"} 1',
      'watcher_models{state="false"} 3',
      'watcher_receipts 20',
      'watcher_demands_open 0',
      `watcher_bounty_gwei ${await earnedBy(context.watcher.account)}`,
      'watcher_lag_blocks 0',
    ]) {
      expect(text).toContain(`\n${line}\n`)
    }
  })

  it('names contributions with items in none of their units’ rows, which nothing on chain shows', async () => {
    const [contribution] = context.model.contributions
    const { model } = await declareUnits(context, 4, (drawn) => {
      // One item stands for two rows, so that another has none.
      const twice = (row: (typeof drawn.rows)[number], r: number) => (r === 1 ? { ...row, ...drawn.rows[0] } : row)
      return honestly(unitsOf({ ...drawn, rows: drawn.rows.map(twice) }))
    })
    const watched = await once()
    expect(watched.code).toBe(0)
    expect(lines(watched, 'items absent')).toMatchObject([{ model, contribution: contribution?.id, items: 1 }])
  })

  describe('where something can only be demanded', () => {
    it('says so where its bond covers no demand, and fails as what is open stays open', async () => {
      await lie(context, 'nobody gets the rows', 8)
      const payer = { ATTRIBUTION_PRIVATE_KEY: keyOf(6) }
      const watched = await type('cli/main.ts', ['watch', ...connected, '--once'], payer)
      expect(watched).toMatchObject({ code: 1, err: expect.stringContaining('1 challenge is not settled') })
      expect(lines(watched, 'bond too small')).toMatchObject([{ demands: 1, covered: 0, freeGwei: '0' }])
      expect(lines(watched, 'committed')).toEqual([])
    })

    it('demands a unit with missing rows and an item without a contribution, and strikes both in the end', async () => {
      const foreign = await lie(context, 'a row is of an item of somebody else', 6)
      const watched = await onceWithBlocks()
      const granted = lines(watched, 'granted')
      const demands = ['DemandItem', 'DemandUnit', 'DemandUnit', 'DemandUnit']
      expect(granted.map(({ kind }) => kind).toSorted()).toEqual(demands)
      expect(lines(watched, 'index missing')).toHaveLength(1)
      await context.local.passSeconds(HALF_A_DAY)
      const closed = lines(await onceWithBlocks(), 'granted')
      expect(closed.map(({ kind }) => kind)).toEqual(demands.map(() => 'CloseUnit'))
      for (const { model, unit } of granted) expect(await struckUnits(context, model as number)).toContain(unit)
      expect(granted.map(({ model }) => model)).toContain(foreign.model)
    })

    it('shows what others demand of an honest model, for most of their stakes', async () => {
      const { local, griefer, model, honest, watcher } = context
      const { court, unitCourt } = local.connection.contracts
      const { calls } = await serve(context, honest, 2)
      const receipt = calls[0]?.receipt as Receipt
      await local.passSeconds(3_601)
      const before = await earnedBy(watcher.account)
      await challenge(local, griefer.signer, (salt) => callTo(unitCourt, 'demandUnit', [salt, model.model, 1]))
      await challenge(local, griefer.signer, (salt) => callTo(unitCourt, 'demandItem', [salt, model.model, 0, 3]))
      await challenge(local, griefer.signer, (salt) => callTo(unitCourt, 'demandItem', [salt, model.model, 2, 4]))
      await challenge(local, griefer.signer, (salt) => callTo(unitCourt, 'demandItem', [salt, model.model, 1, 5_000]))
      await challenge(local, griefer.signer, (salt) =>
        callTo(court, 'demandRecord', [
          salt,
          receipt.operator,
          signedReceipt(receipt),
          receipt.signature,
          promisedRecord(receipt),
        ]),
      )
      const watched = await onceWithBlocks()
      const kinds = lines(watched, 'granted').map(({ kind }) => kind)
      expect(kinds.toSorted()).toEqual(['ShowItem', 'ShowItem', 'ShowItem', 'ShowRecord', 'ShowUnit'])
      expect(await earnedBy(watcher.account)).toBe(before + 5n * 900_000_000n)
      expect(await struckUnits(context, model.model)).toEqual([])
    })
  })

  describe('given receipts', () => {
    it('voids a record that is not as its receipt says, and demands one that is missing', async () => {
      const { liar } = context
      const recorded = await serve(context, liar, 12, (calls) =>
        calls.flatMap((call, i) => (i === 3 ? [] : [i === 7 ? { ...call.record, feeUnits: 901 } : call.record])),
      )
      handOver(
        context,
        'liar',
        recorded.calls.map(({ receipt }) => receipt),
      )
      await context.local.passSeconds(3_601)
      const watched = await onceWithBlocks()
      const batch = Number(recorded.opened.header.batch)
      const missing = recorded.calls[3]?.receipt as Receipt
      // What ends first goes first.
      expect(lines(watched, 'granted')).toMatchObject([
        { kind: 'DemandRecord', operator: liar.account, recordHash: signedReceipt(missing).recordHash },
        { kind: 'BrokenReceipt', batch, index: 6, operator: liar.account },
      ])
      await context.local.passSeconds(HALF_A_DAY)
      const closed = lines(await onceWithBlocks(), 'granted')
      expect(closed).toMatchObject([{ kind: 'CloseRecord', recordHash: signedReceipt(missing).recordHash }])
    })

    it('refuses those that no operator is bound by', async () => {
      const [call] = context.honest.batches[0]?.calls ?? []
      const receipt = call?.receipt as Receipt
      const broken = { ...receipt, recordBy: receipt.recordBy + 1 }
      const elsewhere = { ...receipt, chainId: 1 }
      writeFileSync(join(context.receipts, 'broken.json'), JSON.stringify(broken))
      writeFileSync(join(context.receipts, 'elsewhere.json'), JSON.stringify(elsewhere))
      writeFileSync(join(context.receipts, 'none.json'), '{}')
      const watched = await once()
      expect(watched.code).toBe(0)
      const said = lines(watched, 'receipt refused').map(({ why }) => why)
      expect(said).toEqual([
        expect.stringMatching(/broken\.json is not signed by a receipt key of account/),
        expect.stringMatching(/elsewhere\.json is a receipt of another chain/),
        expect.stringMatching(/none\.json is no receipt/),
      ])
    })
  })

  it('settles due books with --settle, to the gwei', async () => {
    const { honest, liar, opened } = context
    await passWindow(context)
    const books = [await bookOf(context, honest, 1), await bookOf(context, liar, 1)]
    const expected = books.map((book) => predictPay(opened.terms, opened.registered.units, new Set(), book))
    const before = await earnedBy(honest.account)
    expect(lines(await onceWithBlocks(), 'granted')).toEqual([])
    const watched = await onceWithBlocks('--settle')
    expect(lines(watched, 'granted').map(({ kind }) => kind)).toEqual(['SettleBook', 'SettleBook'])
    expect(await earnedBy(honest.account)).toBe(before + (expected[0]?.operator ?? 0n))
    for (const operator of [honest, liar]) expect((await bookOf(context, operator, 1)).isSettled).toBe(true)
  })
})
