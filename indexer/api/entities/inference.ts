import { type RawBuilder, sql } from 'kysely'
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
  oneOf,
  oneOrNone,
  uint,
} from '../query/entity.ts'
import { account } from './account.ts'
import { appeal } from './appeal.ts'
import { batch } from './batch.ts'
import { book } from './book.ts'
import { channel } from './channel.ts'
import { rating } from './evaluation.ts'
import { model } from './model.ts'
import { strike } from './strike.ts'

const recorded = sql`from batch_recorded r where r.batch = i.batch`
const charged = sql`from channel_charged c where c.batch = i.batch and c.position = i.channel_index`
const voided = (block: bigint) => sql`
  from record_voided v where v.batch = i.batch and v.position = i.position and v.block <= ${block}`

/** The records of books. */
const ofBooks = (books: RawBuilder<unknown>) => sql`
  select j.batch, j.position from batch_recorded r join inference j on j.batch = r.batch where r.book in (${books})`

/** The records that channels were charged for. */
const ofChannels = (channels: RawBuilder<unknown>) => sql`
  select j.batch, j.position from channel_charged c
  join inference j on j.batch = c.batch and j.channel_index = c.position where c.channel in (${channels})`

export const inference: Entity = {
  type: 'Inference',
  doc: 'One served and paid call.',
  list: 'inferences',
  single: 'inference',
  key: ['batch', 'position'],
  isChronological: true,
  columns: {
    batch: id(bigInt('The batch that recorded it.')),
    position: uint('Its place in the batch, from 0.'),
    book: { ...id(bigInt('The book that pays it out.')), candidates: ofBooks },
    model: id(uint('The model that was called.')),
    operator: id(uint('Who served it.')),
    payer: id(uint('Who paid; 0 where OPEN came without a payer.')),
    salt: uint('Tells channels of one payer, operator and model apart.'),
    channel: { ...id(bytes('The channel that was charged.')), candidates: ofChannels },
    feeUnits: uint('What it cost, in the model’s fee unit.'),
    feeGwei: bigInt('The same, in gwei-OPEN.'),
    commitment: bytes('keccak256 of salt, request hash, answer hash, and hash of the int4 sketch.'),
    recordHash: bytes('Its leaf in the batch’s tree: what a receipt promises.'),
    record: bytes(
      'Its bytes, as they were recorded: place of its channel (1), fee units (2), commitment (32), sketch.',
    ),
    sketch: nullable(bytes('The query’s sketch, a bit a dimension; none where pay does not follow answers.')),
    status: oneOf('InferenceStatus', 'Whether it stands, or what became of it.'),
    stands: bool('Whether its book counts it.'),
    block: uint('The block in which it was recorded.'),
    timestamp: blockTime,
    transactionHash: bytes('The transaction that recorded it.'),
  },
  // Each look-up stands alone: what nobody asks for is not looked up.
  source: ({ block }) => sql`
    select i.batch, i.position, i.model, i.operator, i.payer, i.fee_units, i.fee_gwei, i.commitment, i.record_hash, i.sketch,
      substring(int4send(i.channel_index::int4) from 4) || substring(int4send(i.fee_units::int4) from 3) || i.commitment
        || coalesce(i.sketch, '') as record,
      i.block, (select r.book ${recorded}) as book, (select r.transaction_hash ${recorded}) as transaction_hash,
      (select c.salt ${charged}) as salt, (select c.channel ${charged}) as channel,
      not exists (select ${voided(block)}) as stands,
      coalesce((
        select case when not v.is_set_aside then 'Voided' else coalesce((
            select case when p.upheld then 'Upheld' else 'Denied' end from appeal_filed f
            join appeal_ruled p on p.appeal = f.appeal and p.block <= ${block}
            where f.batch = i.batch and f.position = i.position
          ), (
            select 'Lapsed' from appeal_filed f join appeal_lapsed l on l.appeal = f.appeal and l.block <= ${block}
            where f.batch = i.batch and f.position = i.position
          ), 'SetAside') end ${voided(block)}
      ), 'Stands') as status
    from inference i where i.block <= ${block}`,
  links: {
    book: one(() => book, { id: 'book' }, 'The book that pays it out.'),
    batch: one(() => batch, { id: 'batch' }, 'The batch that recorded it.'),
    channel: one(() => channel, { id: 'channel' }, 'The channel that was charged.'),
    model: one(() => model, { id: 'model' }, 'The model that was called.'),
    payer: oneOrNone(() => account, { id: 'payer' }, 'Who paid, if anybody is known to have.'),
    operator: one(() => account, { id: 'operator' }, 'Who served it.'),
    strikes: many(() => strike, { batch: 'batch', position: 'position' }, 'What it was voided for, if it was.'),
    appeals: many(() => appeal, { batch: 'batch', position: 'position' }, 'Complaints of it.'),
    rating: oneOrNone(
      () => rating,
      { batch: 'batch', position: 'position' },
      'What its payer thought of it, if it said.',
    ),
  },
}
