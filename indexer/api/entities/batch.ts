import { sql } from 'kysely'
import { bigInt, blockTime, bytes, type Entity, id, many, one, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { book } from './book.ts'
import { channelCharge } from './channel.ts'
import { inference } from './inference.ts'
import { model } from './model.ts'

const voided = (block: bigint) => sql`from record_voided v where v.batch = r.batch and v.block <= ${block}`

/** What the newest voiding left. */
const last = (column: string, block: bigint) => sql`(
  select v.${sql.ref(column)} ${voided(block)} order by v.block desc, v.log_index desc limit 1)`

export const batch: Entity = {
  type: 'Batch',
  doc: 'Inferences recorded in one transaction. Voiding one of them changes units, root and sum, and so what the Ledger commits to.',
  list: 'batches',
  single: 'batch',
  key: ['id'],
  isChronological: true,
  columns: {
    id: id(bigInt('Counting from 1.')),
    book: id(bigInt('The book that it belongs to.')),
    model: id(uint('The model that was called.')),
    operator: id(uint('Who served and recorded the calls.')),
    number: uint('Which batch of its book, from 0.'),
    count: uint('How many inferences it was recorded with.'),
    voidedCount: uint('How many of them were voided or set aside.'),
    units: uint('Fees of those that stand, in the model’s fee unit.'),
    feesGwei: bigInt('The same, in gwei-OPEN.'),
    recordedGwei: bigInt('The fees that it was recorded with, in gwei-OPEN.'),
    coverGwei: bigInt('What the operator’s bond must hold for it until its book is settled, in gwei-OPEN.'),
    root: bytes('Merkle root of the records as they stand.'),
    sumHash: bytes('keccak256 of the sum of their query sketches.'),
    recordedRoot: bytes('Merkle root of the records as they were recorded.'),
    block: uint('The block of the transaction: recordedIn.'),
    timestamp: blockTime,
    logIndex: uint('Its event’s place in the block.'),
    transactionHash: bytes('The transaction.'),
  },
  source: ({ block }) => sql`
    select r.batch as id, r.book, r.model, r.operator, r.number, r.count, (select count(*) ${voided(block)}) as voided_count,
      coalesce(${last('units', block)}, r.units) as units, 
      r.fees_gwei - (select coalesce(sum(v.fee_gwei), 0) ${voided(block)}) as fees_gwei, r.fees_gwei as recorded_gwei,
      r.cover_gwei, coalesce(${last('root', block)}, r.root) as root, coalesce(${last('sum_hash', block)}, r.sum_hash) as sum_hash,
      r.root as recorded_root, r.block, r.log_index, r.transaction_hash
    from batch_recorded r
    where r.block <= ${block}`,
  links: {
    inferences: many(() => inference, { batch: 'id' }, 'The inferences.'),
    channelCharges: many(() => channelCharge, { batch: 'id' }, 'Channels that it charged.'),
    book: one(() => book, { id: 'book' }, 'The book that it belongs to.'),
    model: one(() => model, { id: 'model' }, 'The model that was called.'),
    operator: one(() => account, { id: 'operator' }, 'Who served and recorded the calls.'),
  },
}
