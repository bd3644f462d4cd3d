import { mkdtempSync, readdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestClient, http, type LocalAccount, parseEther } from 'viem'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { walletOn } from '../../../sdk/chain.ts'
import { callTo } from '../../../sdk/contractCall.ts'
import { dryRun } from '../../../sdk/node/transactions/dryRun.ts'
import { holdJournal } from '../../../sdk/node/transactions/journal.ts'
import type { Plan } from '../../../sdk/node/transactions/plan.ts'
import { type SendEvent, type SendOptions, sendPlan } from '../../../sdk/node/transactions/send.ts'
import { type LocalLedger, startLocalLedger } from '../../support/localLedger.ts'

describe('a plan of transactions', () => {
  let local: LocalLedger
  let account: LocalAccount
  let folder: string
  beforeAll(async () => {
    local = await startLocalLedger(1)
    account = local.wallets.deployer
  })
  afterAll(() => local.stop())
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'journal-'))
  })

  const node = () => {
    const { reader } = local.connection
    return createTestClient({
      mode: 'anvil',
      chain: reader.chain,
      transport: http(reader.chain.rpcUrls.default.http[0]),
    })
  }
  /** Approves and then burns from itself: the second fails without the first. */
  const planOf = (intent: string, wei: bigint): Plan => {
    const { openToken } = local.connection.contracts
    return {
      intent,
      spendsWei: wei,
      transactions: [
        { call: callTo(openToken, 'approve', [account.address, wei]), effect: 'Approve' },
        { call: callTo(openToken, 'burnFrom', [account.address, wei]), effect: 'Burn' },
      ],
    }
  }
  const supply = () =>
    local.connection.reader.readContract({ ...local.connection.contracts.openToken, functionName: 'totalSupply' })
  const send = async (plan: Plan, options: Partial<SendOptions> = {}) => {
    const { reader } = local.connection
    const journal = await holdJournal(folder, reader.chain.id, account.address)
    const events: SendEvent[] = []
    try {
      const receipts = await sendPlan(plan, {
        reader,
        account,
        journal,
        pollMs: 20,
        onEvent: (event) => events.push(event),
        ...options,
      })
      return { receipts, events }
    } finally {
      await journal.release()
    }
  }

  it('is shown with the gas of every transaction, each after those before it, before anything is sent', async () => {
    const before = await local.connection.reader.getTransactionCount({ address: account.address })
    const { transactions, feeWei } = await dryRun(planOf('burn', 5n), local.connection.reader, account.address)
    expect(transactions.map(({ effect }) => effect)).toEqual(['Approve', 'Burn'])
    expect(transactions.every(({ gas }) => gas !== null && gas > 20_000n)).toBe(true)
    expect(feeWei).toBeGreaterThan(0n)
    expect(await local.connection.reader.getTransactionCount({ address: account.address })).toBe(before)
  })

  it('is refused before it is sent where the contract would, nobody has code, or gas cannot be paid', async () => {
    const { reader, contracts } = local.connection
    const tooMuch = {
      ...planOf('burn', 5n),
      transactions: [planOf('', parseEther('2000000000')).transactions[1]],
    } as Plan
    await expect(dryRun(tooMuch, reader, account.address)).rejects.toThrow('ERC20InsufficientAllowance')
    const nowhere = { ...contracts.openToken, address: '0x00000000000000000000000000000000000000ff' } as const
    const lost = { intent: 'x', spendsWei: 0n, transactions: [{ call: callTo(nowhere, 'burn', [1n]), effect: '' }] }
    await expect(dryRun(lost, reader, account.address)).rejects.toThrow('There is no contract at')
    const poor = '0x00000000000000000000000000000000000000aa'
    const free = {
      intent: 'x',
      spendsWei: 0n,
      transactions: [{ call: callTo(contracts.openToken, 'approve', [account.address, 1n]), effect: '' }],
    }
    await expect(dryRun(free, reader, poor)).rejects.toThrow('cannot pay for gas')
  })

  it('is sent once, and leaves no journal behind', async () => {
    const before = await supply()
    const { receipts, events } = await send(planOf('burn 7', 7n))
    expect(receipts).toHaveLength(2)
    expect(before - (await supply())).toBe(7n)
    expect(events.map(({ kind }) => kind)).toEqual(['sent', 'mined', 'sent', 'mined'])
    expect(readdirSync(folder)).toEqual([])
  })

  it('that was cut short while it waited is gone on with, by a journal that only its owner reads', async () => {
    const before = await supply()
    await node().setAutomine(false)
    await expect(send(planOf('burn 9', 9n), { patienceMs: 60 })).rejects.toThrow('is not mined yet')
    const [file] = readdirSync(folder)
    expect(statSync(join(folder, file as string)).mode & 0o777).toBe(0o600)
    await node().setAutomine(true)
    await node().mine({ blocks: 1 })
    const { events } = await send(planOf('burn 9', 9n))
    expect(events.map(({ kind }) => kind)).toEqual(['resumed', 'sent', 'mined', 'sent', 'mined'])
    expect(before - (await supply())).toBe(9n)
  })

  it('that another command left open is seen through first', async () => {
    const before = await supply()
    await node().setAutomine(false)
    await expect(send(planOf('burn 11', 11n), { patienceMs: 60 })).rejects.toThrow('is not mined yet')
    await node().setAutomine(true)
    await node().mine({ blocks: 1 })
    await expect(send(planOf('burn 13', 13n))).rejects.toThrow('interrupted after 1 of its 2 transactions: burn 11')
    await send(planOf('burn 13', 13n))
    expect(before - (await supply())).toBe(13n)
  })

  it('is replaced for a higher fee at the same nonce where nobody mines it', async () => {
    const before = await supply()
    await node().setAutomine(false)
    const sending = send(planOf('burn 17', 17n), { stuckAfterMs: 100, patienceMs: 20_000 })
    setTimeout(
      () =>
        void node()
          .setAutomine(true)
          .then(() => node().mine({ blocks: 1 })),
      700,
    )
    const { events } = await sending
    expect(events.some(({ kind }) => kind === 'replaced')).toBe(true)
    expect(before - (await supply())).toBe(17n)
  })

  it('signed for a fee that no longer suffices is signed anew at the same nonce', async () => {
    const before = await supply()
    const { reader } = local.connection
    await node().setAutomine(false)
    await expect(send(planOf('burn 23', 23n), { patienceMs: 60 })).rejects.toThrow('is not mined yet')
    const [pending] = (await reader.getBlock({ blockTag: 'pending' })).transactions
    await node().dropTransaction({ hash: pending as `0x${string}` })
    await node().setNextBlockBaseFeePerGas({ baseFeePerGas: 50_000_000_000n })
    await node().setAutomine(true)
    await node().mine({ blocks: 1 })
    const { events } = await send(planOf('burn 23', 23n))
    expect(events.map(({ kind }) => kind)).toEqual(['resumed', 'sent', 'mined', 'sent', 'mined'])
    expect(before - (await supply())).toBe(23n)
  })

  it('that the contract refuses on the way is planned anew by the next run', async () => {
    const { openToken } = local.connection.contracts
    const refused = (wei: bigint) => {
      const [approve, burn] = planOf('too much', wei).transactions
      const everything = callTo(openToken, 'burnFrom', [account.address, 10n ** 30n])
      return { intent: 'too much', spendsWei: wei, transactions: [approve, { ...burn, call: everything }] } as Plan
    }
    await expect(send(refused(1n))).rejects.toThrow('OpenToken refuses burnFrom')
    expect(readdirSync(folder)).toEqual([])
  })

  it('whose transactions must lie blocks apart waits for them', async () => {
    const [approve, burn] = planOf('later', 3n).transactions
    const transactions = [approve, { ...burn, afterBlocks: 2 }] as Plan['transactions']
    const makeBlock = () => node().mine({ blocks: 1 })
    const { receipts } = await send({ intent: 'later', spendsWei: 3n, transactions }, { makeBlock })
    const [first, second] = receipts.map(({ blockNumber }) => blockNumber)
    expect((second as bigint) - (first as bigint)).toBeGreaterThanOrEqual(2n)
  })

  it('that was started twice at once is carried out by one of them', async () => {
    const { reader } = local.connection
    const asker = { intent: 'once', startedAtMs: Date.now() - 1 }
    const first = await holdJournal(folder, reader.chain.id, account.address, asker)
    const during = holdJournal(folder, reader.chain.id, account.address, asker)
    await expect(during).rejects.toThrow('was started twice at once (once)')
    await first.release()
    const after = holdJournal(folder, reader.chain.id, account.address, asker)
    await expect(after).rejects.toThrow('was started twice at once (once)')
    const typedAgain = { intent: 'once', startedAtMs: Date.now() + 1 }
    await (await holdJournal(folder, reader.chain.id, account.address, typedAgain)).release()
  })

  it('of one sender keeps another command of the same sender waiting', async () => {
    const { reader } = local.connection
    const first = await holdJournal(folder, reader.chain.id, account.address)
    const second = holdJournal(folder, reader.chain.id, account.address)
    await first.release()
    await (await second).release()
  })

  it('stops where something else took its nonce', async () => {
    const { reader } = local.connection
    await node().setAutomine(false)
    await expect(send(planOf('burn 19', 19n), { patienceMs: 60 })).rejects.toThrow('is not mined yet')
    const [pending] = (await reader.getBlock({ blockTag: 'pending' })).transactions
    await node().dropTransaction({ hash: pending as `0x${string}` })
    await node().setAutomine(true)
    const wallet = walletOn(reader, account)
    await wallet.sendTransaction({ account, chain: reader.chain, to: account.address, value: 1n })
    await expect(send(planOf('burn 19', 19n))).rejects.toThrow('took the place of')
  })
})
