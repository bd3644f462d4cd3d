import type { EIP1193Provider } from '@nomicfoundation/ignition-core'
import { type Hex, hexToBigInt, hexToNumber, keccak256, type LocalAccount } from 'viem'
import type { Reader } from '../../sdk/chain.ts'
import type { Sent } from './sentLog.ts'

/**
 * What Ignition sends with: the node for questions, our own key for signatures, so that the node needs to hold none.
 *
 * Ignition notes a transaction's nonce before it sends, and its hash afterwards; if the line breaks in between, it cannot know what became of
 * it and refuses to go on for ever. We sign here, so we know the hash without the node: it is always noted, and a failure is reported at
 * the next question. A later run then finds the transaction, or sends it again.
 */
export function signingProvider(
  reader: Reader,
  account: LocalAccount,
  keep: (sent: Sent) => void = () => {},
): EIP1193Provider {
  let failure: unknown
  return {
    async request({ method, params }) {
      if (method === 'eth_accounts' || method === 'eth_requestAccounts') return [account.address]
      if (method === 'eth_sendTransaction') {
        const [asked] = params as readonly [AskedTransaction]
        const serializedTransaction = await sign(account, reader.chain.id, asked)
        const hash = keccak256(serializedTransaction)
        keep({ nonce: hexToNumber(asked.nonce), hash, raw: serializedTransaction, fees: feesOf(asked) })
        try {
          if (failure === undefined) await reader.sendRawTransaction({ serializedTransaction })
        } catch (error) {
          failure = error
        }
        return hash
      }
      if (failure !== undefined) throw failure
      return await reader.request({ method, params } as never)
    },
  }
}

function sign(account: LocalAccount, chainId: number, asked: AskedTransaction): Promise<Hex> {
  const transaction = {
    chainId,
    ...(asked.to !== undefined && { to: asked.to }),
    data: asked.data ?? '0x',
    value: asked.value === undefined ? 0n : hexToBigInt(asked.value),
    gas: hexToBigInt(asked.gas),
    nonce: hexToNumber(asked.nonce),
  }
  return asked.gasPrice === undefined
    ? account.signTransaction({
        ...transaction,
        type: 'eip1559',
        maxFeePerGas: hexToBigInt(asked.maxFeePerGas),
        maxPriorityFeePerGas: hexToBigInt(asked.maxPriorityFeePerGas),
      })
    : account.signTransaction({ ...transaction, type: 'legacy', gasPrice: hexToBigInt(asked.gasPrice) })
}

function feesOf({ gasPrice, ...asked }: AskedTransaction): Readonly<Record<string, string>> {
  if (gasPrice !== undefined) return { gasPrice: `${hexToBigInt(gasPrice)}` }
  const { maxFeePerGas, maxPriorityFeePerGas } = asked as Extract<AskedTransaction, { maxFeePerGas: Hex }>
  return {
    maxFeePerGas: `${hexToBigInt(maxFeePerGas)}`,
    maxPriorityFeePerGas: `${hexToBigInt(maxPriorityFeePerGas)}`,
  }
}

type AskedTransaction = {
  readonly to?: Hex
  readonly data?: Hex
  readonly value?: Hex
  readonly gas: Hex
  readonly nonce: Hex
} & (
  | { readonly gasPrice: Hex }
  | { readonly gasPrice?: undefined; readonly maxFeePerGas: Hex; readonly maxPriorityFeePerGas: Hex }
)
