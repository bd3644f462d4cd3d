import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifications } from '../../chain/verify/verification.ts'
import { ask } from '../support/ask.ts'
import { coversEveryBlockOnce } from '../support/coverage.ts'
import { digestOf } from '../support/digest.ts'
import { indexTo } from '../support/indexing.ts'
import { randomOf } from '../support/random.ts'
import { tellOfABook } from '../support/scenario.ts'
import { type Setting, startSetting } from '../support/setting.ts'

/** Many histories are filled, on databases that share the machine with the chain. */
const SLOW_MS = 600_000

/** What a scenario tells by chance alone only now and then. */
const TROUBLES = [
  ...[
    'recordBatch',
    'recordBatch',
    'demandUnit',
    'appealRecord',
    'rate',
    'evaluate',
    'proposePayout',
    'pause',
    'resume',
  ],
  ...['requestChannelWithdrawal', 'demandRecord', 'showRecord', 'demandUnrecorded', 'letTheNoticePass'],
  ...['closeRecordDemand', 'withdrawChannel'],
]

describe('a history', () => {
  let setting: Setting

  beforeAll(async () => {
    setting = await startSetting(20_261_121)
  })
  afterAll(async () => {
    await setting?.stop()
  })

  it(
    'reads the same when followed live, fetched in ranges of any size, verified or not, and kept on either database',
    async ({ onTestFailed }) => {
      const { ledger, postgres, scenario } = setting
      const seed = Date.now() % 2 ** 32
      onTestFailed(() => console.error(`The ranges were drawn from the seed ${seed}`))
      const random = randomOf(seed)
      const live = await postgres.newDatabase()
      const follower = await indexTo(ledger, live, { maxRange: 3, transfers: true })
      await scenario.does(...TROUBLES)
      await tellOfABook(scenario)
      await scenario.play(60)
      await follower.closeAtHead()
      const expected = await digestOf(live)
      for (const told of ['inference', 'unit_paid', 'reward_claimed', 'record_voided', 'transfer', 'account_total']) {
        expect(expected[told]?.rows).toBeGreaterThan(0n)
      }
      await coversEveryBlockOnce(live, ledger)

      const embedded = { kind: 'embedded', folder: `${ledger.folder}/embedded` } as const
      const ways = [
        [await postgres.newDatabase(), 1, 'off'],
        [await postgres.newDatabase(), 10_000, 'receipts'],
        [await postgres.newDatabase(), 1 + random.below(100), random.pick(verifications)],
        [embedded, 1 + random.below(100), random.pick(verifications)],
      ] as const
      for (const [database, maxRange, verify] of ways) {
        await (await indexTo(ledger, database, { maxRange, verify, transfers: true })).closeAtHead()
        expect({ maxRange, verify, digest: await digestOf(database) }).toEqual({ maxRange, verify, digest: expected })
        await coversEveryBlockOnce(database, ledger, verify)
      }
    },
    SLOW_MS,
  )

  it('holds what goes wrong: strikes, demands, receipts, appeals and ratings', async () => {
    const { ledger, postgres } = setting
    const indexer = await indexTo(ledger, await postgres.newDatabase())
    await indexer.atHead()
    const told = await ask<Readonly<Record<string, { totalCount: number }>>>(
      indexer.url,
      `{ demands { totalCount } appeals { totalCount } ratings { totalCount } evaluations { totalCount } bonds { totalCount }
         challenges { totalCount } bondRules { totalCount } courtTerms { totalCount } pauses { totalCount } gifts { totalCount }
         payoutProposals { totalCount } jointDraws { totalCount } authorities { totalCount } channelWithdrawals { totalCount }
         broken: receipts(where: { status: Broken }) { totalCount } shown: receipts(where: { status: Shown }) { totalCount }
         unrecorded: receipts(where: { status: Unrecorded }) { totalCount } struck: strikes { totalCount } }`,
    )
    expect(Object.entries(told).filter(([, { totalCount }]) => totalCount === 0)).toEqual([])

    const { strikes } = await ask<{ strikes: { items: readonly Struck[] } }>(
      indexer.url,
      `{ strikes(limit: 500) { items { kind slashedGwei bountyGwei givenGwei
           struckInference: inference { stands status } struckUnit: unit { struckAt } culprit: slashedBond { id slashedGwei } } } }`,
    )
    for (const { kind, slashedGwei, bountyGwei, givenGwei, struckInference, struckUnit, culprit } of strikes.items) {
      expect(BigInt(bountyGwei) * 2n).toBeLessThanOrEqual(BigInt(slashedGwei))
      expect(BigInt(bountyGwei) + BigInt(givenGwei)).toBeLessThanOrEqual(BigInt(slashedGwei))
      expect(BigInt(culprit.slashedGwei)).toBeGreaterThanOrEqual(BigInt(slashedGwei))
      if (kind === 'BrokenReceipt') expect(struckInference).toEqual({ stands: false, status: 'Voided' })
      if (kind === 'FalseUnit') expect(struckUnit?.struckAt).not.toBeNull()
    }
    await indexer.close()
  })
})

interface Struck {
  readonly kind: string
  readonly slashedGwei: string
  readonly bountyGwei: string
  readonly givenGwei: string
  readonly struckInference: { readonly stands: boolean; readonly status: string } | null
  readonly struckUnit: { readonly struckAt: number | null } | null
  readonly culprit: { readonly id: string; readonly slashedGwei: string }
}
