import { sql } from 'kysely'
import { bigInt, type Entity, one, uint } from '../query/entity.ts'
import { account } from './account.ts'

export const tab: Entity = {
  type: 'Tab',
  doc: 'A payer’s prepaid, capped spending permission for one operator.',
  list: 'tabs',
  single: 'tab',
  key: ['payer', 'operator'],
  columns: {
    payer: uint('Who prepaid.'),
    operator: uint('Who may charge.'),
    balanceGwei: bigInt('What can still be charged, in gwei-OPEN.'),
    maxFeeGwei: bigInt('The most that one call may cost, in gwei-OPEN.'),
    leavingGwei: bigInt('What the payer has asked back, in gwei-OPEN.'),
    leavesAt: uint('When that can be taken, in seconds since 1970; 0 if nothing was asked back.'),
    fundedGwei: bigInt('Everything ever put in, in gwei-OPEN.'),
    spentGwei: bigInt('Everything ever charged, in gwei-OPEN.'),
    refundedGwei: bigInt('The part of that which came back with voided records, in gwei-OPEN.'),
    withdrawnGwei: bigInt('Everything ever taken back, in gwei-OPEN.'),
  },
  source: ({ block }) => sql`
    select payer, operator, funded_gwei - spent_gwei + refunded_gwei - withdrawn_gwei as balance_gwei, max_fee_gwei,
      coalesce(leaving_gwei, 0) as leaving_gwei, coalesce(leaves_at, 0) as leaves_at,
      funded_gwei, spent_gwei, refunded_gwei, withdrawn_gwei
    from (
      select f.payer, f.operator, sum(f.amount_gwei) as funded_gwei,
        (array_agg(f.max_fee_gwei order by f.block desc, f.log_index desc))[1] as max_fee_gwei,
        (select coalesce(sum(i.fee_gwei), 0) from inference i
          where i.payer = f.payer and i.operator = f.operator and i.block <= ${block}) as spent_gwei,
        (select coalesce(sum(v.fee_gwei), 0) from record_voided v join batch_recorded b on b.batch = v.batch
          where v.payer = f.payer and b.operator = f.operator and v.block <= ${block}) as refunded_gwei,
        (select coalesce(sum(w.amount_gwei), 0) from tab_withdrawn w
          where w.payer = f.payer and w.operator = f.operator and w.block <= ${block}) as withdrawn_gwei
      from tab_funded f where f.block <= ${block} group by f.payer, f.operator
    ) totals
    left join lateral (
      select leaving_gwei, leaves_at from (
        select r.leaving_gwei, r.leaves_at, r.block, r.log_index from tab_withdrawal_requested r
        where r.payer = totals.payer and r.operator = totals.operator and r.block <= ${block}
        union all
        select 0, 0, w.block, w.log_index from tab_withdrawn w
        where w.payer = totals.payer and w.operator = totals.operator and w.block <= ${block}
      ) changes order by block desc, log_index desc limit 1
    ) leaving on true`,
  links: {
    payerAccount: one(() => account, { id: 'payer' }, 'Who prepaid.'),
    operatorAccount: one(() => account, { id: 'operator' }, 'Who may charge.'),
  },
}
