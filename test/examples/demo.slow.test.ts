import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPublicClient, http } from 'viem'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { discardLocalChain } from '../../cli/localChain/localChain.ts'
import { isFree } from '../../cli/localChain/ports.ts'
import { type Summary, summarySchema } from '../../examples/demo/summary.ts'
import { attribution, signedBy } from '../support/attribution.ts'
import { freePort } from '../support/localLedger.ts'
import { type Running, start, type } from '../support/typed.ts'

const told = z.object({
  inferences: z.object({ totalCount: z.number() }),
})

/** `npm start` at small size: killed on its way, started again, started once more, and asked while it serves. */
describe('the demo', { timeout: 240_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'demo-'))
  let args: readonly string[]
  let rpcPort: number
  let apiPort: number
  let gatewayPort: number

  beforeAll(async () => {
    rpcPort = await freePort()
    apiPort = await freePort()
    gatewayPort = await freePort()
    args = [
      ...['--folder', folder, '--rpc-port', `${rpcPort}`, '--port', `${apiPort}`],
      ...['--gateway-port', `${gatewayPort}`],
      ...'--rows 128 --held-out 20 --contributors 8 --batch 10 --max-tokens 16'.split(' '),
    ]
  })
  let serving: Running | undefined
  afterAll(async () => {
    serving?.signal('SIGKILL')
    await discardLocalChain(join(folder, 'chain'))
    rmSync(folder, { recursive: true, force: true })
  })

  const summary = (): Summary => summarySchema.parse(JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')))
  /** All but how long it took, and how many empty blocks a chain makes when it is started again. */
  const comparable = ({ seconds: _, chain: { blocks: __, ...chain }, ...rest }: Summary) => ({ ...rest, chain })

  it('goes on after a kill -9 and charges every call once', async () => {
    for (const step of [
      '… Train without each contributor in turn',
      '… Take vouchers, answer and record',
      '… Close books, settle and claim',
    ]) {
      const killed = start('examples/demo/main.ts', ['--once', ...args])
      await killed.said(step)
      killed.signal('SIGKILL')
      expect((await killed.ended).code).toBeNull()
    }
    expect(existsSync(join(folder, 'summary.json'))).toBe(false)

    const { code, out, err } = await type('examples/demo/main.ts', ['--once', ...args])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('20 paid, recorded and settled in 2 books')
    const { tasks, fees, gas } = summary()
    expect(tasks.map(({ task, inferences, books }) => ({ task, inferences, books }))).toEqual([
      { task: 'mail', inferences: 20, books: 2 },
      { task: 'speeches', inferences: 10, books: 1 },
    ])
    const parts = [fees.contributorsGwei, fees.operatorGwei, fees.royaltiesGwei, fees.ownerGwei, fees.treasuryGwei].map(
      BigInt,
    )
    expect(BigInt(fees.totalGwei)).toBe(30n * BigInt(fees.perInferenceGwei))
    expect(parts.reduce((sum, part) => sum + part)).toBe(BigInt(fees.totalGwei))
    expect(new Set(gas.claims.map(({ act }) => act))).toEqual(
      new Set(['claim', 'settleAndClaim', 'claimTo', 'claimMany']),
    )
  })

  it('does no work twice, serves until Ctrl-C, keeps a second one out meanwhile, and leaves nothing behind', async () => {
    const before = summary()
    serving = start('examples/demo/main.ts', args)
    await serving.said('Serving until Ctrl-C.')
    expect(comparable(summary())).toEqual(comparable(before))
    const asked = await fetch(`http://127.0.0.1:${apiPort}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: '{ inferences(limit: 1) { totalCount } }',
      }),
    })
    const answer = z.object({ data: told }).parse(await asked.json()).data
    expect(answer.inferences.totalCount).toBe(30)
    const chain = createPublicClient({ transport: http(`http://127.0.0.1:${rpcPort}`) })
    expect(await chain.getChainId()).toBe(31_337)

    const connected = ['--rpc', `http://127.0.0.1:${rpcPort}`, '--deployment', join(folder, 'deployment.json')]
    const [, url, secret] = /curl (\S+) -H 'Authorization: Bearer (\S+)'/.exec(serving.output()) ?? []
    const reply = await fetch(`${url}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ model: 'mail', messages: [{ role: 'user', content: 'Shall we meet at noon?' }] }),
    })
    expect(reply.status).toBe(200)
    const receipt = new URL(reply.headers.get('attribution-receipt') ?? '', url)
    const isRecorded = async () => (await (await fetch(receipt)).json()).record !== null
    await vi.waitUntil(isRecorded, { timeout: 60_000, interval: 500 })
    const receiptFile = join(folder, 'receipt.json')
    writeFileSync(receiptFile, await (await fetch(receipt)).text())
    expect((await attribution(['receipt', 'verify', receiptFile, ...connected])).out).toContain('Recorded as promised')

    const waiting = summary().tasks[0]?.contributors.find(
      ({ claimedGwei, earnedGwei }) => claimedGwei === '0' && earnedGwei !== '0',
    )
    const claim = ['claim', `${waiting?.account}`, ...connected, '--yes', '--state', join(folder, 'state')]
    const claimed = await attribution(claim, signedBy(9))
    expect(claimed.out).toMatch(/OPEN can be claimed\.[\s\S]*OPEN were paid to 0x/)
    expect((await attribution(claim, signedBy(9))).out).toContain('Nothing can be claimed now.')

    const publish = ['model', 'publish', join(folder, 'mail', 'run'), ...connected, '--blobs-at', 'ipfs://blobs']
    const published = await attribution([...publish, '--dry-run'], signedBy(2))
    expect(published.out).toMatch(
      /^128 rows of 8 contributions, of which[\s\S]*root 0x[0-9a-f]{64}\.\nIts quality certificate [\s\S]*\nNothing was sent/,
    )

    const second = await type('examples/demo/main.ts', ['--once', ...args])
    expect(second.err).toContain(`Another demo is running in ${folder}`)
    expect(second.code).toBe(1)

    serving.signal('SIGINT')
    expect((await serving.ended).code).toBe(0)
    expect(await Promise.all([rpcPort, apiPort, gatewayPort].map(isFree))).toEqual([true, true, true])
  })
})
