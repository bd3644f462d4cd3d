import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { clockAt } from '../../../chain/clock.ts'
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

  const SUBSCRIBED = { jsonrpc: '2.0', id: 1, result: '0x1' }
  const announced = (hash: string) => ({
    jsonrpc: '2.0',
    method: 'eth_subscription',
    params: { subscription: '0x1', result: { hash } },
  })

  it('and says much else, or the same again, ends no wait by that', async () => {
    await withServer(
      (_, say) => {
        say(SUBSCRIBED)
        say(announced('0x07'))
        const timer = setInterval(() => {
          say({ method: 'ping' })
          say(announced('0x07'))
        }, 5)
        return () => clearInterval(timer)
      },
      async (url) => {
        heads = headsFrom([url])
        await heads.wait(RARELY_MS, true, forever)
        expect(await msUntil(heads.wait(40, true, forever))).toBeGreaterThan(39)
      },
    )
  })

  it('and vanishes without a word is soon not waited for any longer than usual', async () => {
    const clock = clockAt(200)
    await withServer(
      (count, say) => (count === 1 ? void say(SUBSCRIBED) : 'refused'),
      async (url) => {
        heads = headsFrom([url], clock)
        await sleep(400)
        // Eight times as long while it counts as connected.
        expect(await msUntil(heads.wait(60_000, true, forever))).toBeLessThan(1_200)
      },
    )
  })

  it('and always hangs up after the subscription is called less and less often', async () => {
    let calls = 0
    await withServer(
      (count, say) => {
        calls = count
        say(SUBSCRIBED)
        return 'ended'
      },
      async (url) => {
        heads = headsFrom([url])
        await sleep(800)
        expect(calls).toBeGreaterThan(1)
        expect(calls).toBeLessThan(6)
      },
    )
  })
})

type Say = (message: object) => void

/** A WebSocket server that never answers, but what `greet` says to the n-th that comes. */
async function withServer(
  greet: (count: number, say: Say) => (() => void) | 'refused' | 'ended' | undefined,
  act: (url: string) => Promise<void>,
): Promise<void> {
  const ends: (() => void)[] = []
  const sockets: Duplex[] = []
  const server = createServer()
  server.on('upgrade', ({ headers }, socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
    const accepted = createHash('sha1').update(key).digest('base64')
    const upgrade = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
    const say: Say = (message) => {
      const text = Buffer.from(JSON.stringify(message))
      socket.write(Buffer.concat([Uint8Array.of(0x81, 126, text.length >> 8, text.length & 255), text]))
    }
    socket.once('data', () => {
      const end = greet(sockets.length, say)
      if (typeof end === 'function') ends.push(end)
      if (end === 'ended') socket.end()
      if (end === 'refused') socket.destroy()
    })
    socket.write([...upgrade, `Sec-WebSocket-Accept: ${accepted}`, '', ''].join('\r\n'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await act(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    for (const end of ends) end()
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}
