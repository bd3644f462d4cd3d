import { type Hex, sliceHex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getEarnings } from '../../sdk/actions/getEarnings.ts'
import { bookId } from '../../sdk/book.ts'
import { recordSize } from '../../sdk/record.ts'
import { ask } from '../support/ask.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { tellOfABook } from '../support/scenario.ts'
import { type Setting, startSetting } from '../support/setting.ts'

type Items<T> = { readonly items: readonly T[] }

describe('what wallets, dApps and auditors ask', () => {
  let setting: Setting
  let indexer: Indexing

  beforeAll(async () => {
    setting = await startSetting(513)
    await tellOfABook(setting.scenario)
    await setting.scenario.does('proposePayout', 'acceptPayout')
    await setting.scenario.play(80)
    await setting.scenario.does('recordBatch')
    indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase(), { pollMs: 1_000 })
    await indexer.atHead()
  })
  afterAll(async () => {
    await indexer?.close()
    await setting?.stop()
  })

  it('whose an address is, as Accounts says', async () => {
    const { reader, contracts } = setting.ledger.connection
    const { accounts, payoutRotations } = await ask<{
      accounts: Items<{ payout: Hex }>
      payoutRotations: Items<{ previous: Hex }>
    }>(indexer.url, '{ accounts(limit: 500) { items { payout } } payoutRotations { items { previous } } }')
    const addresses = [
      ...accounts.items.map(({ payout }) => payout),
      ...payoutRotations.items.map(({ previous }) => previous),
      `0x${'77'.repeat(20)}` as const,
    ]
    for (const payout of addresses) {
      const { accountByPayout: found } = await ask<{ accountByPayout: { accountId: number } | null }>(
        indexer.url,
        'query ($payout: Bytes!) { accountByPayout(payout: $payout) { accountId } }',
        { payout },
      )
      const args = [payout] as const
      const acting = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args })
      expect([payout, found?.accountId ?? 0]).toEqual([payout, acting])
    }
  })

  it('what an account earned by model and day, which sums to what it earned', async () => {
    const { accounts } = await ask<{
      accounts: Items<{ earnedGwei: string; bountyGwei: string; accountModelDays: Items<{ earnedGwei: string }> }>
    }>(
      indexer.url,
      '{ accounts(limit: 60) { items { earnedGwei bountyGwei accountModelDays(limit: 200) { items { earnedGwei } } } } }',
    )
    for (const { earnedGwei, bountyGwei, accountModelDays } of accounts.items) {
      const sum = accountModelDays.items.reduce((total, day) => total + BigInt(day.earnedGwei), 0n)
      expect(sum).toBe(BigInt(earnedGwei) - BigInt(bountyGwei))
    }
    expect(accounts.items.some(({ accountModelDays }) => accountModelDays.items.length > 0)).toBe(true)
  })

  it('who made a model good, best paid first, as its units were paid', async () => {
    const { models } = await ask<{
      models: Items<{
        modelContributors: Items<{ accountId: number; paidGwei: string; weight: string; unitCount: number }>
        units: Items<{ payeeId: number | null; receivedGwei: string; unitPayments: Items<{ weight: string | null }> }>
      }>
    }>(
      indexer.url,
      `{ models(where: { kind: FineTune }, limit: 5) { items {
         modelContributors(orderBy: paidGwei, orderDirection: desc, limit: 100) { items { accountId paidGwei weight unitCount } }
         units(limit: 60) { items { payeeId receivedGwei unitPayments(limit: 20) { items { weight } } } } } } }`,
    )
    expect(
      models.items.some(({ modelContributors }) => modelContributors.items.some(({ paidGwei }) => paidGwei !== '0')),
    ).toBe(true)
    for (const { modelContributors, units } of models.items) {
      const paid = modelContributors.items.map(({ paidGwei }) => BigInt(paidGwei))
      expect(paid).toEqual(paid.toSorted((a, b) => Number(b - a)))
      for (const { accountId, paidGwei, weight, unitCount } of modelContributors.items) {
        const own = units.items.filter(({ payeeId }) => payeeId === accountId)
        // The rest is its part of joint units.
        if (own.length !== unitCount) continue
        expect(BigInt(paidGwei)).toBe(own.reduce((sum, { receivedGwei }) => sum + BigInt(receivedGwei), 0n))
        const weights = own.flatMap(({ unitPayments }) => unitPayments.items.map((one) => BigInt(one.weight ?? 0)))
        expect(BigInt(weight)).toBeGreaterThanOrEqual(weights.reduce((sum, one) => sum + one, 0n))
      }
    }
  })

  it('what a unit helped less what it harmed, which weighs where it is above 0', async () => {
    const { books } = await ask<{
      books: Items<{ pay: { units: Items<{ weight: string | null; influence: string | null }> } }>
    }>(indexer.url, '{ books(limit: 20) { items { pay { units(limit: 100) { items { weight influence } } } } } }')
    const units = books.items.flatMap(({ pay }) => pay.units.items)
    const sketched = units.filter(({ weight }) => weight !== null)
    expect(sketched.length).toBeGreaterThan(0)
    for (const { weight, influence } of units) {
      expect(influence === null).toBe(weight === null)
      // One that was struck weighs nothing, whatever it did.
      if (weight !== '0') expect(weight).toBe(influence)
    }
  })

  it('from when a book can be settled, as the SDK says of what is pending', async () => {
    const { deployment, connection } = setting.ledger
    const { books } = await ask<{ books: Items<{ bookId: string; settleableAt: number; operatorId: number }> }>(
      indexer.url,
      '{ books(where: { NOT: { status: Settled } }, limit: 100) { items { bookId settleableAt operatorId } } }',
    )
    const operators = new Set(books.items.map(({ operatorId }) => operatorId))
    expect(operators.size).toBeGreaterThan(0)
    for (const account of operators) {
      const { pending } = await getEarnings(connection.reader, { deployment, account })
      expect(pending.length).toBeGreaterThan(0)
      for (const { book, from } of pending) {
        const found = books.items.find((one) => BigInt(one.bookId) === bookId(book))
        expect(found?.settleableAt).toBe(from)
      }
    }
  })

  it('a record’s bytes, as the Ledger emitted them', async () => {
    const { reader, contracts, fromBlock } = setting.ledger.connection
    const batches = await reader.getContractEvents({ ...contracts.ledger, eventName: 'BatchRecorded', fromBlock })
    const { inferences } = await ask<{
      inferences: Items<{ batchId: string; position: number; record: Hex; model: { sketched: boolean; dims: number } }>
    }>(indexer.url, '{ inferences(limit: 300) { items { batchId position record model { sketched dims } } } }')
    expect(inferences.items.length).toBeGreaterThan(0)
    for (const { batchId, position, record, model } of inferences.items) {
      const size = recordSize(model.sketched ? model.dims : 0)
      const told = batches.find(({ args }) => args.batch === BigInt(batchId))?.args.records ?? '0x'
      expect(record).toBe(sliceHex(told, position * size, (position + 1) * size))
    }
  })

  it('the token and the contracts, as they are on the chain', async () => {
    const { deployment, connection } = setting.ledger
    const { reader, contracts } = connection
    const [name, symbol, decimals] = await Promise.all(
      (['name', 'symbol', 'decimals'] as const).map((functionName) =>
        reader.readContract({ ...contracts.openToken, functionName }),
      ),
    )
    const found = await ask<{ deployment: object }>(
      indexer.url,
      '{ deployment { name chainId startBlock ledger earnings token { address name symbol decimals } } }',
    )
    expect(found.deployment).toEqual({
      name: deployment.name,
      chainId: deployment.chainId,
      startBlock: deployment.startBlock,
      ledger: deployment.contracts.ledger.toLowerCase(),
      earnings: deployment.contracts.earnings.toLowerCase(),
      token: { address: deployment.contracts.openToken.toLowerCase(), name, symbol, decimals },
    })
  })

  it('what is called so, in upper or lower case', async () => {
    const { models } = await ask<{ models: Items<{ id: string; name: string }> }>(
      indexer.url,
      '{ models(where: { name_is_null: false }, limit: 1) { items { id name } } }',
    )
    const { id, name } = models.items[0] ?? { id: '', name: '' }
    const { names } = await ask<{ names: Items<{ field: string; model: { id: string } | null }> }>(
      indexer.url,
      'query ($text: String) { names(where: { text_contains_nocase: $text }) { items { field model { id } } } }',
      { text: name.toUpperCase() },
    )
    expect(names.items).toContainEqual({ field: 'name', model: { id } })
  })
})
