import { afterEach, describe, expect, it } from 'vitest'
import { type Heads, headsFrom } from '../../../chain/node/heads.ts'
import { type DevNode, startDevNode } from '../../support/devNodes.ts'

const RARELY_MS = 60_000
const forever = new AbortController().signal

describe('a node that announces new blocks', () => {
  let node: DevNode | undefined
  let heads: Heads | undefined

  afterEach(async () => {
    heads?.close()
    await node?.stop()
    node = undefined
  })

  async function msUntil(happens: Promise<void>): Promise<number> {
    const begun = performance.now()
    await happens
    return performance.now() - begun
  }

  it('ends the wait at once', async () => {
    node = await startDevNode('anvil, of the newest fork')
    heads = headsFrom([node.url.replace('http', 'ws')])
    const { request } = node
    const isCalled = heads.wait(RARELY_MS, true, forever)
    const mining = setInterval(() => request('evm_mine'), 100)
    expect(await msUntil(isCalled)).toBeLessThan(30_000)
    clearInterval(mining)
  })

  it('is waited for in vain no longer than usual where it is not there', async () => {
    heads = headsFrom(['ws://127.0.0.1:1'])
    const ms = await msUntil(heads.wait(80, true, forever))
    expect(ms).toBeGreaterThanOrEqual(79)
    expect(ms).toBeLessThan(RARELY_MS / 2)
  })

  it('that there is none needs no waiting for longer than usual either', async () => {
    heads = headsFrom([])
    expect(await msUntil(heads.wait(50, true, forever))).toBeLessThan(RARELY_MS / 2)
  })

  it('is refused where its address is none', () => {
    expect(() => headsFrom(['http://127.0.0.1:8545'])).toThrow(/is not the WebSocket address of a node/)
  })
})
