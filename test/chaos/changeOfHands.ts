import { callTo } from '../../sdk/contractCall.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import type { LocalLedger } from '../support/localLedger.ts'

/**
 * A dataset and an account pass into other hands and back again: the one thing that a scenario does not do, for anyone who acts in it
 * must keep their own.
 */
export async function changeHands({ connection, wallets, walletOf }: LocalLedger): Promise<void> {
  const { reader, contracts } = connection
  const { accounts, datasets } = contracts
  const [holder] = wallets.contributors
  if (holder === undefined) throw new Error('Nobody holds an account')
  const accountOf = { ...accounts, functionName: 'accountOf', args: [holder.address] } as const
  // A scenario need not have given them one.
  if ((await reader.readContract(accountOf)) === 0) {
    await transact(reader, walletOf(holder), callTo(accounts, 'open', [holder.address]))
  }
  const account = await reader.readContract(accountOf)
  for (const [from, to] of [
    [holder, wallets.curator],
    [wallets.curator, holder],
  ] as const) {
    await transact(reader, walletOf(from), callTo(accounts, 'proposePayout', [account, to.address]))
    await transact(reader, walletOf(to), callTo(accounts, 'acceptPayout', [account]))
  }
  for (const [from, to] of [
    [wallets.curator, wallets.owner],
    [wallets.owner, wallets.curator],
  ] as const) {
    await transact(reader, walletOf(from), callTo(datasets, 'proposeCurator', [1, to.address]))
    await transact(reader, walletOf(to), callTo(datasets, 'acceptCuration', [1]))
  }
}
