import { numberToHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { abis } from '../../sdk/contracts.ts'
import { claimShares, MOST_SHARES_A_CALL, type PoolShare } from '../../sdk/poolShares.ts'

const pools = { name: 'Pools', address: `0x${'01'.repeat(20)}`, abi: abis.pools } as const

const sharesOf = (pool: number, count: number): readonly PoolShare[] =>
  Array.from({ length: count }, (_, i) => ({
    pool,
    contribution: numberToHex(1_000 * pool + i, { size: 32 }),
    claimableGwei: 1n,
    maturedGwei: 1n,
  }))

describe('the calls that pay shares of pools', () => {
  it('pay each share once, pool by pool, and no more of them at once than fit into a transaction', () => {
    const [many, few] = [sharesOf(7, 2 * MOST_SHARES_A_CALL + 1), sharesOf(8, 2)]
    const calls = claimShares(pools, [...few.slice(0, 1), ...many, ...few.slice(1)])
    expect(calls.map(({ args: [pool, contributions] }) => [pool, (contributions as unknown[]).length])).toEqual([
      [8, 2],
      [7, MOST_SHARES_A_CALL],
      [7, MOST_SHARES_A_CALL],
      [7, 1],
    ])
    expect(calls.flatMap(({ args }) => args[1])).toEqual([...few, ...many].map(({ contribution }) => contribution))
  })

  it('are none where nothing is owed', () => {
    expect(claimShares(pools, [])).toEqual([])
  })
})
