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
    feesGwei: bigInt('Their fees, in gwei-OPEN.'),
    root: bytes('Merkle root of the records.'),
    block: uint('The block of the transaction.'),
    logIndex: uint('Its event’s place in the block.'),
    transactionHash: bytes('The transaction.'),
    timestamp: uint('When, in seconds since 1970.'),
  },
  source: ({ block }) => sql`
    select r.batch as id, r.model, r.operator, r.epoch, r.count, r.fees_gwei, r.root, r.block, r.log_index,
      r.transaction_hash, b.timestamp
    from batch_recorded r join block b on b.number = r.block where r.block <= ${block}`,
  links: {
    inferences: many(() => inference, { batch: 'id' }, 'The inferences.'),
    credits: many(() => credit, { batch: 'id' }, 'Who is owed what.'),
    calledModel: one(() => model, { id: 'model' }, 'The model that was called.'),
    operatorAccount: one(() => account, { id: 'operator' }, 'Who served and recorded the calls.'),
  },
}
