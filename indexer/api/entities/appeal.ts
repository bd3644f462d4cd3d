import { sql } from 'kysely'
import { bigInt, blockTime, bytes, type Entity, id, nullable, one, oneOf, text, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { batch } from './batch.ts'
import { inference } from './inference.ts'
import { model } from './model.ts'
import { unit } from './unit.ts'

export const appeal: Entity = {
  type: 'Appeal',
  doc: 'A complaint about what no chain can decide, with a stake, a deadline and an arbiter’s ruling.',
  list: 'appeals',
  single: 'appeal',
  key: ['id'],
  columns: {
    id: id(bigInt('Counting from 1.')),
    appellant: id(uint('Who complains.')),
    accused: id(uint('The operator, or the model’s owner.')),
    model: id(uint('The model of the call, or of the unit.')),
    batch: nullable(id(bigInt('A record: its batch.'))),
    position: nullable(uint('A record: its place in the batch.')),
    unit: nullable(id(uint('A unit: its number.'))),
    stakeGwei: bigInt('What the appellant has at stake, in gwei-OPEN.'),
    heldGwei: bigInt('What is held of the accused bond, in gwei-OPEN.'),
    feeGwei: bigInt('A record: its fee, which waits for the ruling, in gwei-OPEN.'),
    dueAt: uint('Until when it can be ruled, by the contracts’ clock.'),
    groundsHash: bytes('keccak256 of the grounds.'),
    groundsUri: text('Where they can be read.'),
    status: oneOf('AppealStatus', 'What has become of it.'),
    reasonsHash: nullable(bytes('keccak256 of the ruling’s reasons.')),
    reasonsUri: nullable(text('Where they can be read.')),
    closedBlock: nullable(uint('The block of the ruling, or in which it lapsed.')),
    block: uint('The block in which it was filed.'),
    timestamp: blockTime,
    transactionHash: bytes('The transaction that filed it.'),
  },
  source: ({ block }) => sql`
    select f.appeal as id, f.appellant, coalesce(b.operator, m.owner) as accused, coalesce(f.model, b.model) as model, f.batch,
      f.position, f.unit, f.stake_gwei, f.held_gwei, f.fee_gwei, f.due_at, f.grounds_hash, f.grounds_uri, f.block,
      f.transaction_hash, r.reasons_hash, r.reasons_uri, coalesce(r.block, l.block) as closed_block,
      case when r.upheld then 'Upheld' when not r.upheld then 'Denied' when l.block is not null then 'Lapsed'
        else 'Open' end as status
    from appeal_filed f
    left join batch_recorded b on b.batch = f.batch
    left join fine_tune_entered m on m.model = f.model
    left join appeal_ruled r on r.appeal = f.appeal and r.block <= ${block}
    left join appeal_lapsed l on l.appeal = f.appeal and l.block <= ${block}
    where f.block <= ${block}`,
  links: {
    appellant: one(() => account, { id: 'appellant' }, 'Who complains.'),
    accused: one(() => account, { id: 'accused' }, 'The operator, or the model’s owner.'),
    model: one(() => model, { id: 'model' }, 'The model of the call, or of the unit.'),
    batch: one(() => batch, { id: 'batch' }, 'A record: its batch.'),
    inference: one(() => inference, { batch: 'batch', position: 'position' }, 'A record: the inference.'),
    unit: one(() => unit, { model: 'model', unit: 'unit' }, 'A unit: the unit.'),
  },
}
