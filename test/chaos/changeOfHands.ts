import { callTo } from '../../sdk/contractCall.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import type { LocalLedger } from '../support/localLedger.ts'

/**
 * A dataset and an account pass into other hands and back again: the one thing that a story does not tell, for anyone who acts in it
 * must keep their own.
 */
export async function changeHands({ connection, cast, walletOf }: LocalLedger): Promise<void> {
  const { reader, contracts } = connection
  const { accounts, datasets } = contracts
  const [holder] = cast.contributors
  if (holder === undefined) throw new Error('Nobody holds an account')
  const accountOf = { ...accounts, functionName: 'accountOf', args: [holder.address] } as const
  // A story need not have given them one.
  if ((await reader.readContract(accountOf)) === 0) {
    await transact(reader, walletOf(holder), callTo(accounts, 'open', [holder.address]))
  }
  const account = await reader.readContract(accountOf)
  for (const [from, to] of [
    [holder, cast.curator],
    [cast.curator, holder],
  ] as const) {
    await transact(reader, walletOf(from), callTo(accounts, 'proposePayout', [account, to.address]))
    await transact(reader, walletOf(to), callTo(accounts, 'acceptPayout', [account]))
  }
  for (const [from, to] of [
    [cast.curator, cast.owner],
    [cast.owner, cast.curator],
  ] as const) {
    await transact(reader, walletOf(from), callTo(datasets, 'proposeCurator', [1, to.address]))
    await transact(reader, walletOf(to), callTo(datasets, 'acceptCuration', [1]))
  }
}
