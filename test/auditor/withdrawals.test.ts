import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { hexToBytes } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { proofOf, rootOf, verifyProof } from '../../attribution/merkle.ts'
import { readTimedFacts } from '../../auditor/documents/readRecord.ts'
import { type Withdrawal, withdrawalsIn, withdrawalTables } from '../../auditor/documents/withdrawals.ts'
import { connectNode } from '../../chain/node/node.ts'
import { ensureContribution } from '../../pipeline/publish/contribute.ts'
import { ensureCommitment } from '../../pipeline/publish/items.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { itemContent, itemHash, itemLeaf, itemsTree } from '../../sdk/contribution.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { beginScenario, tellOfABook } from '../support/scenario.ts'

describe('withdrawn consent', () => {
  let ledger: LocalLedger
  let found: readonly Withdrawal[]

  beforeAll(async () => {
    ledger = await startLocalLedger(4)
    const { connection, wallets, walletOf, rpcUrl, deployment } = ledger
    const { reader, contracts, fromBlock } = connection
    const scenario = await beginScenario(ledger, 16)
    await tellOfABook(scenario)
    const submitted = { ...contracts.datasets, eventName: 'ContributionSubmitted', fromBlock, strict: true } as const
    // Everybody withdraws everything, between two books.
    for (const { args } of await reader.getContractEvents(submitted)) {
      const payout = await reader.readContract({
        ...contracts.accounts,
        functionName: 'payoutOf',
        args: [args.contributor],
      })
      const holder = wallets.contributors.find(({ address }) => address === payout)
      if (holder === undefined) throw new Error('Contributors have a wallet')
      await transact(reader, walletOf(holder), callTo(contracts.datasets, 'withdrawConsent', [args.contribution]))
    }
    await tellOfABook(scenario)
    const node = connectNode(rpcUrl, { chainId: deployment.chainId })
    const asked = { node, deployment, head: await node.latest(), signal: new AbortController().signal }
    found = withdrawalsIn(await readTimedFacts(asked, withdrawalTables))
  })
  afterAll(() => ledger?.stop())

  it('names each model that goes on paying, and what it paid before and after', async () => {
    const uses = found.flatMap(({ uses: all }) => all)
    expect(uses.some(({ paidBeforeGwei }) => paidBeforeGwei > 0n)).toBe(true)
    expect(uses.some(({ paidAfterGwei }) => paidAfterGwei > 0n)).toBe(true)
    for (const { withdrawnAt, uses: of } of found)
      for (const { since, keptRows } of of) {
        expect(since).toBeLessThanOrEqual(withdrawnAt)
        expect(keptRows).toBeGreaterThan(0n)
      }
  })

  it('accounts for all that units were paid, but for what a joint unit’s division leaves', async () => {
    const { reader, contracts, fromBlock } = ledger.connection
    const settled = { ...contracts.settlement, eventName: 'BookSettled', fromBlock, strict: true } as const
    const books = await reader.getContractEvents(settled)
    const paid = books.reduce((sum, { args }) => sum + args.contributorsGwei, 0n)
    const told = found
      .flatMap(({ uses }) => uses)
      .reduce((sum, { paidBeforeGwei, paidAfterGwei }) => sum + paidBeforeGwei + paidAfterGwei, 0n)
    expect(paid).toBeGreaterThan(0n)
    expect(told).toBeLessThanOrEqual(paid)
    expect(paid - told).toBeLessThan(1_000n)
  })

  it('erases items with their salts, and leaves every proof valid', async () => {
    const { connection, wallets, walletOf, folder } = ledger
    const [holder] = wallets.contributors
    const items = Array.from({ length: 11 }, (_, i) => ({ label: 'ham', text: `a private text, ${i}` }))
    const commitment = ensureCommitment(join(folder, 'private.json'), items, () => randomBytes(32))
    const wallet = walletOf(holder as NonNullable<typeof holder>)
    const { contribution } = await ensureContribution(connection, wallet, 1, commitment)

    // What is left once salts and texts are deleted.
    const erased = commitment.items.map(({ itemHash: hash }) => hash)
    const tree = itemsTree(erased)
    const { contracts, reader, fromBlock } = connection
    const args = { contribution }
    const query = { ...contracts.datasets, eventName: 'ContributionSubmitted', args, fromBlock, strict: true } as const
    const [submitted] = await reader.getContractEvents(query)
    expect(rootOf(tree)).toBe(submitted?.args.itemsRoot)
    for (const [i, hash] of erased.entries())
      expect(verifyProof(rootOf(tree), itemLeaf(hash), proofOf(tree, i))).toBe(true)
    // And who guesses the text still cannot tell that it was there.
    for (const [i, item] of items.entries()) {
      const guessed = itemHash(`0x${Buffer.from(randomBytes(32)).toString('hex')}`, itemContent(item))
      expect(hexToBytes(guessed)).not.toEqual(hexToBytes(erased[i] as `0x${string}`))
    }
  })
})
