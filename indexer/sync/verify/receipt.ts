// A transaction's receipt as its block's receipts trie holds it: Yellow Paper 4.3.1 and EIP-2718.
//
//   payload = rlp([status, cumulativeGasUsed, logsBloom, [[address, topics, data], …]])
//   receipt = payload (legacy)  or  type ‖ payload (2930, 1559, 4844, 7702 and whatever follows them)
//
// Before Byzantium the state's root stands in the place of the status. Deposits of the OP stack add depositNonce and
// depositReceiptVersion; before Canyon nodes told a nonce that the trie left out, and no version tells these apart.

import { type Address, type Hex, toRlp } from 'viem'
import { bytesOf, scalarBytes } from './bytes.ts'

export interface ReceiptLog {
  readonly address: Address
  readonly topics: readonly Hex[]
  readonly data: Hex
}

export interface Receipt {
  readonly type: number
  readonly blockHash: Hex
  readonly transactionHash: Hex
  /** 1 for success; before Byzantium a receipt has a root instead. */
  readonly status?: bigint | undefined
  readonly root?: Hex | undefined
  /** By this transaction and all before it in the block. */
  readonly cumulativeGasUsed: bigint
  readonly logsBloom: Hex
  readonly logs: readonly ReceiptLog[]
  readonly depositNonce?: bigint | undefined
  readonly depositReceiptVersion?: bigint | undefined
}

const LEGACY = 0
const DEPOSIT = 0x7e

/** The bytes under a receipt's key in the trie. */
export function encodeReceipt(receipt: Receipt): Uint8Array {
  const { type, status, root, cumulativeGasUsed, logsBloom, logs } = receipt
  const payload = toRlp(
    [
      status === undefined && root !== undefined ? bytesOf(root) : scalarBytes(status ?? 0n),
      scalarBytes(cumulativeGasUsed),
      bytesOf(logsBloom),
      logs.map(({ address, topics, data }) => [bytesOf(address), topics.map(bytesOf), bytesOf(data)]),
      ...(type === DEPOSIT ? depositFields(receipt) : []),
    ],
    'bytes',
  )
  return type === LEGACY ? payload : Buffer.concat([Uint8Array.of(type), payload])
}

function depositFields({ depositNonce, depositReceiptVersion }: Receipt): readonly Uint8Array[] {
  if (depositReceiptVersion === undefined) return []
  return [scalarBytes(depositNonce ?? 0n), scalarBytes(depositReceiptVersion)]
}
