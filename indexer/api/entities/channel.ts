import { type RawBuilder, sql } from 'kysely'
import { zeroAddress } from 'viem'
import { toBytea } from '../../store/types.ts'
import type { AsOf } from '../query/asOf.ts'
import {
  bigInt,
  blockTime,
  bool,
  bytes,
  type Entity,
  id,
  many,
  nullable,
  one,
  oneOrNone,
  uint,
} from '../query/entity.ts'
import { account } from './account.ts'
import { batch } from './batch.ts'
import { channelFunding, channelWithdrawal, voucherPresentation } from './channelMove.ts'
import { model } from './model.ts'

/**
 * What is covered, by the newest event with it. Vouchers presented with a batch show only in its
 * charges.
 */
function coveredAt({ block }: Pick<AsOf, 'block'>): RawBuilder<unknown> {
  return sql`
    select covered_units, block from (
      select v.covered_units, v.block, v.log_index, 0 as position from voucher_presented v
        where v.channel = o.channel and v.block <= ${block}
      union all
      select w.covered_units, w.block, w.log_index, 0 from walk_in_covered w where w.channel = o.channel and w.block <= ${block}
      union all
      select c.covered_units, c.block, c.log_index, c.position from channel_charged c
        where c.channel = o.channel and c.block <= ${block}
      union all
      select w.covered_units, w.block, w.log_index, 0 from channel_withdrawn w
        where w.channel = o.channel and w.block <= ${block}
    ) told order by block desc, log_index desc, position desc limit 1`
}

export const channel: Entity = {
  type: 'Channel',
  doc: 'What a payer prepaid for one model at one operator, who charges it as far as the payer’s vouchers cover.',
  list: 'channels',
  single: 'channel',
  key: ['id'],
  columns: {
    id: id(bytes('keccak256 of payer, operator, model and salt.')),
    payer: id(uint('Who prepaid; 0 where OPEN came without a payer.')),
    operator: id(uint('Who charges.')),
    model: id(uint('For calls of which model.')),
    salt: uint('Tells channels of the same three apart; 0 of a walk-in channel.'),
    walkIn: bool('Whether it takes what walk-in callers pay, which is covered without vouchers.'),
    signer: bytes('Who signs vouchers; zero of a walk-in channel.'),
    depositGwei: bigInt('Everything ever put in, in gwei-OPEN.'),
    withdrawnGwei: bigInt('Everything ever taken out again, in gwei-OPEN.'),
    chargedUnits: uint('Everything ever charged, in the model’s fee unit.'),
    chargedGwei: bigInt('The same, in gwei-OPEN.'),
    coveredUnits: uint('How much may be charged in all, in the model’s fee unit.'),
    limitUnits: uint('How much the deposit holds in all, in the model’s fee unit.'),
    leftGwei: bigInt('What is neither charged nor taken out, in gwei-OPEN.'),
    leavingGwei: bigInt('What the payer has asked back, in gwei-OPEN.'),
    leavesAt: uint('When that can be taken, by the contracts’ clock; 0 if nothing was asked back.'),
    nextSigner: nullable(bytes('The proposed next signer of vouchers, if any.')),
    nextSignerAt: nullable(uint('From when, by the contracts’ clock.')),
    block: uint('The block in which it was opened.'),
    timestamp: blockTime,
    transactionHash: bytes('The transaction that opened it.'),
  },
  source: (at) => sql`
    select held.*, charged_units * fee_unit_gwei as charged_gwei,
      deposit_gwei - withdrawn_gwei - charged_units * fee_unit_gwei as left_gwei,
      div(deposit_gwei - withdrawn_gwei, fee_unit_gwei)::int8 as limit_units
    from (
      select o.channel as id, o.payer, o.operator, o.model, o.salt, o.salt = 0 as walk_in, m.fee_unit_gwei,
        coalesce(signed.signer, o.signer) as signer, coalesce(covered.covered_units, 0) as covered_units,
        (select coalesce(sum(f.amount_gwei), 0) from channel_funded f where f.channel = o.channel and f.block <= ${at.block})
          as deposit_gwei,
        (select coalesce(sum(w.amount_gwei), 0) from channel_withdrawn w
          where w.channel = o.channel and w.block <= ${at.block}) as withdrawn_gwei,
        (select coalesce(sum(c.units), 0)::int8 from channel_charged c where c.channel = o.channel and c.block <= ${at.block})
          as charged_units,
        coalesce(leaving.leaving_gwei, 0) as leaving_gwei, coalesce(leaving.leaves_at, 0) as leaves_at,
        next.signer as next_signer, next.acceptable_from as next_signer_at, o.block, o.transaction_hash
      from channel_opened o
      join fine_tune_entered m on m.model = o.model
      left join lateral (
        select s.signer from signer_changed s where s.channel = o.channel and s.block <= ${at.block}
        order by s.block desc, s.log_index desc limit 1
      ) signed on true
      left join lateral (${coveredAt(at)}) covered on true
      left join lateral (
        select leaving_gwei, leaves_at from (
          select r.leaving_gwei, r.leaves_at, r.block, r.log_index from channel_withdrawal_requested r
          where r.channel = o.channel and r.block <= ${at.block}
          union all
          select 0, 0, w.block, w.log_index from channel_withdrawn w where w.channel = o.channel and w.block <= ${at.block}
        ) changes order by block desc, log_index desc limit 1
      ) leaving on true
      left join lateral (
        select p.signer, p.acceptable_from from signer_proposed p
        where p.channel = o.channel and p.block <= ${at.block} and p.signer <> ${toBytea(zeroAddress)}
          and not exists (select from signer_proposed q where q.channel = p.channel and q.block <= ${at.block}
            and (q.block, q.log_index) > (p.block, p.log_index))
          and not exists (select from signer_changed s where s.channel = p.channel and s.block <= ${at.block}
            and (s.block, s.log_index) > (p.block, p.log_index))
      ) next on true
      where o.block <= ${at.block}
    ) held`,
  links: {
    payer: oneOrNone(() => account, { id: 'payer' }, 'The account that prepaid, if known.'),
    operator: one(() => account, { id: 'operator' }, 'Who charges.'),
    model: one(() => model, { id: 'model' }, 'For calls of which model.'),
    voucher: oneOrNone(() => voucher, { channel: 'id' }, 'What vouchers cover of it, if any was presented.'),
    voucherPresentations: many(
      () => voucherPresentation,
      { channel: 'id' },
      'Vouchers that were presented by themselves.',
    ),
    channelCharges: many(() => channelCharge, { channel: 'id' }, 'What batches charged.'),
    channelFundings: many(() => channelFunding, { channel: 'id' }, 'How its deposit came in.'),
    channelWithdrawals: many(() => channelWithdrawal, { channel: 'id' }, 'What was taken out again.'),
  },
}

export const voucher: Entity = {
  type: 'Voucher',
  doc: 'What a channel’s highest voucher covers, as the chain knows it. Its operator may hold a higher one that it has not presented yet.',
  list: 'vouchers',
  single: 'voucher',
  key: ['channel'],
  columns: {
    channel: id(bytes('The channel.')),
    payer: id(uint('Who prepaid.')),
    operator: id(uint('Who charges.')),
    model: id(uint('For calls of which model.')),
    coveredUnits: uint('What it covers in all, in the model’s fee unit, as far as the deposit reaches.'),
    coveredGwei: bigInt('The same, in gwei-OPEN.'),
    chargedUnits: uint('What was charged of that.'),
    maxClaimableAmount: nullable(bigInt('Its amount, in wei-OPEN; known only for a voucher presented by itself.')),
    block: uint('The block that last changed what is covered.'),
    timestamp: blockTime,
  },
  source: (at) => sql`
    select o.channel, o.payer, o.operator, o.model, covered.covered_units, covered.covered_units * m.fee_unit_gwei as covered_gwei,
      (select coalesce(sum(c.units), 0)::int8 from channel_charged c where c.channel = o.channel and c.block <= ${at.block})
        as charged_units,
      (select max(v.max_claimable_amount) from voucher_presented v
        where v.channel = o.channel and v.covered_units = covered.covered_units and v.block <= ${at.block}) as max_claimable_amount,
      covered.block
    from channel_opened o
    join fine_tune_entered m on m.model = o.model
    cross join lateral (${coveredAt(at)}) covered
    where o.block <= ${at.block} and o.salt > 0 and covered.covered_units > 0`,
  links: {
    channel: one(() => channel, { id: 'channel' }, 'The channel.'),
    payer: oneOrNone(() => account, { id: 'payer' }, 'Who prepaid, if known.'),
    operator: one(() => account, { id: 'operator' }, 'Who charges.'),
    model: one(() => model, { id: 'model' }, 'For calls of which model.'),
  },
}

export const channelCharge: Entity = {
  type: 'ChannelCharge',
  doc: 'What a batch charged a channel.',
  list: 'channelCharges',
  key: ['batch', 'position'],
  columns: {
    batch: id(bigInt('The batch.')),
    position: uint('The channel’s place in it, by which records name it.'),
    channel: id(bytes('The channel.')),
    payer: id(uint('Who prepaid.')),
    units: uint('What was charged, in the model’s fee unit.'),
    coveredUnits: uint('What the channel’s vouchers covered then, in all.'),
    chargedUnits: uint('What was charged to it by then, in all.'),
    block: uint('The block of the batch.'),
    timestamp: blockTime,
    logIndex: uint('Its event’s place in the block.'),
  },
  source: ({ block }) => sql`select * from channel_charged where block <= ${block}`,
  links: {
    channel: one(() => channel, { id: 'channel' }, 'The channel.'),
    payer: oneOrNone(() => account, { id: 'payer' }, 'Who prepaid, if known.'),
    batch: one(() => batch, { id: 'batch' }, 'The batch.'),
  },
}
