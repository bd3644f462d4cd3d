import { getAddress, isAddress } from 'viem'
import type { Wallet } from '../sdk/chain.ts'
import type { Connection } from '../sdk/contracts.ts'
import { StopError } from '../sdk/errors.ts'
import { claimShares, type PoolShare, poolSharesOf } from '../sdk/poolShares.ts'
import { type Act, act, estimate, transact } from '../sdk/transact.ts'
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
Claims matured earnings, and shares of pools: what models whose contributors share equally have earned for them. With account
numbers: for those accounts, to their own payout addresses; anyone may do it and pays the gas. Without: for the signer's own
account.
  --to <address>       pay the signer's own earnings to another address; shares of pools go to its payout address all the same
${connectionUsage}
${sendUsage}`,
  options: { ...connectionOptions, to: { type: 'string' }, send: { type: 'boolean', default: false } },
  async run(values, positionals) {
    const connection = await openConnection(values)
    const wallet = openWallet(connection)
    const named = positionals.map((text) => wholeNumber('account', text, 1, 2 ** 32 - 1))
    if (values.to !== undefined && named.length > 0)
      throw new UsageError('--to pays out the signer’s own account; name no other.')
    if (values.to !== undefined && !isAddress(values.to))
      throw new UsageError(`--to takes an address, not "${values.to}"`)
    const accounts = named.length > 0 ? named : [await ownAccount(connection, wallet)]

    const owed = await Promise.all(accounts.map((account) => owedTo(connection, account)))
    for (const one of owed) process.stdout.write(tell(one))
    const calls = claims(connection, owed, values.to)
    for (const call of calls) announce(wallet.account.address, call)
    if (calls[0] !== undefined) await estimate(connection.reader, wallet.account.address, calls[0])
    if (!values.send) return announceDry()
    for (const call of calls) {
      const { blockNumber, gasUsed, transactionHash } = await transact(connection.reader, wallet, call)
      process.stdout.write(`Claimed in block ${blockNumber} with ${gasUsed} gas: ${transactionHash}\n`)
    }
  },
})

interface Owed {
  readonly account: number
  readonly maturedGwei: bigint
  readonly pendingGwei: bigint
  readonly shares: readonly PoolShare[]
}

async function owedTo(connection: Connection, account: number): Promise<Owed> {
  const { reader, contracts } = connection
  const [[maturedGwei, pendingGwei], shares] = await Promise.all([
    reader.readContract({ ...contracts.ledger, functionName: 'earningsOf', args: [account] }),
    poolSharesOf(connection, account),
  ])
  return { account, maturedGwei, pendingGwei, shares }
}

function tell({ account, maturedGwei, pendingGwei, shares }: Owed): string {
  const earnings = `Account ${account}: ${formatOpen(maturedGwei)} OPEN can be claimed, ${formatOpen(pendingGwei)} are pending.\n`
  const ofPools = shares.map(
    (share) =>
      `  and ${formatOpen(share.maturedGwei)} OPEN of pool ${share.pool} for contribution ${share.contribution}\n`,
  )
  return [earnings, ...ofPools].join('')
}

/**
 * The calls that pay all of it: earnings first, those of pools into their wallets with them, then the shares of each pool. Where
 * nothing is owed, the one that the Ledger refuses with its reason.
 */
function claims({ contracts }: Connection, owed: readonly Owed[], to: string | undefined): readonly Act[] {
  const { ledger, pools } = contracts
  const shares = owed.flatMap((one) => one.shares)
  const filled = shares.filter(({ claimableGwei, maturedGwei }) => maturedGwei > claimableGwei).map(({ pool }) => pool)
  const earning = owed
    .filter(({ maturedGwei }) => maturedGwei > 0n || shares.length === 0)
    .map(({ account }) => account)
  const own = to !== undefined && earning.length > 0 ? [act(ledger, 'claimTo', [getAddress(to)])] : []
  const claimants = [...new Set([...(to === undefined ? earning : []), ...filled])]
  const [only] = claimants
  const others =
    only === undefined
      ? []
      : [claimants.length === 1 ? act(ledger, 'claim', [only]) : act(ledger, 'claimMany', [claimants])]
  return [...own, ...others, ...claimShares(pools, shares)]
}

async function ownAccount({ reader, contracts }: Connection, wallet: Wallet): Promise<number> {
  const holder = wallet.account.address
  const account = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [holder] })
  if (account > 0) return account
  throw new StopError(`${holder} holds no account`, {}, 'Name the accounts to claim for, or sign with a holder’s key.')
}
