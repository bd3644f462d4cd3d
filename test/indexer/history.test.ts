import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifications } from '../../indexer/sync/verify/verification.ts'
import { bondOfModel } from '../../sdk/bond.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'
import { strings, total } from './support/amounts.ts'
import { ask } from './support/ask.ts'
import { coversEveryBlockOnce } from './support/coverage.ts'
import { digestOf } from './support/digest.ts'
import { askEverything, type Items } from './support/everything.ts'
import { indexTo } from './support/indexing.ts'
import { randomOf } from './support/random.ts'
import { type Setting, startSetting } from './support/setting.ts'

/** Many histories are filled, on databases that share the machine with the chain. */
const SLOW_MS = 600_000

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
      const { ledger, postgres, story } = setting
      const seed = Date.now() % 2 ** 32
      onTestFailed(() => console.error(`The ranges were drawn from the seed ${seed}`))
      const random = randomOf(seed)
      const live = await postgres.newDatabase()
      const follower = await indexTo(ledger, live, { maxRange: 3, transfers: true })
      await story.tell(120)
      await follower.closeAtHead()
      const expected = await digestOf(live)
      for (const told of ['inference', 'reward_claimed', 'record_voided', 'transfer', 'account_total']) {
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

  it('holds what goes wrong: strikes, demands, appeals and ratings', async () => {
    const { ledger, postgres, story } = setting
    const indexer = await indexTo(ledger, await postgres.newDatabase())
    const untold = async () => {
      await indexer.atHead()
      const told = await ask<Readonly<Record<string, { totalCount: number }>>>(
        indexer.url,
        `{ demands { totalCount } appeals { totalCount } ratings { totalCount } evaluations { totalCount } bonds { totalCount }
           challenges { totalCount } bondRules { totalCount } courtTerms { totalCount } recordingSwitches { totalCount }
           payoutProposals { totalCount } shareClaims { totalCount } authorities { totalCount }
           struck: strikes(where: { kind: Record }) { totalCount } shown: demands(where: { status: Shown }) { totalCount } }`,
      )
      return Object.entries(told).filter(([, { totalCount }]) => totalCount === 0)
    }
    for (let chapter = 0; chapter < 12 && (await untold()).length > 0; chapter++) await story.tell(20)
    expect(await untold()).toEqual([])

    const { strikes } = await ask<{ strikes: Items<Struck> }>(
      indexer.url,
      `{ strikes(where: { kind: Record }, limit: 500) {
           items { batch position fault challenger refundedGwei slashedGwei bountyGwei block
             struckInference { stands feeGwei voided { fault challenger block } recordedBatch { voidedCount } } } } }`,
    )
    for (const { fault, challenger, block, refundedGwei, slashedGwei, bountyGwei, struckInference } of strikes.items) {
      expect(struckInference).toMatchObject({
        stands: false,
        feeGwei: refundedGwei,
        voided: { fault, challenger, block },
      })
      expect(struckInference.recordedBatch.voidedCount).toBeGreaterThan(0)
      expect(BigInt(bountyGwei) * 2n).toBeLessThanOrEqual(BigInt(slashedGwei))
    }
    await indexer.close()
  })

  it('says of every account, tab, bond, record and contribution what the contracts say', async () => {
    const { ledger, postgres, story } = setting
    const { reader, contracts } = ledger.connection
    await story.tell(30)
    const indexer = await indexTo(ledger, await postgres.newDatabase())
    await indexer.atHead()

    const found = await askEverything(indexer.url)
    await indexer.close()

    for (const account of found.accounts.items) {
      const args = [account.id] as const
      const [matured, pending] = await reader.readContract({ ...contracts.ledger, functionName: 'earningsOf', args })
      const payout = await reader.readContract({ ...contracts.accounts, functionName: 'payoutOf', args })
      expect(account).toEqual({
        id: account.id,
        payout: payout.toLowerCase(),
        maturedGwei: `${matured}`,
        pendingGwei: `${pending}`,
      })
    }
    expect(found.tabs.items.length).toBeGreaterThan(0)
    for (const tab of found.tabs.items) {
      const args = [tab.payer, tab.operator] as const
      const onChain = await reader.readContract({ ...contracts.ledger, functionName: 'tabOf', args })
      expect(tab).toEqual({
        payer: tab.payer,
        operator: tab.operator,
        balanceGwei: `${onChain.balanceGwei}`,
        maxFeeGwei: `${onChain.maxFeeGwei}`,
        leavingGwei: `${onChain.leavingGwei}`,
        leavesAt: onChain.leavesAt,
      })
    }
    for (const { id, ...bond } of found.bonds.items) {
      const args = [BigInt(id)] as const
      const onChain = await reader.readContract({ ...contracts.ledger, functionName: 'bondStateOf', args })
      const required = await reader.readContract({
        ...contracts.ledger,
        functionName: 'requiredBondOf',
        args: [...args, 0n],
      })
      const { isStopped: stopped, leavesAt, frozenUntil, ...amounts } = onChain
      expect({ id, ...bond }).toEqual({
        id,
        ...strings(amounts),
        leavesAt,
        frozenUntil,
        stopped,
        requiredGwei: `${required}`,
      })
    }
    expect(found.inferences.pageInfo.hasNextPage).toBe(false)
    for (const { batch, position, stands } of found.inferences.items) {
      const args = [BigInt(batch), BigInt(position)] as const
      expect(await reader.readContract({ ...contracts.ledger, functionName: 'isVoided', args })).toBe(!stands)
    }
    for (const { model, row, demander, dueAt, feeGwei, status } of found.demands.items) {
      const args = [model, row] as const
      const onChain = await reader.readContract({ ...contracts.court, functionName: 'demandOf', args })
      const open = { demander, dueAt, feeGwei: BigInt(feeGwei), isShown: status === 'Shown' }
      expect(onChain).toEqual(status === 'Withheld' ? { demander: 0, dueAt: 0, feeGwei: 0n, isShown: false } : open)
    }
    for (const { id, appellant, accused, dueAt, stakeGwei, status } of found.appeals.items) {
      const onChain = await reader.readContract({ ...contracts.court, functionName: 'appealOf', args: [BigInt(id)] })
      const open = { appellant, accused, dueAt, stakeGwei: BigInt(stakeGwei) }
      expect(onChain).toMatchObject(status === 'Open' ? open : { appellant: 0, stakeGwei: 0n })
    }
    for (const { id, stopped, ratingCount, ratingStars } of found.models.items) {
      const rating = await reader.readContract({ ...contracts.evaluations, functionName: 'ratingOf', args: [id] })
      expect({ count: BigInt(ratingCount), stars: BigInt(ratingStars) }).toEqual(rating)
      const args = [bondOfModel(id)] as const
      const bond = await reader.readContract({ ...contracts.ledger, functionName: 'bondStateOf', args })
      expect(bond.isStopped).toBe(stopped)
    }
    const { minimumGwei, ...rule } = await reader.readContract({ ...contracts.ledger, functionName: 'bondRule' })
    expect(found.bondRules.items).toEqual([{ ...rule, minimumGwei: `${minimumGwei}` }])
    const { demandFeeGwei, appealStakeGwei, ...terms } = await reader.readContract({
      ...contracts.court,
      functionName: 'terms',
    })
    expect(found.courtTerms.items).toEqual([{ ...terms, ...strings({ demandFeeGwei, appealStakeGwei }) }])

    const unburnt =
      total(found.bondMoves.items, 'amountGwei') -
      total(found.bondMoves.items, 'bountyGwei') -
      total(found.burns.items, 'amountGwei')
    expect(await reader.readContract({ ...contracts.ledger, functionName: 'unburntGwei' })).toBe(unburnt)
    const held =
      total(found.accounts.items, 'maturedGwei', 'pendingGwei') +
      total(found.tabs.items, 'balanceGwei') +
      total(found.bonds.items, 'balanceGwei', 'stakedGwei') +
      unburnt
    const args = [contracts.ledger.address] as const
    const balance = await reader.readContract({ ...contracts.openToken, functionName: 'balanceOf', args })
    expect(balance).toBe(held * WEI_PER_GWEI)

    const statuses = ['None', 'Submitted', 'Accepted', 'Rejected', 'Withdrawn']
    for (const { id, status, acceptedAt, withdrawnAt } of found.contributions.items) {
      const onChain = await reader.readContract({ ...contracts.datasets, functionName: 'contributionOf', args: [id] })
      expect({ status, acceptedAt: acceptedAt ?? 0, withdrawnAt: withdrawnAt ?? 0 }).toEqual({
        status: statuses[onChain.status],
        acceptedAt: onChain.acceptedAt,
        withdrawnAt: onChain.withdrawnAt,
      })
    }
    for (const { id, curator, ...counts } of found.datasets.items) {
      const onChain = await reader.readContract({ ...contracts.datasets, functionName: 'datasetOf', args: [id] })
      expect({ curator, ...counts }).toEqual({ ...onChain, curator: onChain.curator.toLowerCase() })
    }
    expect(total(found.pools.items, 'claimedGwei')).toBeGreaterThan(0n)
    for (const { id, shares, ...pool } of found.pools.items) {
      const { wallet, ...state } = await reader.readContract({
        ...contracts.pools,
        functionName: 'stateOf',
        args: [id],
      })
      expect(pool).toEqual({ wallet: wallet.toLowerCase(), ...strings(state) })
      for (const { contribution, claimableGwei, claimedGwei } of shares.items) {
        const args = [id, contribution] as const
        const share = await reader.readContract({ ...contracts.pools, functionName: 'shareOf', args })
        expect([claimableGwei, claimedGwei]).toEqual(share.map(String))
      }
    }
    for (const version of found.versions.items) {
      expect(version.contributions.totalCount).toBe(version.contributionCount)
      const args = [BigInt(version.id)] as const
      const { itemCount } = await reader.readContract({ ...contracts.datasets, functionName: 'versionOf', args })
      expect(version.itemCount).toBe(`${itemCount}`)
      for (const { id } of version.contributions.items) {
        const args = [BigInt(version.id), id] as const
        expect(await reader.readContract({ ...contracts.datasets, functionName: 'includes', args })).toBe(true)
      }
    }
  })
})

interface Struck {
  readonly fault: string
  readonly challenger: number
  readonly block: number
  readonly refundedGwei: string
  readonly slashedGwei: string
  readonly bountyGwei: string
  readonly struckInference: { readonly recordedBatch: { readonly voidedCount: number } }
}
