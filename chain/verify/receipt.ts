// A transaction's receipt as its block's receipts trie holds it: Yellow Paper 4.3.1 and EIP-2718.
//
//   payload = rlp([status, cumulativeGasUsed, logsBloom, [[address, topics, data], …]])
//   receipt = payload (legacy)  or  type ‖ payload (2930, 1559, 4844, 7702 and whatever follows them)
//
// Before Byzantium the state root replaces the status. Deposits of the OP stack add depositNonce
// and depositReceiptVersion. Before Canyon nodes gave a nonce that the trie left out, without a
// version: so a missing version means no nonce.

import type { Address, Hex } from 'viem'
import type { RlpWriter } from '../../sdk/rlp.ts'

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

/** Writes a receipt's bytes in the trie, the last field first, as RLP is written here. */
export function writeReceipt(rlp: RlpWriter, receipt: Receipt): void {
  const { type, status, root, cumulativeGasUsed, logsBloom, logs } = receipt
  const end = rlp.place()
  if (type === DEPOSIT) writeDepositFields(rlp, receipt)
  const endOfLogs = rlp.place()
  for (let i = logs.length - 1; i >= 0; i--) writeLog(rlp, logs[i] as ReceiptLog)
  rlp.closeList(endOfLogs)
  rlp.string(logsBloom)
  rlp.scalar(cumulativeGasUsed)
  if (status === undefined && root !== undefined) rlp.string(root)
  else rlp.scalar(status ?? 0n)
  rlp.closeList(end)
  if (type !== LEGACY) rlp.byte(type)
}

function writeLog(rlp: RlpWriter, { address, topics, data }: ReceiptLog): void {
  const end = rlp.place()
  rlp.string(data)
  const endOfTopics = rlp.place()
  for (let i = topics.length - 1; i >= 0; i--) rlp.string(topics[i] as Hex)
  rlp.closeList(endOfTopics)
  rlp.string(address)
  rlp.closeList(end)
}

function writeDepositFields(rlp: RlpWriter, { depositNonce, depositReceiptVersion }: Receipt): void {
  if (depositReceiptVersion === undefined) return
  rlp.scalar(depositReceiptVersion)
  rlp.scalar(depositNonce ?? 0n)
}
