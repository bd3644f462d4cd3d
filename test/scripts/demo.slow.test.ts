import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPublicClient, http } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isFree } from '../../scripts/demo/ports.ts'
import { type Summary, summarySchema } from '../../scripts/demo/summary.ts'
import { freePort } from './localLedger.ts'
import { start, type } from './typed.ts'

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
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

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
    const serving = start('demo/main.ts', args)
    await serving.said('Serving until Ctrl-C.')
    const response = await fetch(`http://127.0.0.1:${apiPort}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ inferences(limit: 1) { totalCount } }' }),
    })
    expect(await response.json()).toEqual({ data: { inferences: { totalCount: 40 } } })
    const chain = createPublicClient({ transport: http(`http://127.0.0.1:${rpcPort}`) })
    expect(await chain.getChainId()).toBe(31_337)

    const second = await type('demo/main.ts', ['--once', ...args])
    expect(second.err).toContain(`Another demo is running in ${folder}`)
    expect(second.code).toBe(1)

    serving.signal('SIGINT')
    expect((await serving.ended).code).toBe(0)
    expect([await isFree(rpcPort), await isFree(apiPort)]).toEqual([true, true])
  })
})
