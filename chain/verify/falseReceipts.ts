import type { Contradiction } from '../contradiction.ts'
import { isUnionOf } from './bloom.ts'
import type { Header } from './header.ts'
import { lacksBaseFee, type Receipt, unknownTypes, writeReceipt } from './receipt.ts'
import { isInItsPlace } from './receiptsInTrie.ts'
import { orderedTrieRoot } from './trie.ts'
import { UnknownChain, UnprovableChain } from './unknownChain.ts'

/**
 * What is wrong with a block's receipts: they must be those of its transactions, and hash to its
 * header's receiptsRoot. A log that was dropped, invented, moved or altered changes that root.
 * Throws `UnknownChain` where a type of receipt is not known.
 */
export function falseReceipts(header: Header, receipts: readonly Receipt[]): Contradiction | undefined {
  const { number: block, chain } = header
  for (const [i, receipt] of receipts.entries()) {
    const { blockHash, transactionHash } = receipt
    if (blockHash !== header.hash) {
      return { what: 'A receipt is of another block', facts: { block, receipt: BigInt(i), blockHash } }
    }
    if (!isInItsPlace(header, receipt, i)) {
      return {
        what: 'A receipt is not of the transaction in its place',
        facts: { block, receipt: BigInt(i), transactionHash },
      }
    }
  }
  const root = orderedTrieRoot(receipts.length, (rlp, i) => writeReceipt(rlp, receipts[i] as Receipt, chain.receipts))
  if (root !== header.receiptsRoot) {
    const facts = {
      block,
      receipts: BigInt(receipts.length),
      transactions: BigInt(header.transactions.length),
      receiptsRoot: header.receiptsRoot,
      rootOfReceipts: root,
    }
    if (lacksBaseFee(chain.receipts, receipts)) {
      throw new UnprovableChain(
        'A node of Celo leaves baseFee out of its receipts of type 0x7b, whose hashes cover it',
        facts,
        'Use a node of a newer version; verification "off" takes the logs as this one gives them.',
      )
    }
    const unknown = unknownTypes(chain.receipts, receipts).map((type) => `0x${type.toString(16)}`)
    if (unknown.length === 0 && !chain.isListed && !reproduced.has(chain.id)) {
      throw new UnknownChain(chain, 'it hashes receipts in a way of its own', facts)
    }
    if (unknown.length === 0) return { what: 'The receipts of a block do not hash to what its header says', facts }
    throw new UnknownChain(chain, `block ${block} has receipts of type ${unknown.join(', ')}`, facts)
  }
  if (receipts.length > 0) reproduced.add(chain.id)
  // The bloom filter decides which blocks' receipts are never fetched.
  const blooms = receipts.map(({ logsBloom }) => logsBloom)
  if (isUnionOf(header.logsBloom, blooms)) return undefined
  return { what: 'The bloom filter of a block is not that of its receipts', facts: { block } }
}

/** Chains of which receipts were reproduced: those that are not are false from then on. */
const reproduced = new Set<number>()
