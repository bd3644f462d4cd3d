import { concat, type Hex, keccak256, numberToHex, stringToHex } from 'viem'
import type { Block } from '../block.ts'
import type { Chain } from '../chains.ts'
import type { Header } from './header.ts'
import type { Receipt } from './receipt.ts'

/**
 * The receipts that the header's receiptsRoot covers, of those that a node gives, in the order of
 * their transactions. Polygon's nodes append one of a state sync, under a hash that follows from the
 * block, and no header commits to it or to its logs.
 */
export function receiptsInTrie(header: Header, receipts: readonly Receipt[]): readonly Receipt[] {
  if (header.chain.receipts !== 'polygon') return inOrder(header, receipts)
  const stateSync = stateSyncHash(header)
  const covered = receipts.filter(({ transactionHash }) => transactionHash !== stateSync)
  return inOrder(header, covered)
}

/** Those of all transactions in their order, which nodes keep as a rule; anything else as it was given. */
function inOrder({ transactions }: Header, receipts: readonly Receipt[]): readonly Receipt[] {
  if (receipts.length !== transactions.length) return receipts
  if (receipts.every(({ transactionHash }, i) => transactionHash === transactions[i])) return receipts
  const byHash = new Map(receipts.map((receipt) => [receipt.transactionHash, receipt]))
  const ordered = transactions.map((hash) => byHash.get(hash)).filter((receipt) => receipt !== undefined)
  return ordered.length === receipts.length ? ordered : receipts
}

/** The transactions that the header's tries cover, of those that a node gives. */
export function transactionsInTrie(
  chain: Chain,
  block: Pick<Block, 'number' | 'hash'>,
  transactions: readonly Hex[],
): readonly Hex[] {
  if (chain.receipts !== 'polygon') return transactions
  const stateSync = stateSyncHash(block)
  return transactions.filter((hash) => hash !== stateSync)
}

/** Whether a receipt may stand in that place: it is of the block's transaction there. */
export function isInItsPlace({ chain, hash, transactions }: Header, { transactionHash }: Receipt, i: number): boolean {
  if (transactionHash === transactions[i]) return true
  // Celo as an L1 had one of the calls outside transactions, under the block's own hash.
  return chain.receipts === 'celo' && i === transactions.length && transactionHash === hash
}

function stateSyncHash({ number, hash }: Pick<Block, 'number' | 'hash'>): Hex {
  return keccak256(concat([stringToHex('matic-bor-receipt-'), numberToHex(number, { size: 8 }), hash]))
}
