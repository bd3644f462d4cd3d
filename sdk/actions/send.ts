import type { Hex, TransactionReceipt } from 'viem'
import { estimateGas, sendTransaction, waitForTransactionReceipt } from 'viem/actions'
import { type ContractCall, refusalOf, requireSuccess } from '../contractCall.ts'
import { checkChain, type OnDeployment, type SigningClient } from './client.ts'

/** What every action that sends takes beside what is its own. */
export interface Sending extends OnDeployment {
  /** Hears of each transaction's hash as soon as it is sent, before it is in a block. */
  readonly onSent?: ((hash: Hex) => void) | undefined
  /** Hears of the transaction that a wallet put in the place of the sent one, such as a faster twin, once it is in a block. */
  readonly onReplaced?: ((hash: Hex) => void) | undefined
}

/** Sends a call and waits for its block. A call that the contract would refuse is not sent: its error names the reason. */
export async function send(
  client: SigningClient,
  { deployment, onSent, onReplaced }: Sending,
  call: ContractCall,
): Promise<TransactionReceipt> {
  await checkChain(client, deployment)
  const { account } = client
  const gas = await gasOf(client, call)
  const hash = await sendTransaction(client, {
    account,
    chain: client.chain ?? null,
    to: call.to,
    data: call.data,
    gas,
  })
  onSent?.(hash)
  const receipt = await waitForTransactionReceipt(client, {
    hash,
    onReplaced: ({ transaction }) => onReplaced?.(transaction.hash),
  })
  return requireSuccess(receipt, call)
}

/** With a tenth to spare, as others may change what it costs. */
async function gasOf(client: SigningClient, { to, data, ...call }: ContractCall): Promise<bigint> {
  try {
    return ((await estimateGas(client, { account: client.account, to, data })) * 11n) / 10n
  } catch (error) {
    throw refusalOf(error, { to, data, ...call })
  }
}
