import { getAbiItem } from 'viem'
import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventReader, lower } from './event.ts'
import type { EventOrigin } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import { address, uint256, wordAt } from './words.ts'

/** The only event of the token that is indexed. */
export const readTransfer = eventReader([getAbiItem({ abi: abis.openToken, name: 'Transfer' })], {
  Transfer: (topics, data) => ({ from: address(topics[1]), to: address(topics[2]), value: uint256(wordAt(data, 0)) }),
})

export function decodeTransfer(log: ChainLog, origin: EventOrigin): Fact {
  const { from, to, value } = readTransfer(log).args
  return { table: 'transfer', row: { ...origin, from: lower(from), to: lower(to), amountWei: value } }
}
