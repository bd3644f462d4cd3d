import type { TransactionReceipt } from 'viem'
import type { Reader, Wallet } from '../../chain.ts'
import type { ContractCall } from '../../contractCall.ts'
import { StopError } from '../../errors.ts'
import { memoryJournal } from './journal.ts'
import { sendPlan } from './send.ts'

const POLL_MS = 50

/** Signs, sends and waits; a refusal by the contract becomes one sentence with the error's name and numbers. */
export async function transact(reader: Reader, wallet: Wallet, call: ContractCall): Promise<TransactionReceipt> {
  const { account } = wallet
  if (account.type !== 'local')
    throw new StopError(
      `The account ${account.address} cannot sign here`,
      {},
      'Give a local account, such as viem’s privateKeyToAccount makes.',
    )
  const effect = `${call.contract}.${call.name}`
  const plan = { intent: effect, transactions: [{ call, effect }], spendsWei: 0n }
  const [receipt] = await sendPlan(plan, { reader, account, journal: memoryJournal(), pollMs: POLL_MS })
  return receipt as TransactionReceipt
}
