import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newFolder } from '../support/folder.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { beginScenario, tellOfABook } from '../support/scenario.ts'
import { auditAt } from './auditAt.ts'

/** `npm run test:audit` plays more of them. */
const GAMES = Number(process.env.AUDIT_GAMES ?? 1)
const SLOW_MS = 120_000 * GAMES

describe('histories of random games', () => {
  it.each(Array.from({ length: GAMES }, (_, i) => 4_000 + i))(
    'give no finding (game %i)',
    async (seed) => {
      const ledger = await startLocalLedger(5)
      try {
        const scenario = await beginScenario(ledger, seed, { hasVotes: true })
        await tellOfABook(scenario)
        await scenario.play(120)
        const { findings, notChecked } = await auditAt(ledger, ledger.rpcUrl)
        expect(findings).toEqual([])
        expect(notChecked.filter(({ isNeeded }) => isNeeded)).toEqual([])
      } finally {
        await ledger.stop()
      }
    },
    SLOW_MS,
  )
})

describe('an audit', () => {
  let ledger: LocalLedger
  let middle: bigint
  beforeAll(async () => {
    ledger = await startLocalLedger(4)
    const scenario = await beginScenario(ledger, 17, { hasVotes: true })
    await tellOfABook(scenario)
    middle = await ledger.connection.reader.getBlockNumber()
    await scenario.play(30)
  }, SLOW_MS)
  afterAll(() => ledger?.stop())

  it('goes on from its checkpoint, and ends as one that never stopped', async () => {
    const file = join(newFolder('checkpoint'), 'audit.checkpoint')
    await auditAt(ledger, ledger.rpcUrl, { at: middle, checkpoint: { file, resume: false } })
    const resumed = await auditAt(ledger, ledger.rpcUrl, { checkpoint: { file, resume: true } })
    const whole = await auditAt(ledger, ledger.rpcUrl)
    const same = ({ digests, figures, checks, findings }: typeof whole) => ({ digests, figures, checks, findings })
    expect(same(resumed)).toEqual(same(whole))
    await expect(auditAt(ledger, ledger.rpcUrl, { at: middle, checkpoint: { file, resume: true } })).rejects.toThrow(
      'does not follow',
    )
  })

  it('holds the block to a hash of the auditor’s own', async () => {
    const block = await ledger.connection.reader.getBlock({ blockNumber: middle })
    const { audited, verdict } = await auditAt(ledger, ledger.rpcUrl, { trust: block.hash })
    expect({ verdict, block: audited.block, trust: audited.trust }).toEqual({
      verdict: 'clean',
      block: `${middle}`,
      trust: 'its hash was given',
    })
    const other = auditAt(ledger, ledger.rpcUrl, { trust: block.hash, at: middle - 1n })
    await expect(other).rejects.toThrow('is not the trusted one')
  })

  it('of a block before the deployment is none, rather than clean', async () => {
    const { startBlock } = ledger.deployment
    await expect(auditAt(ledger, ledger.rpcUrl, { at: BigInt(startBlock) - 1n })).rejects.toThrow(
      `Block ${startBlock - 1} is before the deployment`,
    )
  })

  it('compares a sample, the same for the same seed', async () => {
    const of = async (seed: number) => {
      const { checks, findings } = await auditAt(ledger, ledger.rpcUrl, { sample: { slots: 5, seed } })
      expect(findings).toEqual([])
      return checks.find(({ name }) => name === 'storage')?.count as number
    }
    expect(await of(1)).toBe(await of(2))
    expect(await of(1)).toBeLessThanOrEqual(14 * 5)
  })
})
