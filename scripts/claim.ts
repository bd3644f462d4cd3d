import { getAddress, isAddress } from 'viem'
import type { Wallet } from '../sdk/chain.ts'
import type { Connection } from '../sdk/contracts.ts'
import { StopError } from '../sdk/errors.ts'
import { act, estimate, transact } from '../sdk/transact.ts'
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
Claims matured earnings. With account numbers: for those accounts, to their own payout addresses; anyone may do it and pays
the gas. Without: for the signer's own account.
  --to <address>       pay the signer's own earnings to another address
${connectionUsage}
${sendUsage}`,
  options: { ...connectionOptions, to: { type: 'string' }, send: { type: 'boolean', default: false } },
  async run(values, positionals) {
    const connection = await openConnection(values)
    const wallet = openWallet(connection)
    const { reader, contracts } = connection
    const { ledger } = contracts

    const named = positionals.map((text) => wholeNumber('account', text, 1, 2 ** 32 - 1))
    if (values.to !== undefined && named.length > 0)
      throw new UsageError('--to pays out the signer’s own account; name no other.')
    if (values.to !== undefined && !isAddress(values.to))
      throw new UsageError(`--to takes an address, not "${values.to}"`)
    const accounts = named.length > 0 ? named : [await ownAccount(connection, wallet)]

    for (const account of accounts) {
      const [maturedGwei, pendingGwei] = await reader.readContract({
        ...ledger,
        functionName: 'earningsOf',
        args: [account],
      })
      process.stdout.write(
        `Account ${account}: ${formatOpen(maturedGwei)} OPEN can be claimed, ${formatOpen(pendingGwei)} are pending.\n`,
      )
    }
    const [only] = accounts
    const call =
      values.to !== undefined
        ? act(ledger, 'claimTo', [getAddress(values.to)])
        : accounts.length === 1 && only !== undefined
          ? act(ledger, 'claim', [only])
          : act(ledger, 'claimMany', [accounts])
    announce(wallet.account.address, call)
    await estimate(reader, wallet.account.address, call)
    if (!values.send) return announceDry()
    const receipt = await transact(reader, wallet, call)
    process.stdout.write(
      `Claimed in block ${receipt.blockNumber} with ${receipt.gasUsed} gas: ${receipt.transactionHash}\n`,
    )
  },
})

async function ownAccount({ reader, contracts }: Connection, wallet: Wallet): Promise<number> {
  const holder = wallet.account.address
  const account = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [holder] })
  if (account > 0) return account
  throw new StopError(`${holder} holds no account`, {}, 'Name the accounts to claim for, or sign with a holder’s key.')
}
