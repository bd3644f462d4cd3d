import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deploymentFileOf } from '../../support/deploymentFile.ts'
import { startLyingNode } from '../../support/lyingNode.ts'
import { type IndexerProcess, runIndexer } from '../../support/process.ts'
import { type Setting, startSetting } from '../../support/setting.ts'

const PROMPTLY_MS = 5_000

describe('an indexer that is asked to end', () => {
  let setting: Setting
  let args: readonly string[]

  beforeAll(async () => {
    setting = await startSetting(71)
    await setting.scenario.play(20)
    args = ['--deployment', deploymentFileOf(setting.ledger), '--port', '0', '--poll-ms', '10']
  })
  afterAll(async () => {
    await setting?.stop()
  })

  const start = (rpcUrl: string, database: string): IndexerProcess =>
    runIndexer([...args, '--rpc', rpcUrl, '--database', database])

  async function endsPromptly(run: IndexerProcess, signal: NodeJS.Signals): Promise<void> {
    const asked = performance.now()
    run.child.kill(signal)
    expect([await run.ended, run.output()]).toEqual([0, expect.not.stringContaining('Error')])
    expect(performance.now() - asked).toBeLessThan(PROMPTLY_MS)
  }

  it('ends with status 0 within five seconds when it has caught up', async () => {
    const { url } = await setting.postgres.newDatabase()
    const run = start(setting.ledger.rpcUrl, url)
    await run.said(/Caught up/)
    await endsPromptly(run, 'SIGINT')
  })

  it('does so in the midst of a backfill, from a node that does not answer any more', async () => {
    const hangs = () => {}
    const mute = await startLyingNode(
      setting.ledger.rpcUrl,
      ({ result }) => result,
      (request) => (request > 40 ? hangs : undefined),
    )
    const { url } = await setting.postgres.newDatabase()
    const run = runIndexer([...args, '--rpc', mute.url, '--database', url, '--max-range', '2'])
    await run.said(/GraphQL is at/)
    await sleep(1_000)
    await endsPromptly(run, 'SIGTERM')
    await mute.stop()
  })

  it('ends at once when it is asked twice', async () => {
    const { url } = await setting.postgres.newDatabase()
    const run = start(setting.ledger.rpcUrl, url)
    await run.said(/Caught up/)
    run.child.kill('SIGTERM')
    run.child.kill('SIGINT')
    expect([0, 130, 143]).toContain(await run.ended)
  })
})
