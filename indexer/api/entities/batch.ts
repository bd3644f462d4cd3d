import { sql } from 'kysely'
import { bigInt, bytes, type Entity, many, one, uint } from '../query/entity.ts'
import { account, credit } from './account.ts'
import { inference } from './inference.ts'
import { model } from './model.ts'

export const batch: Entity = {
  type: 'Batch',
  doc: 'Inferences recorded in one transaction.',
  list: 'batches',
  single: 'batch',
  key: ['id'],
  columns: {
    id: bigInt('Counting from 1.'),
    model: uint('The model that was called.'),
    operator: uint('Who served and recorded the calls.'),
    epoch: uint('The epoch in which they were recorded.'),
    count: uint('How many inferences.'),
    treasuryBps: uint('The treasury’s share of their fees, in basis points.'),
    feesGwei: bigInt('Their fees, in gwei-OPEN.'),
    voidedCount: uint('How many of them were voided since.'),
    refundedGwei: bigInt('The fees of those, which went back to their payers, in gwei-OPEN.'),
    root: bytes('Merkle root of the records.'),
    block: uint('The block of the transaction.'),
    logIndex: uint('Its event’s place in the block.'),
    transactionHash: bytes('The transaction.'),
    timestamp: uint('When, in seconds since 1970.'),
  },
  source: ({ block }) => sql`
    select r.batch as id, r.model, r.operator, r.epoch, r.count, r.treasury_bps, r.fees_gwei, r.root, r.block, r.log_index,
      r.transaction_hash, b.timestamp, voided.voided_count, voided.refunded_gwei
    from batch_recorded r join block b on b.number = r.block
    cross join lateral (
      select count(*) as voided_count, coalesce(sum(v.fee_gwei), 0) as refunded_gwei
      from record_voided v where v.batch = r.batch and v.block <= ${block}
    ) voided
    where r.block <= ${block}`,
  links: {
    inferences: many(() => inference, { batch: 'id' }, 'The inferences.'),
    credits: many(() => credit, { batch: 'id' }, 'Who is owed what.'),
    calledModel: one(() => model, { id: 'model' }, 'The model that was called.'),
    operatorAccount: one(() => account, { id: 'operator' }, 'Who served and recorded the calls.'),
  },
}
