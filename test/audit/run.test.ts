import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newFolder } from '../support/folder.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { type PublishedRun, publishSmallRun } from '../support/publishedRun.ts'
import { auditAt } from './stage.ts'

describe('an audit with a run', () => {
  let ledger: LocalLedger
  let published: PublishedRun
  beforeAll(async () => {
    ledger = await startLocalLedger(8)
    published = await publishSmallRun(ledger, { rows: 64, heldOut: 16 })
  }, 600_000)
  afterAll(() => ledger?.stop())

  const auditRun = async (run: string, index = published.blobs) => {
    const { findings, checks } = await auditAt(ledger, ledger.rpcUrl, { run, index })
    const rows = checks.find(({ name }) => name === 'run')?.count
    return { rows, findings: findings.map(({ check, what, place }) => ({ check, what, subject: place.subject })) }
  }

  it('computes every row of the index again from the gradients', async () => {
    expect(await auditRun(published.run)).toEqual({ rows: 64, findings: [] })
  })

  it('names the file of which a byte was changed', async () => {
    const run = join(newFolder('corrupted-run'), 'run')
    cpSync(published.run, run, { recursive: true })
    const file = join(run, 'gradients.safetensors')
    const bytes = readFileSync(file)
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] as number) ^ 1
    writeFileSync(file, bytes)
    const { findings } = await auditRun(run)
    expect(findings).toEqual([{ check: 'run', what: expect.stringContaining('gradients.safetensors'), subject: run }])
  })

  it('says that no model is of another run', async () => {
    const run = join(newFolder('other-run'), 'run')
    cpSync(published.run, run, { recursive: true })
    const manifest = readFileSync(join(run, 'run.json'), 'utf8')
    writeFileSync(join(run, 'run.json'), `${manifest}\n`)
    const { findings } = await auditRun(run)
    expect(findings).toEqual([
      { check: 'run', what: 'No model was registered with this run', subject: `${run}/run.json` },
    ])
  })
})
