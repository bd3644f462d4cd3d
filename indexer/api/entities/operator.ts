import { sql } from 'kysely'
import { bigInt, blockTime, bool, bytes, type Entity, id, many, nullable, one, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { book } from './book.ts'
import { model } from './model.ts'
import { receiptKey } from './receipt.ts'

export const royalty: Entity = {
  type: 'Royalty',
  doc: 'A part of every fee of a fine-tune that goes to the owner of a model above it.',
  list: 'royalties',
  key: ['model', 'position'],
  columns: {
    model: id(uint('The fine-tune.')),
    position: uint('Its place in the lineage, from 0.'),
    account: id(uint('Who is paid.')),
    bps: uint('In basis points of a fee.'),
    paidGwei: bigInt('What settled books paid, in gwei-OPEN.'),
    block: uint('The block since which it is owed.'),
    timestamp: blockTime,
  },
  source: ({ block }) => sql`
    select r.*, (
      select coalesce(sum(p.amount_gwei), 0) from royalty_paid p
      where p.model = r.model and p.position = r.position and p.block <= ${block}
    ) as paid_gwei
    from royalty_owed r where r.block <= ${block}`,
  links: {
    account: one(() => account, { id: 'account' }, 'Who is paid.'),
    model: one(() => model, { id: 'model' }, 'The fine-tune.'),
  },
}

/** 2^40 − 1 says for good. */
const FOR_GOOD = sql`1099511627775`

export const operator: Entity = {
  type: 'Operator',
  doc: 'An account that may record a model’s calls, or might once.',
  list: 'operators',
  key: ['model', 'operator'],
  columns: {
    model: id(uint('The model.')),
    operator: id(uint('The account.')),
    allowed: bool('Whether the owner allows it.'),
    until: nullable(uint('Until when it may record, by the contracts’ clock; none where it is for good.')),
    active: bool('Whether it may record now, as far as the owner is concerned.'),
    block: uint('The block in which that was last set.'),
    timestamp: blockTime,
    transactionHash: bytes('The transaction that set it.'),
  },
  source: ({ block, time }) => sql`
    select distinct on (model, operator) model, operator, allowed, nullif(until, ${FOR_GOOD}) as until,
      until = ${FOR_GOOD} or until > ${time} as active, block, transaction_hash
    from operator_set where block <= ${block} order by model, operator, block desc, log_index desc`,
  links: {
    operator: one(() => account, { id: 'operator' }, 'The account.'),
    model: one(() => model, { id: 'model' }, 'The model.'),
    books: many(() => book, { model: 'model', operator: 'operator' }, 'What it recorded of the model.'),
    receiptKeys: many(() => receiptKey, { operator: 'operator' }, 'What it signs receipts with.'),
  },
}
