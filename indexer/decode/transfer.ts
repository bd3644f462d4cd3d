import { decodeEventLog } from 'viem'
import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { lower } from './event.ts'
import type { Fact } from './facts.ts'
import type { Place } from './place.ts'

export function decodeTransfer(log: ChainLog, place: Place): Fact {
  const { args } = decodeEventLog({
    abi: abis.openToken,
    eventName: 'Transfer',
    topics: log.topics as [],
    data: log.data,
  })
  return { table: 'transfer', row: { ...place, from: lower(args.from), to: lower(args.to), amountWei: args.value } }
}
