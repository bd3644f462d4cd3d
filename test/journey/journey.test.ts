import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Contract, JsonRpcProvider } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountsAbi } from '../../deployments/abi/accounts.ts'
import { earningsAbi } from '../../deployments/abi/earnings.ts'
import { openTokenAbi } from '../../deployments/abi/openToken.ts'
import { settlementAbi } from '../../deployments/abi/settlement.ts'
import { type Summary, summarySchema } from '../../examples/demo/summary.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { readDeployment } from '../../sdk/node/readDeployment.ts'
import { freePort, type Running, run } from './process.ts'
import { type Recomputed, recompute } from './recompute.ts'
import { fixedWeights, unitsOfRows } from './units.ts'

/**
 * The main job as a newcomer runs it, small: mails of twelve contributors, a fine-tune, paid answers, settled books, claims. Then
 * everything that it says is computed again by other means.
 */
const SMALL = '--tasks mail --rows 360 --held-out 60 --contributors 12 --batch 25 --max-tokens 32'.split(' ')
const WEI_PER_GWEI = 1_000_000_000n

let folder: string
let options: string[]
let summary: Summary
let demo: Running
let provider: JsonRpcProvider
let recomputed: Recomputed
let contracts: Deployment['contracts']
let api: string
const children: Running[] = []

async function ask<T>(url: string, query: string): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown }
  expect(errors).toBeUndefined()
  return data
}

const contract = (address: string, abi: object): Contract => new Contract(address, abi as [], provider)
const balanceOf = (address: string): Promise<bigint> =>
  contract(contracts.openToken, openTokenAbi).getFunction('balanceOf')(address)
const sum = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((all, gwei) => all + gwei, 0n)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'journey-'))
  options = ['--folder', folder, '--port', `${await freePort()}`, '--rpc-port', `${await freePort()}`, ...SMALL]
  const first = run('examples/demo/main.ts', [...options, '--once'])
  children.push(first)
  expect(await first.exited, first.output()).toBe(0)
  summary = summarySchema.parse(JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')))

  demo = run('examples/demo/main.ts', options)
  children.push(demo)
  await demo.until('Serving until Ctrl-C')
  api = summary.api
  provider = new JsonRpcProvider(summary.chain.rpc, undefined, { staticNetwork: true, cacheTimeout: -1 })
  contracts = readDeployment(join(folder, 'deployment.json')).contracts
  const treasury = await contract(contracts.settlement, settlementAbi).getFunction('treasury')()
  recomputed = await recompute(provider, contracts, Number(treasury))
}, 600_000)

afterAll(() => {
  provider?.destroy()
  for (const { child } of children) child.kill('SIGKILL')
  if (folder) rmSync(folder, { recursive: true, force: true })
})

describe('a second start', () => {
  it('does no work twice; what it sends opens the channel of the key that it leaves', async () => {
    const head = await provider.getBlockNumber()
    const payees: string[] = []
    // A restarted chain mines a few blocks, since it has the state of its newest ones alone. They are empty.
    for (let block = summary.chain.blocks + 1; block <= head; block++)
      payees.push(...((await provider.getBlock(block, true))?.prefetchedTransactions.map(({ to }) => `${to}`) ?? []))
    expect(payees).toEqual([contracts.openToken, contracts.openToken, contracts.channels])
    const again = summarySchema.parse(JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')))
    expect({ ...again, chain: { ...again.chain, blocks: summary.chain.blocks } }).toEqual(summary)
  })
})

describe('the money', () => {
  it('sums to the wei: what contracts hold is what channels, earnings, joint units and bonds say', async () => {
    const earned = sum(recomputed.earnedGwei.values())
    const claimed = sum(recomputed.claimedGwei.values())
    const owed = recomputed.channelsGwei + recomputed.jointGwei + earned - claimed
    expect(await balanceOf(contracts.earnings)).toBe(owed * WEI_PER_GWEI)
    expect(await balanceOf(contracts.bonds)).toBe(recomputed.bondsGwei * WEI_PER_GWEI)
    expect(earned + recomputed.jointGwei).toBe(recomputed.feesGwei)
    expect(recomputed.feesGwei).toBe(BigInt(summary.fees.totalGwei))
    expect(recomputed.inferences).toBe(60)
  })

  it('is the same in chain storage, in GraphQL and recomputed from the logs, for every account', async () => {
    const earnings = contract(contracts.earnings, earningsAbi)
    const count = Number(await contract(contracts.accounts, accountsAbi).getFunction('accountCount')())
    type Money = { id: number; earnedGwei: string; claimedGwei: string }
    const { accounts } = await ask<{ accounts: { items: Money[] } }>(
      api,
      '{ accounts(limit: 500, orderBy: id) { items { id: accountId earnedGwei claimedGwei } } }',
    )
    expect(accounts.items).toHaveLength(count)
    for (const { id, earnedGwei, claimedGwei } of accounts.items) {
      const [earned, claimed] = await earnings.getFunction('earningsOf')(id)
      const told = { id, earned: BigInt(earnedGwei), claimed: BigInt(claimedGwei) }
      expect(told).toEqual({ id, earned, claimed })
      expect(told).toEqual({
        id,
        earned: recomputed.earnedGwei.get(id) ?? 0n,
        claimed: recomputed.claimedGwei.get(id) ?? 0n,
      })
    }
  })

  it('goes to units by the net influence of their sketches, book by book', async () => {
    type Payment = { book: string; unit: number; amountGwei: string }
    const { unitPayments } = await ask<{ unitPayments: { items: Payment[] } }>(
      api,
      '{ unitPayments(limit: 500) { items { book: bookId unit: unitId amountGwei } } }',
    )
    const told = unitPayments.items.map(
      ({ book, unit, amountGwei }) => [`${book}/${unit}`, BigInt(amountGwei)] as const,
    )
    expect(new Map(told)).toEqual(recomputed.unitsGwei)
  })
})

describe('the units', () => {
  it('are the sums of the rows in the published row index, and weighed by each other', async () => {
    const [task] = summary.tasks
    type Model = { indexHash: string }
    const { model } = await ask<{ model: Model }>(api, `{ model(id: ${task?.model}) { indexHash } }`)
    const file = new Uint8Array(await (await fetch(`${api}/blobs/${model.indexHash}`)).arrayBuffer())
    const units = recomputed.terms.get(task?.model ?? 0)?.units ?? []
    expect(units).toHaveLength(task?.units ?? 0)
    expect(units.map(({ kept, scale, codes }) => ({ kept, scale, codes }))).toEqual(unitsOfRows(file, model.indexHash))
    expect(units.map(({ fixed }) => fixed)).toEqual(fixedWeights(units))
  })

  it('pay who flips labels, writes noise or copies less than the median honest contributor', () => {
    const [task] = summary.tasks
    for (const kind of ['flipped', 'noise', 'copied'] as const) expect(task?.relativePay[kind].paid).toBeLessThan(1)
  })
})

describe('a contributor', () => {
  it('holds what was claimed, in OPEN', async () => {
    const claimed = sum(recomputed.claimedGwei.values())
    expect(claimed).toBeGreaterThan(0n)
    expect(claimed).toBe(BigInt(summary.fees.claimedGwei))
    const { claims } = await ask<{ claims: { items: { recipient: string }[] } }>(
      api,
      '{ claims(limit: 500) { items { recipient } } }',
    )
    const recipients = new Set(claims.items.map(({ recipient }) => recipient))
    const balances = await Promise.all([...recipients].map(balanceOf))
    expect(sum(balances)).toBe(claimed * WEI_PER_GWEI)
  })
})

describe('the page on the demo', () => {
  it('asks questions that the running demo answers', async () => {
    const commands = [...readFileSync('docs/demo.md', 'utf8').matchAll(/^curl .* -d '(\{.*\})'$/gm)]
    expect(commands.length).toBeGreaterThanOrEqual(3)
    for (const [, body = ''] of commands) {
      const { query } = JSON.parse(body) as { query: string }
      const lists = Object.values(await ask<Record<string, { items?: unknown[] }>>(api, query))
      expect(lists.some(({ items }) => items !== undefined && items.length > 0)).toBe(true)
    }
  })
})

describe('Ctrl-C', () => {
  it('ends everything', async () => {
    demo.child.kill('SIGINT')
    expect(await demo.exited, demo.output()).toBe(0)
    await expect(fetch(summary.chain.rpc, { method: 'POST', body: '{}' })).rejects.toThrow()
  })
})
