import { sql } from 'kysely'
import { bigInt, blockTime, bool, bytes, type Entity, id, one, uint } from '../query/entity.ts'
import { channel } from './channel.ts'

const place = {
  block: uint('The block.'),
  timestamp: blockTime,
  logIndex: uint('Its event’s place in the block.'),
  transactionHash: bytes('The transaction.'),
}
const key = ['block', 'logIndex']

export const channelFunding: Entity = {
  type: 'ChannelFunding',
  doc: 'OPEN put into a channel.',
  list: 'channelFundings',
  key,
  columns: {
    channel: id(bytes('The channel.')),
    funder: bytes('Who sent the transaction.'),
    amountGwei: bigInt('In gwei-OPEN.'),
    depositGwei: bigInt('Everything put in by then, in gwei-OPEN.'),
    walkIn: bool('Whether a walk-in caller paid it, or it was swept in: it is covered without a voucher.'),
    ...place,
  },
  source: ({ block }) => sql`
    select f.*, exists (
      select from walk_in_covered w where w.block = f.block and w.log_index = f.log_index + 1 and w.channel = f.channel
    ) as walk_in
    from channel_funded f where f.block <= ${block}`,
  links: { channel: one(() => channel, { id: 'channel' }, 'The channel.') },
}

export const channelWithdrawal: Entity = {
  type: 'ChannelWithdrawal',
  doc: 'OPEN that a payer took out of a channel again.',
  list: 'channelWithdrawals',
  key,
  columns: {
    channel: id(bytes('The channel.')),
    recipient: bytes('Where it went.'),
    amountGwei: bigInt('In gwei-OPEN.'),
    withdrawnGwei: bigInt('Everything taken out by then, in gwei-OPEN.'),
    coveredUnits: uint('What is covered since, in the model’s fee unit.'),
    ...place,
  },
  source: ({ block }) => sql`select * from channel_withdrawn where block <= ${block}`,
  links: { channel: one(() => channel, { id: 'channel' }, 'The channel.') },
}

export const voucherPresentation: Entity = {
  type: 'VoucherPresentation',
  doc: 'A voucher that was presented by itself, and covered more than those before.',
  list: 'voucherPresentations',
  key,
  columns: {
    channel: id(bytes('The channel.')),
    maxClaimableAmount: bigInt('What it says, in wei-OPEN.'),
    coveredUnits: uint('What it covers, in the model’s fee unit, as far as the deposit reached.'),
    ...place,
  },
  source: ({ block }) => sql`select * from voucher_presented where block <= ${block}`,
  links: { channel: one(() => channel, { id: 'channel' }, 'The channel.') },
}
