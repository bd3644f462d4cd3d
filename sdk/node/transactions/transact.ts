import type { TransactionReceipt } from 'viem'
import type { Reader, Wallet } from '../../chain.ts'
import { type ContractCall, estimate, requireSuccess } from '../../contractCall.ts'
import { memoryJournal } from './journal.ts'
import { sendPlan } from './send.ts'

const POLL_MS = 50
const PATIENCE_MS = 120_000

/** Signs, sends and waits; a refusal by the contract becomes one sentence with the error's name and numbers. */
export async function transact(reader: Reader, wallet: Wallet, call: ContractCall): Promise<TransactionReceipt> {
  const { account } = wallet
  if (account.type !== 'local') return await signedByNode(reader, wallet, call)
  const effect = `${call.contract}.${call.name}`
  const plan = { intent: effect, transactions: [{ call, effect }], spendsWei: 0n }
  const [receipt] = await sendPlan(plan, { reader, account, journal: memoryJournal(), pollMs: POLL_MS })
  return receipt as TransactionReceipt
}

/** For accounts whose keys the node holds: what it signs is known only once it answers. */
async function signedByNode(reader: Reader, wallet: Wallet, call: ContractCall): Promise<TransactionReceipt> {
  const { account, chain } = wallet
  const gas = await estimate(reader, account.address, call)
  const hash = await wallet.sendTransaction({ account, chain, to: call.to, data: call.data, gas })
  return requireSuccess(await reader.waitForTransactionReceipt({ hash, timeout: PATIENCE_MS }), call)
}
