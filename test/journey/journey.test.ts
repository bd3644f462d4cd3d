import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Contract, JsonRpcProvider } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountsAbi } from '../../deployments/abi/accounts.ts'
import { ledgerAbi } from '../../deployments/abi/ledger.ts'
import { modelsAbi } from '../../deployments/abi/models.ts'
import { openTokenAbi } from '../../deployments/abi/openToken.ts'
import { type Summary, summarySchema } from '../../scripts/demo/summary.ts'
import { readDeployment } from '../../sdk/deployment.ts'
import { freePort, type Running, run } from './process.ts'
import { attribute, codesOf, earningsOf, type Recomputed, readIndex, recompute } from './recompute.ts'

/**
 * The main job as a newcomer runs it, small: mails of twelve contributors, a fine-tune, paid answers, claims. Then everything that
 * it says is computed again by other means.
 */
const SMALL = [
  '--rows',
  '360',
  '--held-out',
  '60',
  '--contributors',
  '12',
  '--batch',
  '25',
  '--max-tokens',
  '32',
  '--no-twin',
]

let folder: string
let options: string[]
let summary: Summary
let demo: Running
let provider: JsonRpcProvider
let recomputed: Recomputed
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

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'journey-'))
  options = ['--folder', folder, '--port', `${await freePort()}`, '--rpc-port', `${await freePort()}`, ...SMALL]
  const first = run('scripts/demo/main.ts', [...options, '--once'])
  children.push(first)
  expect(await first.exited, first.output()).toBe(0)
  summary = summarySchema.parse(JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')))

  demo = run('scripts/demo/main.ts', options)
  children.push(demo)
  await demo.until('Serving until Ctrl-C')
  api = summary.api
  provider = new JsonRpcProvider(summary.chain.rpc, undefined, { staticNetwork: true, cacheTimeout: -1 })
  const { contracts } = readDeployment(join(folder, 'deployment.json'))
  const ledger = contract(contracts.ledger, ledgerAbi)
  recomputed = await recompute(provider, contracts, Number(await ledger.getFunction('treasury')()))
}, 600_000)

afterAll(() => {
  provider?.destroy()
  for (const { child } of children) child.kill('SIGKILL')
  if (folder) rmSync(folder, { recursive: true, force: true })
})

describe('a second start', () => {
  it('does no work twice', async () => {
    expect(await provider.getBlockNumber()).toBe(summary.chain.blocks)
    const again = summarySchema.parse(JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')))
    expect(again).toEqual(summary)
  })
})

describe('the money', () => {
  it('sums to the wei: what the ledger holds is what tabs, earnings and bonds say', async () => {
    const { contracts } = readDeployment(join(folder, 'deployment.json'))
    const held = await contract(contracts.openToken, openTokenAbi).getFunction('balanceOf')(contracts.ledger)
    const credited = [...recomputed.creditedGwei.values()].reduce((sum, gwei) => sum + gwei, 0n)
    const claimed = [...recomputed.claimedGwei.values()].reduce((sum, gwei) => sum + gwei, 0n)
    expect(held).toBe((recomputed.tabsGwei + recomputed.bondsGwei + credited - claimed) * 1_000_000_000n)
    expect(credited).toBe(BigInt(summary.fees.totalGwei))
  })

  it('is the same in chain storage, in GraphQL and recomputed from the logs, for every account', async () => {
    const { contracts } = readDeployment(join(folder, 'deployment.json'))
    const ledger = contract(contracts.ledger, ledgerAbi)
    const epoch = Number(await ledger.getFunction('currentEpoch')())
    const count = Number(await contract(contracts.accounts, accountsAbi).getFunction('accountCount')())
    type Money = { id: number; maturedGwei: string; pendingGwei: string }
    const { accounts } = await ask<{ accounts: { items: Money[] } }>(
      api,
      '{ accounts(limit: 500, orderBy: id) { items { id maturedGwei pendingGwei } } }',
    )
    expect(accounts.items).toHaveLength(count)
    for (const { id, maturedGwei, pendingGwei } of accounts.items) {
      const [matured, pending] = await ledger.getFunction('earningsOf')(id)
      const told = { id, maturedGwei: BigInt(maturedGwei), pendingGwei: BigInt(pendingGwei) }
      expect(told).toEqual({ id, maturedGwei: matured, pendingGwei: pending })
      expect(told).toEqual({ id, ...earningsOf(recomputed, id, epoch) })
    }
  })
})

describe('the attributions', () => {
  it('name the rows that the published index and the recorded sketches give, and pay who contributed them', async () => {
    const { contracts } = readDeployment(join(folder, 'deployment.json'))
    type Model = { indexHash: string; influenceRoot: string; topK: number }
    const { model } = await ask<{ model: Model }>(
      api,
      `{ model(id: ${summary.chain.model}) { indexHash influenceRoot topK } }`,
    )
    const file = new Uint8Array(await (await fetch(`${api}/blobs/${model.indexHash}`)).arrayBuffer())
    const index = readIndex(file, model.indexHash)
    const contributions = new Map(index.entries.map(({ row, contribution }) => [row, contribution]))
    expect(recomputed.inferences).toHaveLength(summary.inferences)
    for (const { rows, sketch } of recomputed.inferences) {
      const expected = attribute(codesOf(sketch), index.entries, model.topK).map(({ row, weight }) => ({
        row,
        weight,
        account: recomputed.contributorOf.get(contributions.get(row) ?? ''),
      }))
      expect(rows).toEqual(expected)
    }
    expect(await contract(contracts.models, modelsAbi).getFunction('influenceRootOf')(summary.chain.model)).toBe(
      model.influenceRoot,
    )
  })

  it('pay flipped, noise and copied rows less than a median honest row', () => {
    const { flipped, noise, copied } = summary.relativePay
    expect({ flipped: flipped.paid < 1, noise: noise.paid < 1, copied: copied.paid < 1 }).toEqual({
      flipped: true,
      noise: true,
      copied: true,
    })
  })
})

describe('a contributor', () => {
  it('holds what was claimed, in OPEN', async () => {
    const { contracts } = readDeployment(join(folder, 'deployment.json'))
    expect(recomputed.claimedGwei.size).toBeGreaterThan(0)
    const claimed = [...recomputed.claimedGwei.values()].reduce((sum, gwei) => sum + gwei, 0n)
    expect(claimed).toBe(BigInt(summary.fees.claimedGwei))
    const { claims } = await ask<{ claims: { items: { recipient: string }[] } }>(
      api,
      '{ claims(limit: 500) { items { recipient } } }',
    )
    const token = contract(contracts.openToken, openTokenAbi)
    const recipients = new Set(claims.items.map(({ recipient }) => recipient))
    let paid = 0n
    for (const recipient of recipients) paid += await token.getFunction('balanceOf')(recipient)
    expect(paid).toBe(claimed * 1_000_000_000n)
  })
})

describe('the README', () => {
  it('asks questions that the running demo answers', async () => {
    const commands = [...readFileSync('README.md', 'utf8').matchAll(/^curl .* -d '(\{.*\})'$/gm)]
    expect(commands.length).toBeGreaterThanOrEqual(3)
    for (const [, body = ''] of commands) {
      const { query } = JSON.parse(body) as { query: string }
      const lists = Object.values(await ask<Record<string, { items?: unknown[] }>>(api, query))
      expect(lists.some(({ items }) => items !== undefined && items.length > 0)).toBe(true)
    }
  })
})

describe('an indexer killed in the middle', () => {
  it('goes on where it was, and tells the same as one that was never killed', async () => {
    const port = await freePort()
    const slow = ['--deployment', join(folder, 'deployment.json'), '--rpc', summary.chain.rpc, '--port', `${port}`]
    const args = [...slow, '--database', join(folder, 'second-index'), '--max-range', '3']
    const first = run('indexer/main.ts', args)
    children.push(first)
    await first.until('GraphQL is at')
    first.child.kill('SIGKILL')
    await first.exited

    const second = run('indexer/main.ts', args)
    children.push(second)
    await second.until('GraphQL is at')
    const everything = `{
      _meta { block hash }
      accounts(limit: 500, orderBy: id) { items { id creditedGwei maturedGwei pendingGwei claimedGwei } }
      batches(limit: 500, orderBy: id) { items { id count feesGwei root } totalCount }
      inferences(limit: 500) { items { commitment feeGwei treasuryGwei } totalCount }
      claims(limit: 500) { items { account amountGwei transactionHash } totalCount }
    }`
    const whole = await ask(api, everything)
    await expect
      .poll(() => ask(`http://127.0.0.1:${port}`, everything), { timeout: 60_000, interval: 250 })
      .toEqual(whole)
    second.child.kill('SIGINT')
    expect(await second.exited, second.output()).toBe(0)
  }, 600_000)
})

describe('Ctrl-C', () => {
  it('ends everything', async () => {
    demo.child.kill('SIGINT')
    expect(await demo.exited, demo.output()).toBe(0)
    await expect(fetch(summary.chain.rpc, { method: 'POST', body: '{}' })).rejects.toThrow()
  })
})
