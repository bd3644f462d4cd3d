import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventReader, lower, unreachable } from './event.ts'
import type { EventOrigin } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import { appointments, authorityFact } from './governance.ts'
import { address, bytes32, uint32, uint64, uint128, wordAt } from './words.ts'

export const readChannels = eventReader(abis.channels, {
  ChannelFunded: (topics, data) => ({
    channel: bytes32(topics[1]),
    from: address(topics[2]),
    amountGwei: uint64(wordAt(data, 0)),
    depositGwei: uint64(wordAt(data, 1)),
  }),
  VoucherPresented: (topics, data) => ({
    channel: bytes32(topics[1]),
    maxClaimableAmount: uint128(wordAt(data, 0)),
    coveredUnits: uint32(wordAt(data, 1)),
  }),
})

export function decodeChannels(log: ChainLog, origin: EventOrigin): readonly Fact[] {
  const event = readChannels(log)
  switch (event.eventName) {
    case 'ChannelOpened': {
      const { channel, payer, operator, model, salt, signer } = event.args
      const row = {
        ...origin,
        channel,
        payer,
        operator,
        model,
        salt: BigInt(salt),
        signer: lower(signer),
      }
      return [{ table: 'channelOpened', row }]
    }
    case 'ChannelFunded': {
      const { channel, from, amountGwei, depositGwei } = event.args
      return [{ table: 'channelFunded', row: { ...origin, channel, funder: lower(from), amountGwei, depositGwei } }]
    }
    case 'VoucherPresented': {
      const { channel, maxClaimableAmount, coveredUnits } = event.args
      const row = { ...origin, channel, maxClaimableAmount, coveredUnits: BigInt(coveredUnits) }
      return [{ table: 'voucherPresented', row }]
    }
    case 'WalkInCovered': {
      const { channel, amountGwei, coveredUnits } = event.args
      return [{ table: 'walkInCovered', row: { ...origin, channel, amountGwei, coveredUnits: BigInt(coveredUnits) } }]
    }
    case 'SignerProposed': {
      const { channel, signer, from } = event.args
      const row = { ...origin, channel, signer: lower(signer), acceptableFrom: BigInt(from) }
      return [{ table: 'signerProposed', row }]
    }
    case 'SignerChanged': {
      const { channel, previous, signer } = event.args
      const row = { ...origin, channel, previous: lower(previous), signer: lower(signer) }
      return [{ table: 'signerChanged', row }]
    }
    case 'WithdrawalRequested': {
      const { channel, leavingGwei, leavesAt } = event.args
      const row = { ...origin, channel, leavingGwei, leavesAt: BigInt(leavesAt) }
      return [{ table: 'channelWithdrawalRequested', row }]
    }
    case 'ChannelWithdrawn': {
      const { channel, to, amountGwei, withdrawnGwei, coveredUnits } = event.args
      const row = {
        ...origin,
        channel,
        recipient: lower(to),
        amountGwei,
        withdrawnGwei,
        coveredUnits: BigInt(coveredUnits),
      }
      return [{ table: 'channelWithdrawn', row }]
    }
    case 'NoticeSet':
      return [{ table: 'channelNoticeSet', row: { ...origin, noticeSeconds: BigInt(event.args.noticeSeconds) } }]
    case 'LedgerAppointed':
      return appointments(origin, 'channels', event.args)
    case 'AuthorityUpdated':
      return [authorityFact(origin, 'channels', event.args.authority)]
    default:
      return unreachable(event)
  }
}
