import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFollowing } from '../support/followingProcess.ts'
import type { IndexerProcess } from '../support/process.ts'
import { addressOf, readyAt, until } from '../support/ready.ts'
import { type Setting, startSetting } from '../support/setting.ts'
import { attack } from './attack.ts'

/**
 * `npm run test:hostile` in short. Cores are few here and may be busy, so that times are left to the long form: here
 * most of the honest client's questions are answered, and nothing reaches the writer.
 */

let setting: Setting
let indexer: IndexerProcess
let url: string

beforeAll(async () => {
  setting = await startSetting(19)
  await setting.scenario.play(20)
  const { url: database } = await setting.postgres.newDatabase()
  indexer = startFollowing(setting.ledger, database)
  url = await addressOf(indexer)
  await until(async () => (await readyAt(url)).status === 200)
})
afterAll(async () => {
  indexer?.child.kill('SIGTERM')
  await indexer?.ended
  await setting?.stop()
})

it('hostile requests, hang-ups and slow bodies leave the honest their answers and the writer its peace', async () => {
  const seen = await attack({
    url,
    hostile: 60,
    hangUps: 100,
    slowBodies: 20,
    forMs: 8_000,
    onChain: () => setting.scenario.play(1),
  })
  expect(seen.honestFailures.length / seen.honestMs.length).toBeLessThan(0.2)
  expect(seen.statuses['500']).toBeUndefined()
  expect(seen.readerMb[1]).toBeLessThan(700)
  expect(seen.writerMb[1] - seen.writerMb[0]).toBeLessThan(100)
  expect(seen.blocksBehind).toBe(0)
  expect(indexer.output()).not.toMatch(/A query failed|ended with/)
})

it('one page of metrics shows the writer and each reader', async () => {
  const page = await (await fetch(`${url}/metrics`)).text()
  expect(new Set([...page.matchAll(/reader="(\d+)"/g)].map(([, number]) => number)).size).toBe(2)
  expect(page).toMatch(/indexer_is_leader\{chain="[^"]+"\} 1/)
  expect(page).toMatch(/indexer_refused_requests_total\{code="QUERY_TOO_DEEP",chain="[^"]+",reader="\d"\} [1-9]/)
})
