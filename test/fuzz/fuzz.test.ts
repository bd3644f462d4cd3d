import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { tellOfABook } from '../support/scenario.ts'
import { type Setting, startSetting } from '../support/setting.ts'
import { askAtRandom } from './askAtRandom.ts'

/** `npm run test:fuzz` in short. */

let setting: Setting
let indexer: Indexing

beforeAll(async () => {
  setting = await startSetting(17)
  await tellOfABook(setting.scenario)
  await setting.scenario.play(20)
  indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase())
  await indexer.atHead()
})
afterAll(async () => {
  await indexer?.close()
  await setting?.stop()
})

it('no generated query, valid or not, ends in an internal error', async () => {
  const { codes, faults } = await askAtRandom(indexer.url, 1, 1_000)
  expect(faults).toEqual([])
  // Much of it reached the database, and much was refused.
  expect(codes.ok).toBeGreaterThan(100)
  expect(Object.keys(codes).length).toBeGreaterThan(5)
})
