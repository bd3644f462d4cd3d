import {
  type Address,
  formatTransactionReceipt,
  numberToHex,
  type RpcTransactionReceipt,
  type TransactionReceipt,
} from 'viem'
import { type ContractCall, estimate } from '../../../sdk/contractCall.ts'
import type { Connection } from '../../../sdk/contracts.ts'

/** Sends as an unlocked account of the node, and answers as soon as the transaction is mined: thousands of them in a minute. */

const GAS = numberToHex(16_000_000)

export type Send = (from: Address, call: ContractCall) => Promise<TransactionReceipt>

export function sender({ reader }: Connection): Send {
  return async (from, call) => {
    const mined = (await reader.request({
      method: 'eth_sendTransactionSync',
      params: [{ from, to: call.to, data: call.data, gas: GAS }],
    } as never)) as RpcTransactionReceipt
    const receipt = formatTransactionReceipt(mined)
    if (receipt.status === 'success') return receipt
    // Says in a sentence why.
    await estimate(reader, from, call)
    throw new Error(`${call.contract}.${call.name} reverted`)
  }
}
