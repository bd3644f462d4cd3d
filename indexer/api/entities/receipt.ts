import { sql } from 'kysely'
import { bigInt, blockTime, bytes, type Entity, id, nullable, one, oneOf, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { batch } from './batch.ts'
import { inference } from './inference.ts'
import { model } from './model.ts'

const ID = (table: string) => sql`${sql.ref(table)}.block * 4294967296 + ${sql.ref(table)}.log_index as id`

export const receipt: Entity = {
  type: 'Receipt',
  doc: 'A receipt that was taken to the Court: its record was not as promised, or is missing. The chain never sees other receipts.',
  list: 'receipts',
  single: 'receipt',
  key: ['id'],
  columns: {
    id: id(bigInt('block · 2^32 + logIndex: one receipt may break several records.')),
    recordHash: bytes('The record that it promised.'),
    operator: id(uint('Who signed it.')),
    model: id(uint('The model that was called.')),
    status: oneOf('ReceiptStatus', 'What has become of it.'),
    claimant: id(uint('Who showed it to the Court.')),
    batch: nullable(id(bigInt('The batch of the record that breaks it, or that was shown.'))),
    position: nullable(uint('That record’s place in the batch.')),
    dueAt: nullable(uint('Demands: until when the record has to be shown, by the contracts’ clock.')),
    stakeGwei: bigInt('Demands: what the claimant staked, in gwei-OPEN.'),
    heldGwei: bigInt('Demands: what was held of the operator’s bond, in gwei-OPEN.'),
    shownBy: nullable(id(uint('Demands: who showed the record.'))),
    takenGwei: bigInt('Demands: what was taken from the operator’s bond, in gwei-OPEN.'),
    closedBlock: nullable(uint('The block in which it was broken, shown, or found unrecorded.')),
    block: uint('The block in which it was shown to the Court.'),
    timestamp: blockTime,
    logIndex: uint('Its event’s place in the block.'),
    transactionHash: bytes('The transaction.'),
  },
  source: ({ block }) => sql`
    select ${ID('b')}, b.record_hash, r.operator, r.model, 'Broken' as status, b.challenger as claimant, b.batch, b.position,
      null::int8 as due_at, 0::numeric as stake_gwei, 0::numeric as held_gwei, null::int8 as shown_by, 0::numeric as taken_gwei,
      b.block as closed_block, b.block, b.log_index, b.transaction_hash
    from receipt_broken b join batch_recorded r on r.batch = b.batch where b.block <= ${block}
    union all
    select ${ID('d')}, d.record_hash, d.operator, d.model,
      case when s.block is not null then 'Shown' when u.block is not null then 'Unrecorded' else 'Open' end, d.demander,
      s.batch, s.position, d.due_at, d.stake_gwei, d.held_gwei, s.shown_by, coalesce(u.taken_gwei, 0),
      coalesce(s.block, u.block), d.block, d.log_index, d.transaction_hash
    from receipt_demanded d
    left join record_shown s on s.record_hash = d.record_hash and s.block <= ${block}
    left join receipt_unrecorded u on u.record_hash = d.record_hash and u.block <= ${block}
    where d.block <= ${block}`,
  links: {
    operator: one(() => account, { id: 'operator' }, 'Who signed it.'),
    claimant: one(() => account, { id: 'claimant' }, 'Who showed it to the Court.'),
    model: one(() => model, { id: 'model' }, 'The model that was called.'),
    batch: one(() => batch, { id: 'batch' }, 'The batch of that record.'),
    shownBy: one(() => account, { id: 'shownBy' }, 'Demands: who showed the record.'),
    inference: one(
      () => inference,
      { batch: 'batch', position: 'position' },
      'The record that breaks it, or that was shown.',
    ),
  },
}

export const receiptKey: Entity = {
  type: 'ReceiptKey',
  doc: 'What an operator signs receipts with. Receipts to be recorded by a time within its term count.',
  list: 'receiptKeys',
  key: ['block', 'logIndex'],
  columns: {
    operator: id(uint('The operator.')),
    key: bytes('The key’s address.'),
    validFrom: uint('From when it signs, by the contracts’ clock; 0 of the operator’s first.'),
    validUntil: nullable(uint('Until when, by the contracts’ clock; none of the newest.')),
    block: uint('The block in which it was set.'),
    timestamp: blockTime,
    logIndex: uint('Its event’s place in the block.'),
    transactionHash: bytes('The transaction that set it.'),
  },
  source: ({ block }) => sql`
    select k.operator, k.key, k.valid_from, k.block, k.log_index, k.transaction_hash, (
      select n.previous_until from receipt_key_set n
      where n.operator = k.operator and (n.block, n.log_index) > (k.block, k.log_index) and n.block <= ${block}
      order by n.block, n.log_index limit 1
    ) as valid_until
    from receipt_key_set k where k.block <= ${block}`,
  links: { operator: one(() => account, { id: 'operator' }, 'The operator.') },
}
