import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { type Address, createTestClient, type Hex, http, parseEther } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { randomSource } from '../../attribution/random.ts'
import { bookId } from '../../sdk/book.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { ampleVouchers, drawCalls, recordLocalBatch } from './localBatches.ts'
import type { LocalLedger } from './localLedger.ts'
import { letOperate, openLocalChannel, registerLocalModel } from './localModel.ts'

/** Commands that move money, each to be run many times: every case has a signer of its own, and counts what it moved. */

export interface Case {
  readonly args: readonly string[]
  readonly key: Hex
  readonly address: Address
  /** Where its transactions are kept. */
  readonly state: string
  /** How much it moved, or how often. */
  readonly moved: () => Promise<bigint>
  /** The same of a run that nothing disturbed. */
  readonly once: bigint
}

export interface Breakable {
  readonly name: string
  /** So many cases there are at most. */
  readonly most: number
  readonly next: () => Promise<Case>
}

const OPEN = 10n ** 18n
const DAY = 86_400

/** @param books How many books there are to settle, each with calls of its own. */
export async function breakables(local: LocalLedger, books = 8): Promise<readonly Breakable[]> {
  const { connection, wallets, walletOf, rpcUrl } = local
  const { reader, contracts, fromBlock } = connection
  const node = createTestClient({ mode: 'anvil', chain: reader.chain, transport: http(rpcUrl) })
  const { model, operator, contributors } = await servedModel(local, books)

  /** Somebody new with coins for gas, and OPEN. */
  let funding: Promise<unknown> = Promise.resolve()
  const signer = async () => {
    const key = generatePrivateKey()
    const { address } = privateKeyToAccount(key)
    await node.setBalance({ address, value: parseEther('10') })
    // One after the other: they are all sent by the same account.
    const given = funding.then(() =>
      transact(reader, walletOf(wallets.deployer), callTo(contracts.openToken, 'transfer', [address, 20n * OPEN])),
    )
    funding = given
    await given
    return { key, address, state: mkdtempSync(join(local.folder, 'state-')) }
  }
  const openOf = async (address: Address) =>
    await reader.readContract({ ...contracts.openToken, functionName: 'balanceOf', args: [address] })
  const many = Number.POSITIVE_INFINITY
  let book = 0
  let claimed = 0
  return [
    {
      name: 'account open',
      most: many,
      next: async () => {
        const own = await signer()
        const args = { payout: own.address }
        const asked = { ...contracts.accounts, eventName: 'AccountOpened', args, fromBlock, strict: true } as const
        const moved = async () => BigInt((await reader.getContractEvents(asked)).length)
        return { ...own, args: ['account', 'open'], once: 1n, moved }
      },
    },
    {
      name: 'token send',
      most: many,
      next: async () => {
        const own = await signer()
        const to = privateKeyToAccount(generatePrivateKey()).address
        return { ...own, args: ['token', 'send', '5', to], once: 5n * OPEN, moved: () => openOf(to) }
      },
    },
    {
      name: 'bond deposit',
      most: many,
      next: async () => {
        const own = await signer()
        const args = ['bond', 'deposit', '3', '--account', `${operator}`]
        return { ...own, args, once: 3n * OPEN, moved: async () => 20n * OPEN - (await openOf(own.address)) }
      },
    },
    {
      name: 'channel open',
      most: many,
      next: async () => {
        const own = await signer()
        const named = ['--operator', `${operator}`, '--model', `${model}`, '--signer', own.address]
        const moved = async () => 20n * OPEN - (await openOf(own.address))
        return { ...own, args: ['channel', 'open', '4', ...named], once: 4n * OPEN, moved }
      },
    },
    {
      name: 'claim',
      most: contributors.length - 2,
      next: async () => {
        const own = await signer()
        const account = contributors[claimed++] as number
        const args = [account] as const
        const [earnedGwei] = await reader.readContract({ ...contracts.earnings, functionName: 'earningsOf', args })
        const payout = await reader.readContract({ ...contracts.accounts, functionName: 'payoutOf', args })
        const before = await openOf(payout)
        const moved = async () => (await openOf(payout)) - before
        return { ...own, args: ['claim', `${account}`], once: earnedGwei * 10n ** 9n, moved }
      },
    },
    {
      name: 'settle',
      most: books - 2,
      next: async () => {
        const own = await signer()
        const key = { model, operator, number: ++book }
        const settled = { book: bookId(key) }
        const asked = {
          ...contracts.settlement,
          eventName: 'BookSettled',
          args: settled,
          fromBlock,
          strict: true,
        } as const
        const moved = async () => BigInt((await reader.getContractEvents(asked)).length)
        // Of three pages, so that it can be broken off between two of them.
        const args = ['settle', `${model}/${operator}/${key.number}`, '--units', '10']
        return { ...own, args, once: 1n, moved }
      },
    },
  ]
}

/** A model with books that are due, and contributors who are paid by them. */
async function servedModel(local: LocalLedger, books: number) {
  const { model, contributions } = await registerLocalModel(local, { items: Array.from({ length: 12 }, () => 20) })
  const operator = await letOperate(local, model)
  const channels = [await openLocalChannel(local, { operator, model })]
  const recorder = { model, k: 64, channels }
  const next = randomSource(5)
  const vouchers = await ampleVouchers(local, channels)
  for (let number = 1; number <= books; number++) {
    const records = (await drawCalls(local, recorder, next, 8)).map(({ record }) => record)
    await recordLocalBatch(local, recorder, records, number === 1 ? vouchers : undefined)
    await local.passSeconds(1.01 * DAY)
  }
  await local.passSeconds(3 * DAY)
  return { model, operator, contributors: contributions.map(({ contributor }) => contributor) }
}
