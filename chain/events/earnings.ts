import type { Hex } from 'viem'
import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventReader, lower, unreachable } from './event.ts'
import type { EventOrigin } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import { appointments, authorityFact } from './governance.ts'
import { address, lastBytes, uint16, uint32, uint64, wordAt } from './words.ts'

export const readEarnings = eventReader(abis.earnings, {
  RewardClaimed: (topics, data) => ({
    account: uint32(topics[1]),
    to: address(topics[2]),
    amountGwei: uint64(wordAt(data, 0)),
  }),
  RewardsClaimed: (_, data) => ({ claims: lastBytes(data, 0) }),
  JointDrawn: (topics, data) => ({
    model: uint32(topics[1]),
    unit: uint16(topics[2]),
    account: uint32(topics[3]),
    member: uint32(wordAt(data, 0)),
    amountGwei: uint64(wordAt(data, 1)),
  }),
})

export function decodeEarnings(log: ChainLog, origin: EventOrigin): readonly Fact[] {
  const event = readEarnings(log)
  switch (event.eventName) {
    case 'RewardClaimed': {
      const { account, to, amountGwei } = event.args
      const row = { ...origin, position: 0n, account, recipient: lower(to), amountGwei }
      return [{ table: 'rewardClaimed', row }]
    }
    case 'RewardsClaimed':
      return claimsIn(event.args.claims, origin)
    case 'JointDrawn': {
      const { model, unit, account, member, amountGwei } = event.args
      const row = {
        ...origin,
        model,
        unit,
        account,
        member,
        amountGwei,
      }
      return [{ table: 'jointDrawn', row }]
    }
    case 'SignatureCancelled': {
      const { signer, nonce } = event.args
      return [{ table: 'signatureCancelled', row: { ...origin, signer: lower(signer), nonce } }]
    }
    case 'EarningsUsersAppointed':
      return appointments(origin, 'earnings', event.args)
    case 'AuthorityUpdated':
      return [authorityFact(origin, 'earnings', event.args.authority)]
    default:
      return unreachable(event)
  }
}

/** account uint32 ‖ payout address ‖ gwei uint64, each. */
function claimsIn(claims: Hex, origin: EventOrigin): readonly Fact[] {
  const bytes = Buffer.from(claims.slice(2), 'hex')
  const CLAIM_BYTES = 32
  return Array.from({ length: bytes.length / CLAIM_BYTES }, (_, i): Fact => {
    const at = i * CLAIM_BYTES
    const row = {
      ...origin,
      position: BigInt(i),
      account: bytes.readUInt32BE(at),
      recipient: `0x${bytes.toString('hex', at + 4, at + 24)}` as const,
      amountGwei: bytes.readBigUInt64BE(at + 24),
    }
    return { table: 'rewardClaimed', row }
  })
}
