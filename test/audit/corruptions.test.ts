import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../../auditor/report/report.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { randomOf } from '../support/random.ts'
import { tellOfABook } from '../support/scenario.ts'
import { type Setting, startSetting } from '../support/setting.ts'
import { auditOf, corruptionsOf } from './corrupted.ts'
import { type Material, materialOf } from './material.ts'

/** `npm run test:audit` looks at more of them. */
const COUNT = Number(process.env.AUDIT_CORRUPTIONS ?? 31)
const SEED = Number(process.env.AUDIT_SEED ?? 20_261_130)
const SLOW_MS = 120_000 + 20_000 * COUNT

describe('an audit of a finished chain', () => {
  let setting: Setting
  let indexer: Indexing
  let material: Material
  let honest: Report
  beforeAll(async () => {
    setting = await startSetting(SEED, { hasVotes: true })
    await tellOfABook(setting.scenario)
    await setting.scenario.play(80)
    indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase())
    await indexer.atHead()
    ;({ material, honest } = await materialOf(setting.ledger, setting.scenario, randomOf(SEED), indexer.url))
  }, SLOW_MS)
  afterAll(async () => {
    await indexer?.close()
    await setting?.stop()
  })

  it('finds nothing where nothing is wrong', () => {
    expect(honest.findings).toEqual([])
    expect(honest.notChecked.filter(({ isNeeded }) => isNeeded)).toEqual([])
    expect(honest.verdict).toBe('clean')
    const counts = Object.fromEntries(honest.checks.map(({ name, count }) => [name, count]))
    expect(counts.governance).toBeGreaterThan(0)
    expect(counts.vouchers).toBeGreaterThan(5)
  })

  it(
    `finds each of ${COUNT} single corruptions, and names it at its place`,
    async () => {
      // Its answers are of a block that tampering undoes.
      await indexer.atHead()
      const missed: string[] = []
      const corruptions = corruptionsOf(material, COUNT)
      expect(corruptions).toHaveLength(COUNT)
      for (const corruption of corruptions) {
        const { findings, verdict } = await auditOf(material, corruption)
        if (verdict === 'findings' && findings.some(corruption.names)) continue
        const told = findings.slice(0, 3).map(({ check, what, place }) => `${check}: ${what} ${JSON.stringify(place)}`)
        missed.push(`${corruption.kind} (${corruption.where}): ${told.join('; ') || verdict}`)
      }
      expect(missed).toEqual([])
    },
    SLOW_MS,
  )
})
