import { sql } from 'kysely'
import { bigInt, bytes, type Entity, nullable, one, oneOf, text, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { inference } from './inference.ts'
import { model } from './model.ts'

export const appeal: Entity = {
  type: 'Appeal',
  doc: 'A complaint about what no chain can decide, with a stake, a deadline and an arbiter’s ruling.',
  list: 'appeals',
  single: 'appeal',
  key: ['id'],
  columns: {
    id: bigInt('Counting from 1.'),
    appellant: uint('Who complains.'),
    accused: uint('The operator, or the model’s owner.'),
    model: uint('The model complained of; its influence index where no record is named.'),
    batch: nullable(bigInt('The batch of the record complained of.')),
    position: nullable(uint('That record’s place in the batch.')),
    stakeGwei: bigInt('What the appellant has at stake, in gwei-OPEN.'),
    dueAt: uint('Until when it can be ruled, in seconds since 1970.'),
    groundsHash: bytes('keccak256 of the grounds.'),
    groundsUri: text('Where they can be read.'),
    status: oneOf('AppealStatus', 'What has become of it.'),
    reasonsHash: nullable(bytes('keccak256 of the ruling’s reasons.')),
    reasonsUri: nullable(text('Where they can be read.')),
    closedBlock: nullable(uint('The block of the ruling, or in which it lapsed.')),
    block: uint('The block in which it was filed.'),
    transactionHash: bytes('The transaction that filed it.'),
  },
  source: ({ block }) => sql`
    select f.appeal as id, f.appellant, f.accused, f.model, f.batch, f.position, f.stake_gwei, f.due_at, f.grounds_hash,
      f.grounds_uri, f.block, f.transaction_hash, r.reasons_hash, r.reasons_uri, coalesce(r.block, l.block) as closed_block,
      case when r.upheld then 'Upheld' when not r.upheld then 'Denied' when l.block is not null then 'Lapsed'
        else 'Open' end as status
    from appeal_filed f
    left join appeal_ruled r on r.appeal = f.appeal and r.block <= ${block}
    left join appeal_lapsed l on l.appeal = f.appeal and l.block <= ${block}
    where f.block <= ${block}`,
  links: {
    appellantAccount: one(() => account, { id: 'appellant' }, 'Who complains.'),
    accusedAccount: one(() => account, { id: 'accused' }, 'The operator, or the model’s owner.'),
    subjectModel: one(() => model, { id: 'model' }, 'The model complained of.'),
    subjectInference: one(() => inference, { batch: 'batch', position: 'position' }, 'The record complained of.'),
  },
}
