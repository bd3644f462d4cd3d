import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestClient, http, type TestClient } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Draw, drawFrom } from '../fraud/draw.ts'
import { serveSmallModel } from '../fraud/smallModel.ts'
import { type Stage, setStage } from '../fraud/stage.ts'
import { startLyingNode } from '../indexer/support/lyingNode.ts'
import { keyOf } from './keyOf.ts'
import { freePort } from './localLedger.ts'
import { start, type Typed, type } from './typed.ts'

const WATCHER = { PRIVATE_KEY: keyOf(9) }
/** An address without an account. */
const NOBODY = { PRIVATE_KEY: `0x${'11'.repeat(32)}` }

/** The lines that a watcher wrote, by what happened. */
function lines({ out }: Typed, event: string): readonly Record<string, unknown>[] {
  const all = out.split('\n').filter((line) => line.startsWith('{'))
  return all.map((line): Record<string, unknown> => JSON.parse(line)).filter((line) => line.event === event)
}

describe('the watcher, as people start it', () => {
  let stage: Stage
  let chain: TestClient
  let draw: Draw
  let connected: readonly string[]
  const mine = (blocks: number) => chain.mine({ blocks })
  const once = (...more: readonly string[]) =>
    type('watch.ts', [...connected, '--once', '--poll', '0', ...more], WATCHER)
  const head = () => stage.ledger.connection.reader.getBlockNumber()
  const struckOf = async () => {
    const { reader, contracts, fromBlock } = stage.ledger.connection
    const events = await reader.getContractEvents({
      ...contracts.court,
      eventName: 'RecordStruck',
      fromBlock,
      strict: true,
    })
    return events.map(({ args }) => ({ batch: Number(args.batch), index: args.index }))
  }

  beforeAll(async () => {
    draw = drawFrom(5, 1)
    stage = await setStage(5, draw)
    const { ledger, blobs } = stage
    chain = createTestClient({ mode: 'anvil', chain: ledger.connection.reader.chain, transport: http(ledger.rpcUrl) })
    const deployment = join(ledger.folder, 'deployment.json')
    writeFileSync(deployment, JSON.stringify(ledger.deployment))
    connected = ['--rpc', ledger.rpcUrl, '--deployment', deployment, '--blobs', blobs, '--depth', '0']
    await serveSmallModel(stage, { seed: 1 }, draw)
  })
  afterAll(() => stage?.stop())

  describe('says in one paragraph what is wrong', () => {
    const refused = async (sentence: RegExp, args: readonly string[], env = WATCHER) => {
      const { code, err } = await type('watch.ts', [...connected, ...args], env)
      expect(err).toMatch(sentence)
      expect(err).not.toContain('    at ')
      expect(code).toBe(1)
    }

    it('with an option', async () => {
      await refused(/--depth takes a whole number from 0 to 1000, not "deep"/, ['--depth', 'deep'])
      await refused(/watch takes options only, not "now"/, ['now'])
    })

    it('with the key', async () => {
      await refused(/PRIVATE_KEY is not a key/, [], { PRIVATE_KEY: 'secret' })
      await refused(/holds no account\. Bounties go to an account: open one/, [], NOBODY)
    })

    it('with the port of its metrics', async () => {
      const port = new URL(stage.ledger.rpcUrl).port
      await refused(/is taken by another program\..*--metrics-port/, ['--metrics-port', port])
    })
  })

  it('finds nothing where nobody lied, and ends well', async () => {
    const before = await head()
    const watched = await once()
    expect({ code: watched.code, err: watched.err }).toEqual({ code: 0, err: '' })
    expect(lines(watched, 'index read')).toMatchObject([{ entries: 60 }])
    expect(await head()).toBe(before)
  })

  describe('given a wrong record', () => {
    it('says with --dry-run what it would file, sends nothing, needs no key, and ends with an error', async () => {
      await serveSmallModel(stage, { seed: 2, lie: 'weights off by one' }, draw)
      const before = await head()
      const watched = await type('watch.ts', [...connected, '--once', '--dry-run', '--poll', '0'], { PRIVATE_KEY: '' })
      expect(lines(watched, 'would file')).toMatchObject([{ kind: 'WrongWeights', batch: 2, index: 0 }])
      expect(watched.err).toMatch(/1 challenge is not settled \(first WrongWeights record 2\/0\)/)
      expect(watched.code).toBe(1)
      expect(await head()).toBe(before)
    })

    it('finds its announcement again after kill -9 between announcing and sending, and strikes once', async () => {
      const victim = start('watch.ts', [...connected, '--poll', '0'], WATCHER)
      await victim.said('"announced"')
      victim.signal('SIGKILL')
      await victim.ended
      expect(await struckOf()).toEqual([])
      await mine(2)
      const watched = await once()
      expect(watched.code).toBe(0)
      expect(lines(watched, 'announced')).toEqual([])
      expect(lines(watched, 'granted')).toMatchObject([{ kind: 'WrongWeights', batch: 2, index: 0 }])
      expect(await struckOf()).toEqual([{ batch: 2, index: 0 }])
    })

    it('sends nothing about it any more, once it is struck', async () => {
      const before = await head()
      expect((await once()).code).toBe(0)
      expect(await head()).toBe(before)
    })
  })

  it('serves its numbers, announces anew what a reorg took back, and stops when it is told to', async () => {
    await serveSmallModel(stage, { seed: 3, lie: 'no rows at all' }, draw)
    const port = await freePort()
    const watching = start('watch.ts', [...connected, '--poll', '0', '--metrics-port', `${port}`], WATCHER)
    const measured = async (line: string): Promise<string> => {
      for (;;) {
        const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
        if (text.includes(`\n${line}`)) return text
        await sleep(50)
      }
    }
    await watching.said('"announced"')
    await measured(`watcher_last_block ${await head()}\n`)
    await chain.request({ method: 'anvil_reorg' as never, params: [1, []] as never })
    await watching.said('"reorg"')
    while (!(await struckOf()).some(({ batch }) => batch === 3)) {
      await mine(1)
      await sleep(100)
    }
    await watching.said('"granted"')
    const text = await measured(`watcher_last_block ${await head()}\n`)
    watching.signal('SIGTERM')
    const { code, err } = await watching.ended
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const bounties = await stage.ledger.connection.reader.getContractEvents({
      ...stage.ledger.connection.contracts.ledger,
      eventName: 'BondSlashed',
      fromBlock: stage.ledger.connection.fromBlock,
      strict: true,
    })
    const earned = bounties.reduce((sum, { args }) => sum + args.bountyGwei, 0n)
    for (const line of [
      'watcher_records_checked_total 18',
      'watcher_faults_found_total{kind="OmittedRow"} 1',
      'watcher_challenges_won_total{kind="OmittedRow"} 1',
      `watcher_bounty_gwei ${earned}`,
      'watcher_models{state="sound"} 3',
      'watcher_lag_blocks 0',
    ]) {
      expect(text).toContain(`\n${line}\n`)
    }
  })

  it('says so where its bond covers no demand, and goes on', async () => {
    await serveSmallModel(stage, { seed: 4, kind: 'an index that nobody gets' }, draw)
    const payer = { PRIVATE_KEY: keyOf(6) }
    const watched = await type('watch.ts', [...connected, '--once', '--poll', '0', '--patience', '0'], payer)
    expect({ code: watched.code, err: watched.err }).toEqual({ code: 0, err: '' })
    expect(lines(watched, 'bond too small')).toMatchObject([{ demands: 1, covered: 0, eachGwei: '1000000000' }])
    expect(lines(watched, 'announced')).toEqual([])
  })

  it('goes on where its node fails for a while', async () => {
    const { rpcUrl } = stage.ledger
    const node = await startLyingNode(rpcUrl, ({ result }) => result)
    const through = connected.map((arg) => (arg === rpcUrl ? node.url : arg))
    const watching = start('watch.ts', [...through, '--poll', '0'], WATCHER)
    await watching.said('"index read"')
    await node.stop()
    await watching.said('"trouble"')
    watching.signal('SIGTERM')
    const watched = await watching.ended
    expect({ code: watched.code, err: watched.err }).toEqual({ code: 0, err: '' })
    expect(lines(watched, 'trouble')[0]?.what).toMatch(/^The node at http:\/\/127\.0\.0\.1:\d+ does not answer/)
  })

  it('files nothing on the word of a node that leaves out a record', async () => {
    const { rpcUrl } = stage.ledger
    const node = await startLyingNode(rpcUrl, ({ method, result }) =>
      method === 'eth_getBlockReceipts' && Array.isArray(result) ? result.map((one) => ({ ...one, logs: [] })) : result,
    )
    const through = connected.map((arg) => (arg === rpcUrl ? node.url : arg))
    const watched = await type('watch.ts', [...through, '--once', '--poll', '0'], WATCHER)
    await node.stop()
    expect(watched.err).toMatch(
      /receipts of a block do not hash to what its header says, says the node at .* again and again/,
    )
    expect({ code: watched.code, granted: lines(watched, 'granted') }).toEqual({ code: 1, granted: [] })
  })

  it('says what is too late to strike', async () => {
    await serveSmallModel(stage, { seed: 5, lie: 'every row credited to one account' }, draw)
    await stage.ledger.passSeconds(2 * 86_400)
    const watched = await once('--history')
    expect(watched.code).toBe(0)
    expect(lines(watched, 'too late')).toMatchObject([{ kind: 'WrongAccount', batch: 5, index: 0 }])
  })
})
