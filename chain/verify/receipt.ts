// A transaction's receipt as its block's receipts trie holds it: Yellow Paper 4.3.1 and EIP-2718.
//
//   payload = rlp([status, cumulativeGasUsed, logsBloom, [[address, topics, data], …]])
//   receipt = payload (legacy)  or  type ‖ payload (2930, 1559, 4844, 7702 and whatever follows them)
//
// Before Byzantium the state root replaces the status. Chains add fields of their own at the end:
//
//   OP stack  0x7e: depositNonce, depositReceiptVersion. Before Canyon nodes gave a nonce that the
//             trie left out, without a version: so a missing version means no nonce.
//   Scroll    0x7e: none, so that the chain decides, and not the type.
//   Celo      0x7b: baseFee, since it is an L2. As an L1 it had none, and nodes gave none.
//   Arbitrum  0x78, from before Nitro, goes without its type.

import type { Address, Hex } from 'viem'
import type { RlpWriter } from '../../sdk/rlp.ts'
import type { ReceiptRule } from '../chains.ts'

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
  /** In the currency that the transaction's fee was paid in. */
  readonly baseFee?: bigint | undefined
}

/** Writes a receipt's bytes in the trie, the last field first, as RLP is written here. */
export function writeReceipt(rlp: RlpWriter, receipt: Receipt, rule: ReceiptRule = 'op'): void {
  const { type, status, root, cumulativeGasUsed, logsBloom, logs } = receipt
  const end = rlp.place()
  writeOwnFields[rule](rlp, receipt)
  const endOfLogs = rlp.place()
  for (let i = logs.length - 1; i >= 0; i--) writeLog(rlp, logs[i] as ReceiptLog)
  rlp.closeList(endOfLogs)
  rlp.string(logsBloom)
  rlp.scalar(cumulativeGasUsed)
  if (status === undefined && root !== undefined) rlp.string(root)
  else rlp.scalar(status ?? 0n)
  rlp.closeList(end)
  const isUntyped = type === LEGACY || (type === CLASSIC && rule === 'arbitrum')
  if (!isUntyped) rlp.byte(type)
}

const LEGACY = 0
const DEPOSIT = 0x7e
const FEE_CURRENCY = 0x7b
/** What Arbitrum calls transactions from before Nitro. */
const CLASSIC = 0x78

type WriteFields = (rlp: RlpWriter, receipt: Receipt) => void

const nothing: WriteFields = () => {}

const writeDeposit: WriteFields = (rlp, { type, depositNonce, depositReceiptVersion }) => {
  if (type !== DEPOSIT || depositReceiptVersion === undefined) return
  rlp.scalar(depositReceiptVersion)
  rlp.scalar(depositNonce ?? 0n)
}

/** What follows the logs. */
const writeOwnFields: Readonly<Record<ReceiptRule, WriteFields>> = {
  standard: nothing,
  op: writeDeposit,
  arbitrum: nothing,
  polygon: nothing,
  celo: (rlp, receipt) => {
    writeDeposit(rlp, receipt)
    if (receipt.type === FEE_CURRENCY && receipt.baseFee !== undefined) rlp.scalar(receipt.baseFee)
  },
  scroll: nothing,
  none: nothing,
}

const ofEthereum = [0, 1, 2, 3, 4]

const knownTypes: Readonly<Record<ReceiptRule, ReadonlySet<number>>> = {
  standard: new Set(ofEthereum),
  op: new Set([...ofEthereum, DEPOSIT]),
  arbitrum: new Set([...ofEthereum, 0x64, 0x65, 0x66, 0x68, 0x69, 0x6a, CLASSIC]),
  polygon: new Set([...ofEthereum, 0x7f]),
  celo: new Set([...ofEthereum, FEE_CURRENCY, 0x7c, DEPOSIT]),
  scroll: new Set([...ofEthereum, DEPOSIT]),
  none: new Set(),
}

/** The types of receipts that a chain is not known to have. */
export function unknownTypes(rule: ReceiptRule, receipts: readonly Receipt[]): readonly number[] {
  return [...new Set(receipts.map(({ type }) => type))].filter((type) => !knownTypes[rule].has(type))
}

/** Nodes of Celo did not give it before celo-org/op-geth 347. */
export function lacksBaseFee(rule: ReceiptRule, receipts: readonly Receipt[]): boolean {
  return rule === 'celo' && receipts.some(({ type, baseFee }) => type === FEE_CURRENCY && baseFee === undefined)
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
