import type { EIP1193Provider } from '@nomicfoundation/ignition-core'
import { type Account, type Hex, hexToBigInt, hexToNumber } from 'viem'
import type { Wallet } from '../../sdk/chain.ts'

/** What Ignition sends with: the node for questions, our own key for signatures, so that the node needs to hold none. */
export function signingProvider(wallet: Wallet): EIP1193Provider {
  return {
    async request({ method, params }) {
      if (method === 'eth_accounts' || method === 'eth_requestAccounts') return [wallet.account.address]
      if (method !== 'eth_sendTransaction') return await wallet.request({ method, params } as never)
      const [asked] = params as readonly [AskedTransaction]
      return await wallet.sendTransaction({
        account: wallet.account as Account,
        chain: wallet.chain,
        to: asked.to ?? null,
        data: asked.data ?? '0x',
        value: asked.value === undefined ? 0n : hexToBigInt(asked.value),
        gas: hexToBigInt(asked.gas),
        nonce: hexToNumber(asked.nonce),
        ...(asked.maxFeePerGas !== undefined &&
          asked.maxPriorityFeePerGas !== undefined && {
            maxFeePerGas: hexToBigInt(asked.maxFeePerGas),
            maxPriorityFeePerGas: hexToBigInt(asked.maxPriorityFeePerGas),
          }),
      })
    },
  }
}

interface AskedTransaction {
  readonly to?: Hex
  readonly data?: Hex
  readonly value?: Hex
  readonly gas: Hex
  readonly nonce: Hex
  readonly maxFeePerGas?: Hex
  readonly maxPriorityFeePerGas?: Hex
}
