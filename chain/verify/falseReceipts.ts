import type { Contradiction } from '../contradiction.ts'
import { isUnionOf } from './bloom.ts'
import type { Header } from './header.ts'
import { type Receipt, writeReceipt } from './receipt.ts'
import { orderedTrieRoot } from './trie.ts'

/**
 * What is wrong with a block's receipts: they must be those of its transactions, and hash to its
 * header's receiptsRoot. A log that was dropped, invented, moved or altered changes that root.
 */
export function falseReceipts(header: Header, receipts: readonly Receipt[]): Contradiction | undefined {
  const block = header.number
  for (const [i, { blockHash, transactionHash }] of receipts.entries()) {
    if (blockHash !== header.hash) {
      return { what: 'A receipt is of another block', facts: { block, receipt: BigInt(i), blockHash } }
    }
    if (transactionHash !== header.transactions[i]) {
      return {
        what: 'A receipt is not of the transaction in its place',
        facts: { block, receipt: BigInt(i), transactionHash },
      }
    }
  }
  const root = orderedTrieRoot(receipts.length, (rlp, i) => writeReceipt(rlp, receipts[i] as Receipt))
  if (root !== header.receiptsRoot) {
    return {
      what: 'The receipts of a block do not hash to what its header says',
      facts: {
        block,
        receipts: BigInt(receipts.length),
        transactions: BigInt(header.transactions.length),
        receiptsRoot: header.receiptsRoot,
        rootOfReceipts: root,
      },
    }
  }
  // The bloom filter decides which blocks' receipts are never fetched.
  const blooms = receipts.map(({ logsBloom }) => logsBloom)
  if (isUnionOf(header.logsBloom, blooms)) return undefined
  return { what: 'The bloom filter of a block is not that of its receipts', facts: { block } }
}
