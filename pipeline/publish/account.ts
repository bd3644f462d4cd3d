import type { Address } from 'viem'
import type { Wallet } from '../../sdk/chain.ts'
import { callTo, eventIn } from '../../sdk/contractCall.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'

/** The account of the wallet's holder, opened by that wallet if there is none yet. */
export async function ensureAccount({ reader, contracts }: Connection, wallet: Wallet): Promise<number> {
  const { accounts } = contracts
  const holder: Address = wallet.account.address
  const held = await reader.readContract({ ...accounts, functionName: 'accountOf', args: [holder] })
  if (held !== 0) return held
  const receipt = await transact(reader, wallet, callTo(accounts, 'open', [holder]))
  return eventIn(receipt, accounts, 'AccountOpened').account
}
