import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestClient, http } from 'viem'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startAttribution } from '../support/attribution.ts'
import { type Fault, startFaultyNode } from '../support/breakingNode.ts'
import { deploymentFileOf } from '../support/deploymentFile.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { type Breakable, breakables, type Case } from '../support/moneyCommands.ts'
import type { Running, Typed } from '../support/typed.ts'

/** So many at once keep two cores at work: what was killed leaves a lock, and the next command waits for it. */
const AT_ONCE = 4
const isAll = process.env.BREAKS === 'all'
const LIMIT_MS = isAll ? 3_600_000 : 180_000

/** Breaks every command off at some of its steps; with `BREAKS=all` at every request that it makes, and with every fault of a node. */
describe('a command that sends transactions', () => {
  let local: LocalLedger
  let commands: readonly Breakable[]
  beforeAll(async () => {
    local = await startLocalLedger(12)
    deploymentFileOf(local)
    commands = await breakables(local, isAll ? 160 : undefined)
  })
  afterAll(() => local?.stop())

  /** Starts one case by way of a node. */
  const started = (one: Case, rpcUrl: string, more: Readonly<Record<string, string>> = {}): Running =>
    startAttribution([...one.args, '--yes'], {
      ATTRIBUTION_RPC: rpcUrl,
      ATTRIBUTION_DEPLOYMENT: join(local.folder, 'deployment.json'),
      ATTRIBUTION_STATE: one.state,
      ATTRIBUTION_PRIVATE_KEY: one.key,
      ...more,
    })

  /** Runs it with a fault and perhaps a kill, and again without: money moved once. */
  const brokenBy = async (one: Case, fault: Omit<Fault, 'onBefore' | 'onAfter'>, kill?: 'before' | 'after') => {
    let running: Running | undefined
    const killIt = () => running?.signal('SIGKILL')
    const node = await startFaultyNode(local.rpcUrl, {
      ...fault,
      ...(kill === 'before' && { onBefore: killIt }),
      ...(kill === 'after' && { onAfter: killIt }),
    })
    running = started(one, node.rpcUrl)
    const first = await running.ended
    await node.stop()
    // How many requests a run makes differs by one or two: the last of them may not come.
    if (kill !== undefined && typeof fault.at === 'string')
      expect(first.code, `${one.args.join(' ')} was not killed: ${first.out}${first.err}`).toBe(null)
    expectPlain(first)
    if (first.code !== 0) {
      const again = await started(one, local.rpcUrl).ended
      expectPlain(again)
      expect({ code: again.code, err: again.code === 0 ? '' : again.err }, one.args.join(' ')).toEqual({
        code: 0,
        err: '',
      })
    }
    expect(await one.moved(), `${one.args.join(' ')} ${JSON.stringify(fault)} ${kill}`).toBe(one.once)
    expect(readdirSync(one.state).filter((name) => name.endsWith('.json'))).toEqual([])
    return first
  }

  const faults: readonly (readonly [string, Omit<Fault, 'onBefore' | 'onAfter'>, ('before' | 'after')?])[] = [
    ['killed before its transaction is taken', { at: 'eth_sendRawTransaction', how: 'refuse' }, 'before'],
    ['killed when it was taken', { at: 'eth_sendRawTransaction', how: 'drop' }, 'after'],
    ['killed before it hears of its receipt', { at: 'eth_getTransactionReceipt', how: 'refuse' }, 'before'],
    ['told nothing of what was taken', { at: 'eth_sendRawTransaction', how: 'drop' }],
    ...(isAll ? everyFault() : []),
  ]

  for (const name of ['settle', 'account open', 'token send', 'bond deposit', 'channel open', 'claim']) {
    it(
      `${name}: moves money once, wherever it is broken off`,
      async () => {
        const command = commands.find((one) => one.name === name) as Breakable
        const plain = await command.next()
        const count = isAll ? await requestsOf(plain) : 0
        const kills = Array.from({ length: count }, (_, i) =>
          (['before', 'after'] as const).map(
            (kill) => ['', { at: i + 1, how: kill === 'before' ? 'refuse' : 'drop' }, kill] as const,
          ),
        ).flat()
        await inTurn([...faults, ...kills].slice(0, command.most), async ([, fault, kill]) => {
          await brokenBy(await command.next(), fault, kill)
        })
      },
      LIMIT_MS,
    )
  }

  it.each(['account open', 'token send', 'bond deposit', 'channel open'])(
    '%s: started twice at once, is carried out once',
    async (name) => {
      const command = commands.find((one) => one.name === name) as Breakable
      const one = await command.next()
      const both = await Promise.all([started(one, local.rpcUrl).ended, started(one, local.rpcUrl).ended])
      both.forEach(expectPlain)
      expect(both.some(({ code }) => code === 0)).toBe(true)
      expect(await one.moved()).toBe(one.once)
    },
  )

  it('shows its hash at once; stopped while nobody mines it, goes on with it', async () => {
    const { reader } = local.connection
    const node = createTestClient({ mode: 'anvil', chain: reader.chain, transport: http(local.rpcUrl) })
    const one = await (commands.find(({ name }) => name === 'token send') as Breakable).next()
    await node.setAutomine(false)
    const running = started(one, local.rpcUrl)
    const sentBy = (blockTag: 'pending' | 'latest') => reader.getTransactionCount({ address: one.address, blockTag })
    await vi.waitFor(async () => expect(await sentBy('pending')).toBe(1), 20_000)
    running.signal('SIGINT')
    const stopped = await running.ended
    await node.setAutomine(true)
    expect(stopped).toMatchObject({
      code: 130,
      err: expect.stringMatching(/^Sent 0x\w{64}\n\nTransaction 0x\w{64} is not mined yet/),
    })
    await node.mine({ blocks: 1 })
    const again = await started(one, local.rpcUrl).ended
    expect(again).toMatchObject({ code: 0, err: expect.stringContaining('Going on with what was begun at') })
    expect({ moved: await one.moved(), sent: await sentBy('latest') }).toEqual({ moved: one.once, sent: 1 })
  })

  it.each([
    ['429', /takes no more requests for now: it answered with HTTP status 429/],
    ['500', /has a fault of its own: it answered with HTTP status 500/],
    ['html', /answers, but not as a node does: it sent a page and no JSON/],
    ['refuse', /No node answers at/],
  ] as const)('tells a node that answers with %s from others, at first and on the way', async (how, sentence) => {
    const command = commands.find(({ name }) => name === 'token send') as Breakable
    await inTurn([1, 4], async (at) => {
      const first = await brokenBy(await command.next(), { at, how, lasts: 'always' })
      expect(first).toMatchObject({ code: 1, err: expect.stringMatching(sentence) })
    })
  })

  it('says that gas or OPEN are missing, and sends nothing', async () => {
    await inTurn(commands, async (command) => {
      const poor = await command.next()
      const key = `0x${'42'.repeat(32)}`
      const { code, err } = await started(poor, local.rpcUrl, { ATTRIBUTION_PRIVATE_KEY: key }).ended
      expect({ code, isPlain: /\n {4}at /.test(err) }, `${command.name}: ${err}`).toEqual({ code: 1, isPlain: false })
      expect(err).toMatch(/cannot pay for gas|holds 0 OPEN/)
      expect(await poor.moved()).not.toBe(poor.once)
    })
  })

  it('says what is wrong with files that are garbage', async () => {
    const command = commands.find(({ name }) => name === 'token send') as Breakable
    const one = await command.next()
    const garbage = join(mkdtempSync(join(local.folder, 'garbage-')), 'garbage')
    writeFileSync(garbage, '\u0000{garbage', { mode: 0o600 })
    const tried = async (more: Readonly<Record<string, string>>) => {
      const ended = await started(one, local.rpcUrl, more).ended
      expectPlain(ended)
      return ended.err
    }
    expect(await tried({ ATTRIBUTION_DEPLOYMENT: garbage })).toContain(`${garbage} is not JSON`)
    expect(await tried({ ATTRIBUTION_KEY_FILE: garbage })).toContain(`${garbage} holds no key`)
    expect(await tried({ ATTRIBUTION_STATE: garbage })).toContain('is a file where a folder should be')
    const journal = join(one.state, `31337-${one.address.toLowerCase()}.json`)
    mkdirSync(one.state, { recursive: true })
    writeFileSync(journal, '{"version":1')
    expect(await tried({})).toContain(`${journal} is not a journal of transactions`)
    expect(await one.moved()).not.toBe(one.once)
  })

  it.skipIf(process.getuid?.() !== 0)('loses nothing on a disk that is full or read-only', async () => {
    const command = commands.find(({ name }) => name === 'token send') as Breakable
    for (const options of ['size=4k,nr_inodes=2', 'ro']) {
      const one = await command.next()
      mkdirSync(one.state, { recursive: true })
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', one.state])
      const ended = await started(one, local.rpcUrl).ended.finally(() => execFileSync('umount', [one.state]))
      expectPlain(ended)
      expect(ended).toMatchObject({ code: 1, err: expect.stringMatching(/disk is full|may not be written/) })
      expect(await one.moved()).not.toBe(one.once)
      expect(await started(one, local.rpcUrl).ended).toMatchObject({ code: 0 })
      expect(await one.moved()).toBe(one.once)
    }
  })

  /** How many requests an undisturbed run makes. */
  async function requestsOf(one: Case): Promise<number> {
    const node = await startFaultyNode(local.rpcUrl)
    expect(await started(one, node.rpcUrl).ended).toMatchObject({ code: 0 })
    await node.stop()
    return node.methods.length
  }
})

function everyFault() {
  const methods = ['eth_sendRawTransaction', 'eth_getTransactionReceipt', 'eth_call', 'eth_chainId']
  return (['refuse', 'drop', 'hang', '429', '500', 'html'] as const).flatMap((how) =>
    methods.map((at) => ['', { at, how }] as const),
  )
}

/** One paragraph at most: no trace of the program's inside. */
function expectPlain({ out, err }: Typed): void {
  expect(`${out}${err}`).not.toMatch(/\n {4}at |did not expect/)
}

async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
