import { sql } from 'kysely'
import { bigInt, blockTime, bytes, type Entity, id, many, nullable, one, oneOf, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { book } from './book.ts'
import { model } from './model.ts'
import { unitPayment } from './unit.ts'

export const settlement: Entity = {
  type: 'Settlement',
  doc: 'How a book is paid out, page by page: its batches are shown, units weighed, units paid, and with the last everybody else.',
  list: 'settlements',
  single: 'settlement',
  key: ['book'],
  columns: {
    book: id(bigInt('The book.')),
    model: id(uint('The model that was called.')),
    operator: id(uint('Who served and recorded the calls.')),
    stage: oneOf('SettlementStage', 'How far it is.'),
    next: uint('Which batch or unit is next in that stage, from 0.'),
    batchesSummed: uint('Batches shown so far.'),
    unitsWeighed: uint('Units weighed so far; none where records have no sketches.'),
    unitsPaid: uint('Units paid so far.'),
    net: bigInt('The sum of what units were weighed so far.'),
    contributorsGwei: bigInt('What units were paid so far, in gwei-OPEN.'),
    operatorGwei: nullable(bigInt('What the operator was paid, in gwei-OPEN.')),
    ownerGwei: nullable(bigInt('What the model’s owner was paid, in gwei-OPEN.')),
    royaltiesGwei: nullable(bigInt('What owners up the lineage were paid, in gwei-OPEN.')),
    treasuryGwei: nullable(bigInt('What was left for the treasury, in gwei-OPEN.')),
    block: uint('The block of the first page.'),
    timestamp: blockTime,
    settledBlock: nullable(uint('The block of the last page.')),
    transactionHash: nullable(bytes('The transaction of the last page.')),
  },
  source: ({ block }) => sql`
    select book, model, operator, batches_summed, units_weighed, units_paid, net, contributors_gwei, operator_gwei, owner_gwei,
      royalties_gwei, treasury_gwei, block, settled_block, transaction_hash, stage,
      case stage when 'Summing' then batches_summed when 'Weighing' then units_weighed else units_paid end as next
    from (
      select pages.*, o.model, o.operator, w.net, p.contributors_gwei, s.operator_gwei, s.owner_gwei, s.royalties_gwei,
        s.treasury_gwei, s.block as settled_block, s.transaction_hash,
        case when s.book is not null then 'Settled' when pages.batches_summed < n.batches then 'Summing'
          when e.sketched and pages.units_weighed < g.unit_count then 'Weighing' else 'Paying' end as stage
      from (
        select book, min(block) as block, coalesce(max(ends) filter (where kind = 'Summed'), 0) as batches_summed,
          coalesce(max(ends) filter (where kind = 'Weighed'), 0) as units_weighed,
          coalesce(max(ends) filter (where kind = 'Paid'), 0) as units_paid
        from (${pages}) page where block <= ${block} group by book
      ) pages
      join book_opened o on o.book = pages.book
      join fine_tune_entered e on e.model = o.model
      join fine_tune_begun g on g.model = o.model
      cross join lateral (select count(*) as batches from batch_recorded r where r.book = pages.book and r.block <= ${block}) n
      cross join lateral (
        select coalesce(sum(u.weight), 0) as net from unit_weighed u where u.book = pages.book and u.block <= ${block}
      ) w
      cross join lateral (
        select coalesce(sum(u.amount_gwei), 0) as contributors_gwei from unit_paid u
        where u.book = pages.book and u.block <= ${block}
      ) p
      left join book_settled s on s.book = pages.book and s.block <= ${block}
    ) staged`,
  links: {
    book: one(() => book, { id: 'book' }, 'The book.'),
    settlementSteps: many(() => settlementStep, { book: 'book' }, 'What each page did.'),
    unitPayments: many(() => unitPayment, { book: 'book' }, 'What units were paid.'),
    model: one(() => model, { id: 'model' }, 'The model that was called.'),
    operator: one(() => account, { id: 'operator' }, 'Who served and recorded the calls.'),
  },
}

const pages = sql`
  select book, 'Summed' as kind, first, "end" as ends, block, log_index, transaction_hash from batches_summed
  union all select book, 'Weighed', first, "end", block, log_index, transaction_hash from units_weighed
  union all select book, 'Paid', first, "end", block, log_index, transaction_hash from units_paid`

export const settlementStep: Entity = {
  type: 'SettlementStep',
  doc: 'What one transaction did of a settlement, in one of its stages.',
  list: 'settlementSteps',
  key: ['block', 'logIndex'],
  columns: {
    book: id(bigInt('The book.')),
    kind: oneOf('StepKind', 'Whether batches were shown, or units weighed or paid.'),
    first: uint('The first batch or unit, from 0.'),
    ends: uint('The one after the last.'),
    block: uint('The block.'),
    timestamp: blockTime,
    logIndex: uint('Its event’s place in the block.'),
    transactionHash: bytes('The transaction.'),
  },
  source: ({ block }) => sql`select * from (${pages}) p where block <= ${block}`,
  links: {
    book: one(() => book, { id: 'book' }, 'The book.'),
    settlement: one(() => settlement, { book: 'book' }, 'The settlement.'),
  },
}
