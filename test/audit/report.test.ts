import { readFileSync } from 'node:fs'
import { verifyMessage } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { reportHtml } from '../../auditor/report/html.ts'
import { auditFileSchema, type Report } from '../../auditor/report/report.ts'
import { canonical, digestOf, sealed } from '../../auditor/report/sign.ts'
import { reportText } from '../../auditor/report/text.ts'

const hash = `0x${'ab'.repeat(32)}` as const
const report: Report = {
  version: 1,
  verdict: 'findings',
  deployment: { name: 'a <b>', chainId: 1, contracts: {} },
  audited: {
    from: '1',
    block: '9',
    hash,
    time: '2026-01-01T00:00:00.000Z',
    trust: 'its hash was given',
    node: 'http://a-node',
    verification: 'receipts',
  },
  figures: { inferences: '5' },
  checks: [{ name: 'storage', compares: 'values', count: 3, findings: 1 }],
  findings: [
    {
      check: 'storage',
      severity: 'error',
      what: '<script>alert(1)</script>',
      place: { block: '7', contract: 'bonds' },
      found: '0x01',
      expected: '0x02',
      reproduce: 'eth_getStorageAt',
    },
  ],
  notChecked: [{ check: 'api', what: 'an index', why: 'none was given', isNeeded: false }],
  parameters: [],
  trusted: ['keccak256'],
  digests: { journals: { bonds: { count: 2, head: hash } } },
  madeAt: '2026-01-01T00:00:00.000Z',
  seconds: 1.5,
}

describe('a report', () => {
  it('is as docs/audit.schema.json says', async () => {
    const schema = `${JSON.stringify(z.toJSONSchema(auditFileSchema), undefined, 2)}\n`
    expect(readFileSync('docs/audit.schema.json', 'utf8')).toBe(schema)
    expect(auditFileSchema.parse(await sealed(report, undefined))).toEqual({ report, digest: digestOf(report) })
  })

  it('is signed by its digest, whatever the order of its keys', async () => {
    const signer = privateKeyToAccount(`0x${'11'.repeat(32)}`)
    const { digest, signature } = await sealed(report, signer)
    const signed = { address: signer.address, message: { raw: digest as typeof hash } }
    expect(await verifyMessage({ ...signed, signature: signature?.signature as typeof hash })).toBe(true)
    expect(canonical({ b: [1, { d: 'x', c: null }], a: true })).toBe('{"a":true,"b":[1,{"c":null,"d":"x"}]}')
    expect(digestOf({ ...report, seconds: 2 })).not.toBe(digest)
  })

  it('is a page that needs nothing else, and takes names for text', async () => {
    const page = reportHtml(await sealed(report, undefined))
    expect(page).not.toMatch(/<script|<link|https?:\/\/(?!a-node)/)
    expect(page).toContain('&#60;script&#62;alert(1)&#60;/script&#62;')
    expect(page).toContain('Not clean')
  })

  it('is a few lines on a terminal', () => {
    expect(reportText(report)).toEqual([
      'a <b> (chain 1), blocks 1 to 9: 5 inferences, 0 batches, 0 books, 0 accounts.',
      `Block ${hash}: its hash was given.`,
      '  storage             3 compared  1 finding',
      'error (storage): <script>alert(1)</script>',
      '    at block 7, contract bonds',
      '    found 0x01',
      '    expected 0x02',
      '    see it: eth_getStorageAt',
      'not checked (api): an index: none was given',
      'Not clean: see the findings.',
    ])
  })
})
