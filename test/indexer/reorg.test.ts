import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ReorgTooDeep } from '../../chain/blocks/reorg.ts'
import { clockAt } from '../../chain/clock.ts'
import type { IndexerEvent } from '../../indexer/events.ts'
import { digestOf } from '../support/digest.ts'
import { indexTo } from '../support/indexing.ts'
import type { LocalLedger } from '../support/localLedger.ts'
import { randomOf } from '../support/random.ts'
import { type Setting, startSetting } from '../support/setting.ts'

const ROUNDS = 20
/** A chain that only gets shorter is believed after a minute: here, a second. */
const HURRIED = { clock: clockAt(60), rpcTimeoutMs: 600_000 } as const

describe('a reorg', () => {
  let setting: Setting

  beforeAll(async () => {
    setting = await startSetting(77)
  })
  afterAll(async () => {
    await setting?.stop()
  })

  it('of any depth, however often, leaves what a fresh replay of the new branch finds', async () => {
    const { ledger, postgres, scenario } = setting
    const random = randomOf(4_711)
    const events: IndexerEvent[] = []
    const followed = await postgres.newDatabase()
    const report = (event: IndexerEvent) => events.push(event)
    const follower = await indexTo(ledger, followed, { pollMs: 10, report, ...HURRIED })
    // Deeper than this the ledger itself would be undone, and the scenario with it.
    const begun = await ledger.connection.reader.getBlockNumber()
    await scenario.play(30)
    for (let round = 0; round < ROUNDS; round++) {
      await scenario.play(random.below(5))
      // Sometimes the indexer has seen everything, sometimes the branch changes under its hands.
      if (random.below(2) === 0) await follower.atHead()
      const reach = Number((await ledger.connection.reader.getBlockNumber()) - begun)
      const depth = Math.min(1 + random.below(20), reach)
      await (random.below(3) === 0 ? rollBack(ledger, depth) : reorganise(ledger, depth))
      await scenario.play(random.below(3))
    }
    await follower.closeAtHead()

    const fresh = await postgres.newDatabase()
    await (await indexTo(ledger, fresh)).closeAtHead()
    expect(await digestOf(followed)).toEqual(await digestOf(fresh))
    expect(events.filter(({ kind }) => kind === 'undone').length).toBeGreaterThan(ROUNDS / 2)
  })

  it('that shortens the chain and goes no further is followed back', async () => {
    const { ledger, postgres, scenario } = setting
    const followed = await postgres.newDatabase()
    const follower = await indexTo(ledger, followed, { pollMs: 10, ...HURRIED })
    await scenario.play(10)
    await follower.atHead()
    await rollBack(ledger, 6)
    await follower.closeAtHead()

    const fresh = await postgres.newDatabase()
    await (await indexTo(ledger, fresh)).closeAtHead()
    expect(await digestOf(followed)).toEqual(await digestOf(fresh))
  })

  it('below what counts as final stops the indexer, which says why and keeps what it has', async () => {
    const { ledger, postgres, scenario } = setting
    const followed = await postgres.newDatabase()
    const follower = await indexTo(ledger, followed, { pollMs: 10, finalityDepth: 5, ...HURRIED })
    await scenario.play(12)
    await follower.atHead()
    await reorganise(ledger, 10)

    await expect(follower.stopped).rejects.toThrow(ReorgTooDeep)
    const ready = await fetch(`${follower.url}/ready`)
    expect([ready.status, await ready.json()]).toEqual([
      503,
      {
        ready: false,
        role: 'writer',
        state: 'stopped',
        reason: expect.stringMatching(/another branch .*finalised \d+, stored head \d+/),
      },
    ])
    await follower.close()
  })
})

async function reorganise({ connection }: LocalLedger, depth: number): Promise<void> {
  await connection.reader.request({ method: 'anvil_reorg', params: [depth, []] } as never)
}

async function rollBack({ connection }: LocalLedger, depth: number): Promise<void> {
  await connection.reader.request({ method: 'anvil_rollback', params: [depth] } as never)
}
