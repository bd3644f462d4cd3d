import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPublicClient, http } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { discardLocalChain } from '../../scripts/demo/localChain.ts'
import { isFree } from '../../scripts/demo/ports.ts'
import { type Summary, summarySchema } from '../../scripts/demo/summary.ts'
import { keyOf } from './keyOf.ts'
import { freePort } from './localLedger.ts'
import { type Running, start, type } from './typed.ts'

const told = z.object({
  inferences: z.object({ totalCount: z.number() }),
  tabs: z.object({ items: z.array(z.object({ payer: z.number(), balanceGwei: z.string() })) }),
})

/** `npm start` at small size: killed on its way, started again, started a third time, and asked while it serves. */
describe('the demo', { timeout: 240_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'demo-'))
  let args: readonly string[]
  let rpcPort: number
  let apiPort: number

  beforeAll(async () => {
    rpcPort = await freePort()
    apiPort = await freePort()
    args = [
      ...['--folder', folder, '--rpc-port', `${rpcPort}`, '--port', `${apiPort}`],
      ...[
        '--rows',
        '160',
        '--held-out',
        '40',
        '--contributors',
        '10',
        '--batch',
        '20',
        '--max-tokens',
        '32',
        '--no-twin',
      ],
    ]
  })
  let serving: Running | undefined
  afterAll(async () => {
    serving?.signal('SIGKILL')
    await discardLocalChain(join(folder, 'chain'))
    rmSync(folder, { recursive: true, force: true })
  })

  const summary = (): Summary => summarySchema.parse(JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')))
  const withoutSeconds = ({ seconds: _, ...rest }: Summary) => rest

  it('goes on after a kill -9 and charges every call once', async () => {
    for (const step of [
      '… Fine-tune and take gradients',
      '… Serve, attribute and record',
      '… Let days pass and claim',
    ]) {
      const killed = start('demo/main.ts', ['--once', ...args])
      await killed.said(step)
      killed.signal('SIGKILL')
      expect((await killed.ended).code).toBeNull()
    }
    expect(existsSync(join(folder, 'summary.json'))).toBe(false)

    const { code, out, err } = await type('demo/main.ts', ['--once', ...args])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('40, paid, attributed and recorded in 2 batches')
    const { inferences, fees, earners, gas } = summary()
    const parts = [fees.contributorsGwei, fees.operatorGwei, fees.royaltiesGwei, fees.ownerGwei, fees.treasuryGwei].map(
      BigInt,
    )
    expect(inferences).toBe(40)
    expect(BigInt(fees.totalGwei)).toBe(40n * BigInt(fees.perInferenceGwei))
    expect(parts.reduce((sum, part) => sum + part)).toBe(BigInt(fees.totalGwei))
    expect(earners.reduce((sum, { earnedGwei }) => sum + BigInt(earnedGwei), 0n)).toBe(BigInt(fees.contributorsGwei))
    expect(gas.claims.map(({ act, repeat }) => ({ act, repeat }))).toEqual([
      { act: 'claim', repeat: false },
      { act: 'claim', repeat: true },
      { act: 'claimTo', repeat: false },
      { act: 'claimMany', repeat: false },
    ])
  })

  it('does no work twice: another start finds all of it and sends nothing', async () => {
    const before = summary()
    expect((await type('demo/main.ts', ['--once', ...args])).code).toBe(0)
    expect(withoutSeconds(summary())).toEqual(withoutSeconds(before))
  })

  it('serves until Ctrl-C, keeps a second one out meanwhile, and leaves nothing behind', async () => {
    serving = start('demo/main.ts', args)
    await serving.said('Serving until Ctrl-C.')
    const asked = await fetch(`http://127.0.0.1:${apiPort}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: '{ inferences(limit: 1) { totalCount } tabs(limit: 1) { items { payer balanceGwei } } }',
      }),
    })
    const answer = z.object({ data: told }).parse(await asked.json()).data
    expect(answer.inferences.totalCount).toBe(40)
    const [tab] = answer.tabs.items
    const chain = createPublicClient({ transport: http(`http://127.0.0.1:${rpcPort}`) })
    expect(await chain.getChainId()).toBe(31_337)

    const connected = ['--rpc', `http://127.0.0.1:${rpcPort}`, '--deployment', join(folder, 'deployment.json')]
    const requests = join(folder, 'requests.jsonl')
    writeFileSync(
      requests,
      `${JSON.stringify({ id: 'one more', payer: tab?.payer, text: 'Shall we meet at noon?' })}\n`,
    )
    const places = ['run', 'publication', 'blobs'].flatMap((name) => [`--${name}`, join(folder, name)])
    const operate = [requests, ...connected, ...places, '--journal', join(folder, 'operator', 'calls.jsonl')]
    const dry = await type('operate.ts', operate, { PRIVATE_KEY: keyOf(3) })
    expect(dry.out).toContain('Would serve 1 new requests for 0.02 OPEN each and charge 0 served earlier')
    const refused = await type('operate.ts', [...operate, '--send'], { PRIVATE_KEY: keyOf(3) })
    expect({ code: refused.code, err: refused.err }).toMatchObject({
      code: 1,
      err: expect.stringContaining(`The tab of account ${tab?.payer} holds ${tab?.balanceGwei} gwei-OPEN`),
    })

    const unclaimed = summary().earners.find(({ claimedGwei, earnedGwei }) => claimedGwei === '0' && earnedGwei !== '0')
    const claimed = await type('claim.ts', [`${unclaimed?.account}`, ...connected, '--send'], { PRIVATE_KEY: keyOf(9) })
    expect(claimed.out).toMatch(/OPEN can be claimed, 0 are pending\.[\s\S]*Claimed in block/)
    const again = await type('claim.ts', [`${unclaimed?.account}`, ...connected, '--send'], { PRIVATE_KEY: keyOf(9) })
    expect(again.err).toContain(`Ledger refuses claim: Ledger_NothingToClaim(${unclaimed?.account})`)

    const published = await type('publishRun.ts', [join(folder, 'run'), ...connected], { PRIVATE_KEY: keyOf(2) })
    expect(published.out).toMatch(
      /^160 rows, of which[\s\S]*root 0x[0-9a-f]{64}\nThis run has no quality certificate[^\n]*\nNothing was sent/,
    )

    const second = await type('demo/main.ts', ['--once', ...args])
    expect(second.err).toContain(`Another demo is running in ${folder}`)
    expect(second.code).toBe(1)

    serving.signal('SIGINT')
    expect((await serving.ended).code).toBe(0)
    expect([await isFree(rpcPort), await isFree(apiPort)]).toEqual([true, true])
  })
})
