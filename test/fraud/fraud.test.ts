import { beforeAll, describe, expect, it } from 'vitest'
import { runCampaign } from './campaign.ts'
import { indexFrauds } from './indexFrauds.ts'
import { recordFrauds } from './recordFrauds.ts'
import type { Verdicts } from './verdicts.ts'

/** The campaign of `npm run test:fraud` in short: every kind of lie, among fewer honest records. */
describe('given an operator and model owners who lie in every way, and a watcher that is killed on the way', () => {
  let verdicts: Verdicts

  beforeAll(async () => {
    verdicts = await runCampaign({
      seed: 7,
      rowsEach: 84,
      records: 60,
      corrupted: Object.keys(recordFrauds).length,
      falseIndexes: 1,
      kills: 1,
      say: () => undefined,
    })
  }, 600_000)

  it('every kind of lie is struck, once, in one transaction after its announcement', () => {
    const missed = verdicts.kinds.filter(({ tried, struck }) => tried === 0 || tried !== struck)
    expect(missed).toEqual([])
    const kinds = verdicts.kinds.map(({ kind }) => kind)
    expect(kinds.toSorted()).toEqual([...Object.keys(recordFrauds), ...Object.keys(indexFrauds)].toSorted())
  })

  it('no honest record is struck, and no honest model stopped', () => {
    expect(verdicts.honest).toEqual({ records: 60 - Object.keys(recordFrauds).length + 6, struck: 0 })
    expect(verdicts.honestModels).toEqual({ models: 2, stopped: 0 })
  })

  it('of a false index, exactly the records that list the struck row are voided', () => {
    expect(verdicts.misjudged).toEqual([])
  })

  it('a row that somebody demands of an honest model out of spite is shown', () => {
    expect(verdicts.answered).toBe(true)
  })

  it('the watcher sends nothing that does nothing', () => {
    expect(verdicts.wasted).toEqual([])
  })
})
