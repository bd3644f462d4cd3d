import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { admission } from '../../../../indexer/api/http/admission.ts'
import { clientAddress } from '../../../../indexer/api/http/clientAddress.ts'
import { rateLimit } from '../../../../indexer/api/http/rateLimit.ts'
import { usage } from '../../../../indexer/api/http/usage.ts'
import { weighted } from '../../../../indexer/api/http/weighted.ts'
import { limits } from '../../../../indexer/api/limits.ts'

const stays = new AbortController().signal

describe('the rate of a client', () => {
  it('is held to requests a second, after a burst, and costly requests count as several', () => {
    let now = 0
    const rates = rateLimit(10, () => now)
    const asks = () => {
      try {
        rates.take('a')
        return 'answered'
      } catch (error) {
        return (error as { extensions: { retryAfter: number } }).extensions.retryAfter
      }
    }
    const burst = Array.from({ length: 51 }, asks)
    expect(burst).toEqual([...Array.from({ length: 50 }, () => 'answered'), 1])
    now += 1_000
    expect(asks()).toBe('answered')
    rates.charge('a', limits.pointsARequest.most * 29)
    expect(asks()).toBe(3)
    rates.take('b')
  })
})

describe('turns', () => {
  it('go to the client that took least, and none takes all places', async () => {
    const used = usage()
    used.add('greedy', 1_000)
    const gate = admission(2, used)
    const order: string[] = []
    const first = [await gate.enter('greedy', stays), await gate.enter('greedy', stays)]
    const waiting = ['greedy', 'greedy', 'modest'].map(async (client) => {
      const leave = await gate.enter(client, stays)
      order.push(client)
      return leave
    })
    first[0]?.()
    ;(await waiting[2])?.()
    first[1]?.()
    for (const entered of waiting.slice(0, 2)) (await entered)()
    expect(order).toEqual(['modest', 'greedy', 'greedy'])
  })

  it('are lost by those who hang up, and refused to those who wait too often', async () => {
    const gate = admission(1, usage())
    const leave = await gate.enter('a', stays)
    const gone = new AbortController()
    const left = gate.enter('b', gone.signal)
    gone.abort()
    await expect(left).rejects.toThrow(/abort/)
    const many = Array.from({ length: limits.waitingOfClient.most }, () => gate.enter('a', stays))
    await expect(gate.enter('a', stays)).rejects.toMatchObject({ extensions: { code: 'RATE_LIMITED', retryAfter: 1 } })
    leave()
    for (const entered of many) (await entered)()
  })
})

describe('a client', () => {
  const from = (remoteAddress: string, headers: Readonly<Record<string, string>> = {}) =>
    ({ headers, socket: { remoteAddress } }) as unknown as IncomingMessage

  it('is the peer, or who the outermost trusted proxy saw, whatever it writes itself', () => {
    const forwarded = { 'x-forwarded-for': '6.6.6.6, 9.9.9.9, 10.0.0.1' }
    expect(clientAddress(from('10.0.0.2', forwarded), 0)).toBe('10.0.0.2')
    expect(clientAddress(from('10.0.0.2', forwarded), 1)).toBe('10.0.0.1')
    expect(clientAddress(from('10.0.0.2', forwarded), 2)).toBe('9.9.9.9')
    expect(clientAddress(from('10.0.0.2', { forwarded: 'for=1.1.1.1;proto=https, for="[2001:db8::7]:443"' }), 1)).toBe(
      '2001:db8:0:0::/64',
    )
    expect(clientAddress(from('10.0.0.2'), 3)).toBe('10.0.0.2')
    expect(clientAddress(from('::ffff:1.2.3.4'), 0)).toBe('1.2.3.4')
    expect(clientAddress(from('2001:db8:1:2:3:4:5:6'), 0)).toBe('2001:db8:1:2::/64')
  })
})

describe('a weighted cache', () => {
  it('forgets what was used longest ago', () => {
    const cache = weighted<string>({ most: 8, count: 10, weigh: (_, value) => value.length })
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, 'xx')
    expect(cache.get('a')).toBe('xx')
    cache.set('e', 'xx')
    cache.set('huge', 'x'.repeat(9))
    expect(['a', 'b', 'c', 'd', 'e', 'huge'].map((key) => cache.get(key) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
      true,
      false,
    ])
  })
})
