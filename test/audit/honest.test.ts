import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { beginStory, tellOfABook } from '../support/story.ts'
import { auditAt } from './stage.ts'

describe('an audit of an honest chain', () => {
  let ledger: LocalLedger
  beforeAll(async () => {
    ledger = await startLocalLedger(6)
    const story = await beginStory(ledger, 7)
    await tellOfABook(story)
    await story.tell(60)
  }, 300_000)
  afterAll(async () => ledger.stop())

  it('finds nothing', async () => {
    const begun = performance.now()
    const report = await auditAt(ledger, ledger.rpcUrl)
    console.log(JSON.stringify(report.findings.slice(0, 12), undefined, 1), report.checks, report.notChecked, performance.now() - begun, report.figures)
    expect(report.findings).toEqual([])
  }, 120_000)
})
