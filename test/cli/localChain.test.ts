import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { discardLocalChain, type LocalChain, startLocalChain } from '../../cli/localChain/localChain.ts'
import { isFree } from '../../cli/localChain/ports.ts'
import { DEMO_MNEMONIC, walletsOf } from '../../examples/demo/wallets.ts'
import { freePort } from '../support/localLedger.ts'

describe('a chain of one’s own', () => {
  let folder: string
  let port: number
  let chain: LocalChain | undefined
  const start = async () => {
    chain = await startLocalChain({ folder, port, accounts: 2, mnemonic: DEMO_MNEMONIC })
    return chain
  }
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'chain-'))
    port = await freePort()
    chain = undefined
  })
  afterEach(async () => {
    await discardLocalChain(folder)
    rmSync(folder, { recursive: true, force: true })
  })
  /** Of its newest block, or of an earlier one. */
  const facts = async ({ reader }: LocalChain, at?: bigint) => {
    const { number, hash } = await reader.getBlock(at === undefined ? {} : { blockNumber: at })
    return { genesis: (await reader.getBlock({ blockNumber: 0n })).hash, number, hash }
  }
  const pidOf = (): number => JSON.parse(readFileSync(join(folder, 'identity.json'), 'utf8')).pid

  it('is the same after restarts, however many, and its time never runs backwards', async () => {
    const first = await start()
    await first.passSeconds(400_000)
    const before = await facts(first)
    for (let restart = 0; restart < 5; restart++) {
      await chain?.stop()
      expect(await facts(await start(), before.number)).toEqual(before)
    }
    const { timestamp } = await first.reader.getBlock()
    await chain?.passSeconds(10)
    const later = (await first.reader.getBlock()).timestamp
    expect(later).toBeGreaterThanOrEqual(timestamp + 10n)
    expect(later).toBeLessThan(timestamp + 60n)
  })

  it('is found again where a killed start left it running', async () => {
    const before = await facts(await start())
    const pid = pidOf()
    expect(await facts(await start())).toEqual(before)
    expect(pidOf()).toBe(pid)
    await chain?.stop()
    expect(await isFree(port)).toBe(true)
  })

  it('begins at the last whole state where a power cut left half of one', async () => {
    const first = await start()
    await first.passSeconds(100)
    const before = await facts(first)
    await first.stop()
    await (await start()).stop()
    const state = join(folder, 'state.json')
    writeFileSync(state, readFileSync(state, 'utf8').slice(0, 1_000))
    expect(await facts(await start(), before.number)).toEqual(before)
  })

  it('answers for a state some blocks below its head after a restart too, where watchers look', async () => {
    const first = await start()
    await first.passSeconds(100)
    await first.stop()
    const { reader } = await start()
    const head = await reader.getBlockNumber()
    const [address] = walletsOf(0).payers.map((payer) => payer.address)
    const balanceAt = (blockNumber: bigint) => reader.getBalance({ address: address as `0x${string}`, blockNumber })
    expect(await Promise.all([0n, 1n, 2n].map((below) => balanceAt(head - below)))).toEqual([0n, 0n, 0n])
  })

  it('leaves a stranger on its port alone', async () => {
    const stranger = createServer((_, response) => response.end('{"jsonrpc":"2.0","id":1,"result":"0x7a69"}')).listen(
      port,
      '127.0.0.1',
    )
    try {
      await expect(start()).rejects.toThrow(`Port ${port} is taken by another program`)
    } finally {
      stranger.close()
    }
  })

  it('is gone when it is discarded, even if it still ran', async () => {
    await start()
    await discardLocalChain(folder)
    expect({ free: await isFree(port), folder: existsSync(folder) }).toEqual({ free: true, folder: false })
  })
})
