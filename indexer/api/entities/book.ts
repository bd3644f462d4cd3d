import { type RawBuilder, sql } from 'kysely'
import type { AsOf } from '../query/asOf.ts'
import { bigInt, blockTime, bool, bytes, type Entity, id, many, one, oneOf, oneOrNone, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { batch } from './batch.ts'
import { model } from './model.ts'
import { settlement } from './settlement.ts'
import { unitPayment } from './unit.ts'

/**
 * When books close, by the contracts' clock: with their epoch once their fees suffice, after the
 * longest time that a book is open, or when their model is struck, or at once if it was struck
 * before (contracts/ledger/Books.sol).
 */
export function booksAt({ block }: Pick<AsOf, 'block'>): RawBuilder<unknown> {
  return sql`
    select o.*, c.closes_at is not null as closing,
      least(o.closes_at, c.closes_at, case when s.struck_at < o.opened_at then o.opened_at else s.struck_at end) as ends_at
    from (select *, closes_at - greatest(epoch_seconds, ${LONGEST_BOOK}) as opened_at from book_opened) o
    left join book_closing c on c.book = o.book and c.block <= ${block}
    left join lateral (
      select min(u.struck_at) as struck_at from unit_struck u where u.model = o.model and u.block <= ${block}
    ) s on true
    where o.block <= ${block}`
}

/** 28 days. */
const LONGEST_BOOK = sql`2419200`

const recorded = ({ block }: AsOf) => sql`from batch_recorded r where r.book = o.book and r.block <= ${block}`
const voided = ({ block }: AsOf) => sql`
  from record_voided v join batch_recorded r on r.batch = v.batch where r.book = o.book and v.block <= ${block}`

export const book: Entity = {
  type: 'Book',
  doc: 'The calls of one model at one operator over some time: what is settled, and paid, as one.',
  list: 'books',
  single: 'book',
  key: ['id'],
  columns: {
    id: id(bigInt('model · 2^64 + operator · 2^32 + number.')),
    model: id(uint('The model that was called.')),
    operator: id(uint('Who served and recorded the calls.')),
    number: uint('Which book of the two, from 1.'),
    status: oneOf('BookStatus', 'What can be done with it.'),
    openedAt: uint('When it was opened, by the contracts’ clock.'),
    closesAt: uint('From when it takes no more records, by the contracts’ clock.'),
    windowEnd: uint('Until when its records can be voided, and from when it can be settled, by the contracts’ clock.'),
    settleableAt: uint(
      'The same in Unix time, if the contracts are not paused again; while it takes records, at the latest then.',
    ),
    closing: bool('Whether it closes with its epoch, since its fees suffice.'),
    windowSeconds: uint('How long records can be voided once it is closed.'),
    epochSeconds: uint('How long epochs were when it was opened.'),
    minBookGwei: bigInt('Fees from which it closes with its epoch, in gwei-OPEN.'),
    treasuryBps: uint('The treasury’s share of its fees, in basis points.'),
    batchCount: uint('Batches in it.'),
    inferenceCount: uint('Calls in it, voided ones included.'),
    voidedCount: uint('How many of them were voided or set aside.'),
    recordedGwei: bigInt('The fees of all its calls, in gwei-OPEN.'),
    feesGwei: bigInt('The fees of those that stand, in gwei-OPEN.'),
    givenGwei: bigInt('Penalties and fees of appeals that go whole to contributors, in gwei-OPEN.'),
    coverGwei: bigInt('What the operator’s bond must hold for it until it is settled, in gwei-OPEN.'),
    block: uint('The block in which it was opened.'),
    timestamp: blockTime,
    transactionHash: bytes('The transaction that opened it.'),
  },
  source: (at) => sql`
    select o.book as id, o.model, o.operator, o.number, o.opened_at, o.ends_at as closes_at, o.closing,
      o.ends_at + o.window_seconds as window_end, o.window_seconds, o.epoch_seconds, o.min_book_gwei, o.treasury_bps,
      o.ends_at + o.window_seconds - ${at.time}::int8 + ${at.timestamp}::int8 as settleable_at,
      (select count(*) ${recorded(at)}) as batch_count, (select coalesce(sum(r.count), 0)::int8 ${recorded(at)}) as inference_count,
      (select coalesce(sum(r.fees_gwei), 0) ${recorded(at)}) as recorded_gwei,
      (select coalesce(sum(r.cover_gwei), 0) ${recorded(at)}) as cover_gwei, (select count(*) ${voided(at)}) as voided_count,
      (select coalesce(sum(r.fees_gwei), 0) ${recorded(at)}) - (select coalesce(sum(v.fee_gwei), 0) ${voided(at)}) as fees_gwei,
      (select coalesce(sum(g.amount_gwei), 0) from given_to_book g where g.book = o.book and g.block <= ${at.block})
        as given_gwei,
      o.block, o.transaction_hash,
      case when ${at.time} < o.ends_at then 'Open' when ${at.time} < o.ends_at + o.window_seconds then 'Closed'
        when exists (select from book_settled s where s.book = o.book and s.block <= ${at.block}) then 'Settled'
        when exists (select from batches_summed s where s.book = o.book and s.block <= ${at.block})
          or exists (select from units_weighed s where s.book = o.book and s.block <= ${at.block})
          or exists (select from units_paid s where s.book = o.book and s.block <= ${at.block}) then 'Settling'
        else 'Settleable' end as status
    from (${booksAt(at)}) o`,
  links: {
    batches: many(() => batch, { book: 'id' }, 'Its batches.'),
    gifts: many(() => gift, { book: 'id' }, 'What was given to it.'),
    settlement: oneOrNone(() => settlement, { book: 'id' }, 'How it was settled, or is being settled.'),
    unitPayments: many(() => unitPayment, { book: 'id' }, 'What it paid units.'),
    model: one(() => model, { id: 'model' }, 'The model that was called.'),
    operator: one(() => account, { id: 'operator' }, 'Who served and recorded the calls.'),
  },
}

export const gift: Entity = {
  type: 'Gift',
  doc: 'What goes whole to the contributors of a book: a part of a penalty, or the fee of a failed appeal or of a record without a payer.',
  list: 'gifts',
  key: ['block', 'logIndex'],
  columns: {
    book: id(bigInt('The book.')),
    amountGwei: bigInt('In gwei-OPEN.'),
    block: uint('The block.'),
    timestamp: blockTime,
    logIndex: uint('Its event’s place in the block.'),
    transactionHash: bytes('The transaction.'),
  },
  source: ({ block }) => sql`select * from given_to_book where block <= ${block}`,
  links: { book: one(() => book, { id: 'book' }, 'The book.') },
}
