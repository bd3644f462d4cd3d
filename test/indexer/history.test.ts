import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DatabaseLocation, openDatabase } from '../../indexer/store/database.ts'
import { historiesIn } from '../../indexer/store/histories.ts'
import type { Database } from '../../indexer/store/schema.ts'
import { type Verification, verifications } from '../../indexer/sync/verify/verification.ts'
import { bondOfModel } from '../../sdk/bond.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'
import type { LocalLedger } from '../scripts/localLedger.ts'
import { ask } from './support/ask.ts'
import { digestOf } from './support/digest.ts'
import { indexTo } from './support/indexing.ts'
import { randomOf } from './support/random.ts'
import { type Setting, startSetting } from './support/setting.ts'

/** Many histories are filled, on databases that share the machine with the chain. */
const SLOW_MS = 300_000

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
    async () => {
      const { ledger, postgres, story } = setting
      const random = randomOf(Date.now())
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

  it(
    'keeps totals that are the sums of its facts, as of every block',
    async () => {
      const { ledger, postgres } = setting
      const database = await postgres.newDatabase()
      await (await indexTo(ledger, database, { maxRange: 17 })).closeAtHead()
      const { rows } = await throughDoor(database, (db) =>
        sql<Readonly<Record<string, bigint>>>`
          select t.credited_gwei, t.bounties_gwei, t.claimed_gwei, t.newer_gwei, t.older_gwei, t.day,
            (select coalesce(sum(amount_gwei), 0) from credit c where c.account = t.account and c.block <= t.block)
              - (select coalesce(sum(amount_gwei), 0) from credit_taken_back c
                where c.account = t.account and c.block <= t.block) as credited_sum,
            (select coalesce(sum(bounty_gwei), 0) from bond_move m where m.beneficiary = t.account and m.block <= t.block)
              as bounties_sum,
            (select coalesce(sum(amount_gwei), 0) from reward_claimed c where c.account = t.account and c.block <= t.block)
              as claimed_sum,
            ${creditedIn(0)} as newer_sum, ${creditedIn(1)} as older_sum,
            (select b.timestamp / 86400 from block b where b.number = t.block) as day_of_block
          from account_total t`.execute(db),
      )
      expect(rows.length).toBeGreaterThan(50)
      for (const row of rows) {
        expect(row).toMatchObject({
          creditedSum: row.creditedGwei,
          bountiesSum: row.bountiesGwei,
          claimedSum: row.claimedGwei,
          newerSum: row.newerGwei,
          olderSum: row.olderGwei,
          dayOfBlock: row.day,
        })
      }
    },
    SLOW_MS,
  )

  it('tells day by day what adds up to its totals', async () => {
    const { ledger, postgres } = setting
    const indexer = await indexTo(ledger, await postgres.newDatabase())
    await indexer.atHead()
    const { accounts, models, datasets } = await ask<DayByDay>(
      indexer.url,
      `{ accounts(limit: 40) { items { creditedGwei bountiesGwei claimedGwei
           days(limit: 100) { items { creditedGwei bountiesGwei claimedGwei } } } }
         models(limit: 20) { items { inferenceCount voidedCount feesGwei
           days(limit: 100) { items { inferenceCount voidedCount feesGwei refundedGwei } } } }
         datasets(limit: 30) { items { contributionCount days(limit: 100) { items { submittedCount } } } } }`,
    )
    await indexer.close()
    for (const { days, ...ever } of accounts.items) {
      const sums = ['creditedGwei', 'bountiesGwei', 'claimedGwei'].map((name) => [name, `${total(days.items, name)}`])
      expect(Object.fromEntries(sums)).toEqual(ever)
    }
    for (const { days, ...ever } of models.items) {
      expect({
        inferenceCount: Number(total(days.items, 'inferenceCount')),
        voidedCount: Number(total(days.items, 'voidedCount')),
        feesGwei: `${total(days.items, 'feesGwei') - total(days.items, 'refundedGwei')}`,
      }).toEqual(ever)
    }
    for (const { days, contributionCount } of datasets.items) {
      expect(total(days.items, 'submittedCount')).toBe(BigInt(contributionCount))
    }
  })

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

  it('says the same of money as of any block as the contracts said then', async () => {
    const { ledger, postgres } = setting
    const { reader, contracts, fromBlock } = ledger.connection
    const indexer = await indexTo(ledger, await postgres.newDatabase())
    await indexer.atHead()
    const head = await reader.getBlockNumber()
    const voids = await reader.getContractEvents({ ...contracts.ledger, eventName: 'RecordVoided', fromBlock })
    const struck = voids.slice(-4).flatMap(({ blockNumber }) => [blockNumber - 1n, blockNumber])
    for (const blockNumber of [head / 2n, head - 9n, ...struck]) {
      const { accounts, bonds } = await ask<Money>(
        indexer.url,
        `query ($at: AsOfBlock) { accounts(limit: 500, block: $at) { items { id maturedGwei pendingGwei } }
           bonds(limit: 500, block: $at) { items { id balanceGwei exposureGwei } } }`,
        { at: { number: Number(blockNumber) } },
      )
      for (const { id, ...earnings } of accounts.items) {
        const read = { ...contracts.ledger, functionName: 'earningsOf', args: [id], blockNumber } as const
        const [maturedGwei, pendingGwei] = await reader.readContract(read)
        expect({ id, blockNumber, ...earnings }).toEqual({ id, blockNumber, ...strings({ maturedGwei, pendingGwei }) })
      }
      for (const { id, ...held } of bonds.items) {
        const read = { ...contracts.ledger, functionName: 'bondStateOf', args: [BigInt(id)], blockNumber } as const
        const { balanceGwei, exposureGwei } = await reader.readContract(read)
        expect({ id, blockNumber, ...held }).toEqual({ id, blockNumber, ...strings({ balanceGwei, exposureGwei }) })
      }
    }
    await indexer.close()
  })

  it('says of every account, tab, bond, record and contribution what the contracts say', async () => {
    const { ledger, postgres, story } = setting
    const { reader, contracts } = ledger.connection
    await story.tell(30)
    const indexer = await indexTo(ledger, await postgres.newDatabase())
    await indexer.atHead()

    const found = await ask<Everything>(
      indexer.url,
      `{ accounts(limit: 500) { items { id payout maturedGwei pendingGwei } }
         tabs(limit: 500) { items { payer operator balanceGwei maxFeeGwei leavingGwei leavesAt } }
         contributions(limit: 500) { items { id status acceptedAt withdrawnAt } }
         datasets(limit: 500) { items { id curator contributionCount acceptedCount versionCount } }
         versions(limit: 100) { items { id contributionCount itemCount contributions { items { id } totalCount } } }
         bonds(limit: 500) { items { id balanceGwei exposureGwei requiredGwei stakedGwei leavingGwei leavesAt frozenUntil stopped } }
         inferences(limit: 500) { items { batch position stands } pageInfo { hasNextPage } }
         demands(limit: 500) { items { model row demander dueAt feeGwei status } }
         appeals(limit: 500) { items { id appellant accused dueAt stakeGwei status } }
         models(limit: 500) { items { id stopped ratingCount ratingStars } }
         bondRules(orderBy: block, orderDirection: desc, limit: 1) { items { minimumGwei ratioBps bountyBps } }
         courtTerms(orderBy: block, orderDirection: desc, limit: 1) {
           items { demandFeeGwei demandSeconds appealStakeGwei rulingSeconds } }
         bondMoves(where: { kind: Slashed }, limit: 500) { items { amountGwei bountyGwei } }
         burns(limit: 500) { items { amountGwei } } }`,
    )
    const { pools } = await ask<{ pools: Items<FoundPool> }>(
      indexer.url,
      `{ pools(limit: 50) { items { id wallet itemCount receivedGwei claimedGwei
           shares(limit: 50) { items { contribution claimableGwei claimedGwei } } } } }`,
    )
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
    expect(total(pools.items, 'claimedGwei')).toBeGreaterThan(0n)
    for (const { id, shares, ...pool } of pools.items) {
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

  it(
    'keeps what it served and withdrew, and only ever adds to it',
    async () => {
      const { ledger, postgres, story } = setting
      const database = await postgres.newDatabase()
      const indexer = await indexTo(ledger, database, { pollMs: 10 })
      let kept: readonly RevertedBlock[] = []
      for (let round = 0; round < 4; round++) {
        await story.tell(6)
        await indexer.atHead()
        const served = await ask<Served>(indexer.url, SERVED)
        await ledger.connection.reader.request({ method: 'anvil_reorg', params: [5, []] } as never)
        await indexer.atHead()

        const { revertedBlocks } = await ask<{ revertedBlocks: Items<RevertedBlock> }>(indexer.url, REVERTED)
        const fresh = revertedBlocks.items.filter(({ hash }) => !kept.some((block) => block.hash === hash))
        expect(revertedBlocks.items).toEqual(expect.arrayContaining([...kept]))
        expect(fresh.map(({ number, hash }) => ({ number, hash }))).toEqual(served.blocks.items.toReversed())
        for (const { number, servedFromMs, revertedAtMs, facts } of fresh) {
          expect(servedFromMs).toBeLessThanOrEqual(revertedAtMs)
          const batches = facts.items.filter(({ table }) => table === 'batchRecorded').map(({ row }) => JSON.parse(row))
          const told = served.batches.items.filter(({ block }) => block === number)
          expect(batches.map(({ batch, root, feesGwei }) => ({ id: batch, root, feesGwei }))).toEqual(
            told.map(({ id, root, feesGwei }) => ({ id, root, feesGwei })),
          )
        }
        kept = revertedBlocks.items
      }
      expect(kept).toHaveLength(20)
      await indexer.closeAtHead()
      await coversEveryBlockOnce(database, ledger, 'receipts')
    },
    SLOW_MS,
  )
})

const SERVED = `{ blocks(orderBy: number, orderDirection: desc, limit: 5) { items { number hash } }
  batches(orderBy: id, orderDirection: desc, limit: 50) { items { id root feesGwei block } } }`

const REVERTED = `{ revertedBlocks(limit: 50) { items { number hash servedFromMs revertedAtMs
  facts(limit: 200) { items { table row } } } } }`

/** What was credited to the account of a total in its epoch, or in one before, less what was taken back. */
function creditedIn(epochsBefore: number) {
  const sum = (from: string) =>
    sql`(select coalesce(sum(amount_gwei), 0) from ${sql.table(from)} c
      where c.account = t.account and c.block <= t.block and c.epoch = t.epoch - ${epochsBefore})`
  return sql`${sum('credit')} - ${sum('credit_taken_back')}`
}

/** Reads the one history of a database. */
async function throughDoor<T>(location: DatabaseLocation, read: (db: Kysely<Database>) => Promise<T>): Promise<T> {
  const doors = await openDatabase(location)
  try {
    const [history] = await historiesIn(doors.reader('public'))
    return await read(doors.reader(history?.schema ?? 'public'))
  } finally {
    await doors.close()
  }
}

/** Every block from the first to the newest belongs to exactly one stretch, and all were verified in this way. */
async function coversEveryBlockOnce(
  location: DatabaseLocation,
  { deployment }: LocalLedger,
  verify: Verification = 'receipts',
): Promise<void> {
  const { stretches, blocks } = await throughDoor(location, async (db) => ({
    stretches: await db.selectFrom('stretch').selectAll().orderBy('first').execute(),
    blocks: await db.selectFrom('block').select('number').orderBy('number').execute(),
  }))
  const covered = stretches.flatMap(({ first, last }) =>
    Array.from({ length: Number(last - first) + 1 }, (_, i) => first + BigInt(i)),
  )
  expect(covered).toEqual(blocks.map(({ number }) => number))
  expect(covered[0]).toBe(BigInt(deployment.startBlock))
  expect(new Set(stretches.map(({ verdict }) => verdict))).toEqual(new Set([verify === 'off' ? 'told' : verify]))
}

/** Amounts as the API writes them. */
function strings(amounts: Readonly<Record<string, bigint>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, `${amount}`]))
}

/** The sum of some amounts of every item. */
function total<name extends string>(
  items: readonly Readonly<Record<name, string | number>>[],
  ...names: readonly name[]
): bigint {
  return items.flatMap((item) => names.map((name) => BigInt(item[name]))).reduce((sum, amount) => sum + amount, 0n)
}

interface DayByDay {
  readonly accounts: Items<{ readonly days: Items<Readonly<Record<string, string>>> }>
  readonly models: Items<{ readonly days: Items<Readonly<Record<string, string | number>>> }>
  readonly datasets: Items<{
    readonly contributionCount: number
    readonly days: Items<Readonly<Record<string, number>>>
  }>
}

interface Served {
  readonly blocks: Items<{ readonly number: number; readonly hash: string }>
  readonly batches: Items<{ id: string; root: string; feesGwei: string; block: number }>
}

interface RevertedBlock {
  readonly number: number
  readonly hash: string
  readonly servedFromMs: number
  readonly revertedAtMs: number
  readonly facts: Items<{ readonly table: string; readonly row: string }>
}

interface Money {
  readonly accounts: Items<{ id: number; maturedGwei: string; pendingGwei: string }>
  readonly bonds: Items<{ id: number; balanceGwei: string; exposureGwei: string }>
}

interface Struck {
  readonly fault: string
  readonly challenger: number
  readonly block: number
  readonly refundedGwei: string
  readonly slashedGwei: string
  readonly bountyGwei: string
  readonly struckInference: { readonly recordedBatch: { readonly voidedCount: number } }
}

interface FoundPool {
  readonly id: number
  readonly wallet: string
  readonly itemCount: string
  readonly receivedGwei: string
  readonly claimedGwei: string
  readonly shares: Items<{ contribution: `0x${string}`; claimableGwei: string; claimedGwei: string }>
}

interface Everything {
  readonly accounts: Items<{ id: number; payout: string; maturedGwei: string; pendingGwei: string }>
  readonly tabs: Items<{ payer: number; operator: number; balanceGwei: string }>
  readonly bonds: Items<{ id: number; balanceGwei: string; stakedGwei: string }>
  readonly inferences: Items<{ batch: string; position: number; stands: boolean }> & {
    readonly pageInfo: { readonly hasNextPage: boolean }
  }
  readonly demands: Items<{
    model: number
    row: number
    demander: number
    dueAt: number
    feeGwei: string
    status: string
  }>
  readonly appeals: Items<{
    id: string
    appellant: number
    accused: number
    dueAt: number
    stakeGwei: string
    status: string
  }>
  readonly models: Items<{ id: number; stopped: boolean; ratingCount: number; ratingStars: number }>
  readonly bondRules: Items<unknown>
  readonly courtTerms: Items<unknown>
  readonly bondMoves: Items<{ amountGwei: string; bountyGwei: string }>
  readonly burns: Items<{ amountGwei: string }>
  readonly contributions: Items<{ id: `0x${string}`; status: string; acceptedAt?: number; withdrawnAt?: number }>
  readonly datasets: Items<{ id: number; curator: string }>
  readonly versions: Items<{
    id: string
    contributionCount: number
    itemCount: string
    contributions: Items<{ id: `0x${string}` }> & { readonly totalCount: number }
  }>
}

interface Items<T> {
  readonly items: readonly T[]
}
