import { type Address, getAddress, isAddress, type TransactionReceipt } from 'viem'
import { modelsOf } from '../sdk/accountModels.ts'
import type { Wallet } from '../sdk/chain.ts'
import type { Connection } from '../sdk/contracts.ts'
import { StopError } from '../sdk/errors.ts'
import { type JointShare, jointSharesOf } from '../sdk/jointShares.ts'
import { type ContractCall, callTo, estimate } from '../sdk/node/contractCall.ts'
import { settleBook } from '../sdk/node/settleBook.ts'
import { transact } from '../sdk/node/transactions/transact.ts'
import { type PendingPay, pendingPay } from '../sdk/pendingPay.ts'
import { formatOpen } from '../sdk/units.ts'
import { runCommand, UsageError, wholeNumber } from './command.ts'
import {
  announce,
  announceDry,
  connectionOptions,
  connectionUsage,
  openConnection,
  openWallet,
  sendUsage,
} from './connection.ts'

await runCommand({
  usage: `npm run claim -- [account …] [options]
Claims earnings, and draws shares of joint units first. With account numbers: for those accounts, to their own payout addresses;
anyone may do it and pays the gas. Without: for the signer's own account. Says too what is pending, and from when it can be
settled.
  --to <address>       pay the signer's own earnings to another address
  --settle             settle books that are due and have a part for these accounts, before claiming
${connectionUsage}
${sendUsage}`,
  options: {
    ...connectionOptions,
    to: { type: 'string' },
    settle: { type: 'boolean', default: false },
    send: { type: 'boolean', default: false },
  },
  async run(values, positionals) {
    const connection = await openConnection(values)
    const wallet = openWallet(connection)
    const named = positionals.map((text) => wholeNumber('account', text, 1, 2 ** 32 - 1))
    if (values.to !== undefined && named.length > 0)
      throw new UsageError('--to pays out the signer’s own account; name no other.')
    if (values.to !== undefined && !isAddress(values.to))
      throw new UsageError(`--to takes an address, not "${values.to}"`)
    const accounts = named.length > 0 ? named : [await ownAccount(connection, wallet)]

    const before = await Promise.all(accounts.map((account) => owedTo(connection, account)))
    for (const one of before) process.stdout.write(tell(one))
    const due = values.settle
      ? distinctBooks(before.flatMap(({ pending }) => pending.filter(({ isDue }) => isDue)))
      : []
    for (const { key } of due) process.stdout.write(`Settles book ${key.number} of model ${key.model}.\n`)
    if (values.send) {
      for (const { model, key } of due) told('Settled', await settleBook(connection, wallet, model, key))
    }
    const owed = values.send && due.length > 0 ? await again(connection, accounts) : before
    const calls = claims(connection, owed, values.to)
    for (const call of calls) announce(wallet.account.address, call)
    if (calls[0] !== undefined && due.length === 0) await estimate(connection.reader, wallet.account.address, calls[0])
    if (!values.send) return announceDry()
    for (const call of calls) told('Claimed', [await transact(connection.reader, wallet, call)])
  },
})

interface Pending extends PendingPay {
  readonly isDue: boolean
  /** The same time as clocks on walls have it. */
  readonly from: Date
}

interface Owed {
  readonly account: number
  readonly claimableGwei: bigint
  readonly shares: readonly JointShare[]
  readonly pending: readonly Pending[]
}

async function owedTo(connection: Connection, account: number): Promise<Owed> {
  const { reader, contracts } = connection
  const args = [account] as const
  // Reverts with its reason where there is no such account.
  await reader.readContract({ ...contracts.accounts, functionName: 'payoutOf', args })
  const models = await modelsOf(connection, account)
  const [[earnedGwei, claimedGwei], shares, pending, time, { timestamp }] = await Promise.all([
    reader.readContract({ ...contracts.earnings, functionName: 'earningsOf', args }),
    jointSharesOf(connection, account, models),
    pendingPay(connection, account, models),
    reader.readContract({ ...contracts.clock, functionName: 'time' }),
    reader.getBlock(),
  ])
  return {
    account,
    claimableGwei: earnedGwei - claimedGwei,
    shares,
    pending: pending.map((one) => ({
      ...one,
      isDue: one.windowEnd <= time,
      from: new Date((one.windowEnd - time + Number(timestamp)) * 1_000),
    })),
  }
}

async function again(connection: Connection, accounts: readonly number[]): Promise<readonly Owed[]> {
  return await Promise.all(accounts.map((account) => owedTo(connection, account)))
}

function tell({ account, claimableGwei, shares, pending }: Owed): string {
  const drawn = shares.reduce((sum, { gwei }) => sum + gwei, 0n)
  const joint = drawn === 0n ? '' : `, ${formatOpen(drawn)} of them by drawing shares of joint units`
  const lines = [`Account ${account}: ${formatOpen(claimableGwei + drawn)} OPEN can be claimed${joint}.`]
  for (const { key, gwei, from, isDue, isOpen } of pending) {
    const when = isDue ? 'now' : `from ${from.toISOString()}${isOpen ? ' at the latest' : ''}`
    const book = `book ${key.number} of model ${key.model} at operator ${key.operator}`
    lines.push(`  ${formatOpen(gwei)} OPEN are pending in ${book}, which can be settled ${when}.`)
  }
  return `${lines.join('\n')}\n`
}

/** The calls that pay all of it. Where nothing is owed, the one that Earnings refuses with its reason. */
function claims({ contracts }: Connection, owed: readonly Owed[], to: string | undefined): readonly ContractCall[] {
  const { earnings } = contracts
  const shares = owed.flatMap((one) => one.shares).map(({ model, unit, member }) => ({ model, unit, member }))
  const draw = shares.length === 0 ? [] : [callTo(earnings, 'draw', [shares])]
  if (to !== undefined) return [...draw, callTo(earnings, 'claimTo', [getAddress(to) as Address])]
  const [first] = owed
  if (owed.length === 1 && first !== undefined) {
    return shares.length === 0
      ? [callTo(earnings, 'claim', [first.account])]
      : [callTo(earnings, 'claim', [first.account, shares])]
  }
  return [...draw, callTo(earnings, 'claimMany', [owed.map(({ account }) => account)])]
}

function distinctBooks(pending: readonly Pending[]): readonly Pending[] {
  return [...new Map(pending.map((one) => [JSON.stringify(one.key), one])).values()]
}

function told(what: string, receipts: readonly TransactionReceipt[]): void {
  for (const { blockNumber, gasUsed, transactionHash } of receipts) {
    process.stdout.write(`${what} in block ${blockNumber} with ${gasUsed} gas: ${transactionHash}\n`)
  }
}

async function ownAccount({ reader, contracts }: Connection, wallet: Wallet): Promise<number> {
  const holder = wallet.account.address
  const account = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [holder] })
  if (account > 0) return account
  throw new StopError(`${holder} holds no account`, {}, 'Name the accounts to claim for, or sign with a holder’s key.')
}
