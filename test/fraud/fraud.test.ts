import { beforeAll, describe, expect, it } from 'vitest'
import { accusations } from './accusations.ts'
import { runCampaign } from './campaign.ts'
import { chargeLies } from './chargeLies.ts'
import { recordLies } from './recordLies.ts'
import { registrationLies } from './registrationLies.ts'
import { SETTLEMENT_LIES } from './settlementLies.ts'
import { unitLies } from './unitLies.ts'
import type { Verdicts } from './verdicts.ts'

/** The campaign of `npm run test:fraud` in short: every kind of lie once. */
describe('given people who lie in every way, as many who do not, and a watcher that is killed on the way', () => {
  let verdicts: Verdicts

  beforeAll(async () => {
    verdicts = await runCampaign({ seed: 7, each: 1, kills: 1, say: () => undefined })
  })

  it('every lie is struck by the watcher, once, or refused by the chain, for what it is', () => {
    expect(verdicts.strayed).toEqual([])
    expect(verdicts.kinds.filter(({ told, undone }) => told === 0 || told !== undone)).toEqual([])
    const kinds = verdicts.kinds.map(({ kind }) => kind)
    const lies = [unitLies, recordLies, chargeLies, registrationLies, accusations].flatMap((of) => Object.keys(of))
    for (const kind of [...lies, ...SETTLEMENT_LIES]) expect(kinds).toContain(kind)
  })

  it('no honest record is voided, and no honest model struck', () => {
    const { honestRecords, honestModels } = verdicts
    expect(honestRecords).toMatchObject({ voided: 0 })
    expect(honestRecords.count).toBeGreaterThan(100)
    expect(honestModels).toEqual({ count: Object.keys(unitLies).length, struck: 0 })
  })

  it('what somebody demands of honest people out of spite is shown', () => {
    expect(verdicts.spite).toEqual({ count: 3, answered: 3 })
  })

  it('the watcher sends nothing where nobody lied, and nothing that fails', () => {
    expect({ inPeace: verdicts.sentInPeace, wasted: verdicts.wasted }).toEqual({ inPeace: 0, wasted: [] })
  })

  it('books that were lied about are paid to the gwei', () => {
    expect(verdicts.isPaidExactly).toBe(true)
  })
})
