import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { numberToHex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditFileSchema } from '../../auditor/report/report.ts'
import { attribution } from '../support/attribution.ts'
import { newFolder } from '../support/folder.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { startLyingNode } from '../support/lyingNode.ts'

describe('attribution audit', () => {
  let ledger: LocalLedger
  let deployment: string
  beforeAll(async () => {
    ledger = await startLocalLedger(3)
    deployment = join(ledger.folder, 'deployment.json')
    writeFileSync(deployment, JSON.stringify(ledger.deployment))
  })
  afterAll(() => ledger?.stop())

  const run = (...args: readonly string[]) =>
    attribution(['audit', '--deployment', deployment, '--at', 'latest', ...args])

  it('exits with 0 where nothing is wrong, and leaves a signed report as JSON and as a page', async () => {
    const out = newFolder('report')
    const key = join(ledger.folder, 'audit.key')
    writeFileSync(key, `0x${'11'.repeat(32)}`, { mode: 0o600 })
    const { code, out: said } = await run('--rpc', ledger.rpcUrl, '--out', out, '--sign-key', key)
    expect({ code, last: said.trim().split('\n').at(-1) }).toEqual({
      code: 0,
      last: 'Clean: every number follows from the chain.',
    })
    const { report, signature } = auditFileSchema.parse(JSON.parse(readFileSync(join(out, 'audit.json'), 'utf8')))
    expect([report.verdict, signature?.signer]).toEqual(['clean', '0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A'])
    expect(readFileSync(join(out, 'audit.html'), 'utf8')).toContain('<!doctype html>')
    expect(existsSync(join(out, 'audit.checkpoint'))).toBe(true)
  })

  it('exits with 1 where a node lies, and names the block', async () => {
    const block = numberToHex(ledger.deployment.startBlock + 3)
    const node = await startLyingNode(ledger.rpcUrl, ({ method, params, result }) =>
      method === 'eth_getBlockByNumber' && params[0] === block ? { ...(result as object), timestamp: '0x1' } : result,
    )
    try {
      const { code, out: said } = await run('--rpc', node.url)
      expect(code).toBe(1)
      expect(said).toContain(`at block ${BigInt(block)}`)
    } finally {
      await node.stop()
    }
  })

  it('exits with 2 where it could not check', async () => {
    const nobody = await run('--rpc', ledger.rpcUrl, '--api', 'http://127.0.0.1:1')
    expect(nobody.code).toBe(2)
    expect(nobody.out).toContain('not checked (api)')
    const unknown = await run('--rpc', ledger.rpcUrl, '--trust', `0x${'12'.repeat(32)}`)
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('knows no block')])
  })
})
