import { randomBytes } from 'node:crypto'
import { bytesToHex, type Hex, type LocalAccount, type TransactionReceipt } from 'viem'
import { ensureBond } from '../../gateway/bond.ts'
import { ensureAccount } from '../../pipeline/publish/account.ts'
import { bondOfAccount } from '../../sdk/bond.ts'
import { commitAct } from '../../sdk/challenge.ts'
import type { ContractCall } from '../../sdk/contractCall.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import type { LocalLedger } from './localLedger.ts'

const ENOUGH = 100_000_000_000n

/** Makes a challenge as one has to be made: committed to, two blocks waited for, then sent. */
export async function challenge(
  local: LocalLedger,
  by: LocalAccount,
  callWith: (salt: Hex) => ContractCall,
): Promise<TransactionReceipt> {
  const { connection, walletOf } = local
  const { reader, contracts } = connection
  const wallet = walletOf(by)
  const account = await ensureAccount(connection, wallet)
  await ensureBond(connection, walletOf(local.wallets.deployer), bondOfAccount(account), ENOUGH)
  const call = callWith(bytesToHex(randomBytes(32)))
  await transact(reader, wallet, commitAct(contracts, by.address, call))
  await local.passSeconds(1)
  await local.passSeconds(1)
  return await transact(reader, wallet, call)
}
