import { sql } from 'kysely'
import {
  bigInt,
  blockTime,
  bytes,
  type Entity,
  id,
  nullable,
  one,
  oneOf,
  oneOrNone,
  text,
  uint,
} from '../query/entity.ts'
import { account } from './account.ts'
import { appeal } from './appeal.ts'
import { batch } from './batch.ts'
import { bond } from './bond.ts'
import { inference } from './inference.ts'
import { model } from './model.ts'
import { unit } from './unit.ts'

export const challenge: Entity = {
  type: 'Challenge',
  doc: 'A commitment to a challenge. Its subject shows only when the challenge is sent, some blocks later.',
  list: 'challenges',
  key: ['block', 'logIndex'],
  columns: {
    contract: text('Before which court: court or unitCourt.'),
    commitment: bytes('keccak256(abi.encode(sender, calldata)) of the call that will follow.'),
    block: uint('The block in which it was announced.'),
    timestamp: blockTime,
    logIndex: uint('Its event’s place in the block.'),
    transactionHash: bytes('The transaction that announced it.'),
  },
  source: ({ block }) => sql`select * from challenge_committed where block <= ${block}`,
}

/**
 * What the courts found, each with the slash that came with it in the same transaction: the next
 * one after it, or the last before.
 */
const found = sql`
  select 'BrokenReceipt' as kind, null as fault, r.model, null::int8 as unit, s.batch, s.position, s.record_hash, null::int8 as appeal,
    s.challenger, r.operator as culprit, s.block, s.log_index, s.transaction_hash, true as is_slashed_after
  from receipt_broken s join batch_recorded r on r.batch = s.batch
  union all
  select 'UnrecordedReceipt', null, d.model, null, null, null, u.record_hash, null, u.demander, u.operator, u.block, u.log_index,
    u.transaction_hash, false
  from receipt_unrecorded u join receipt_demanded d on d.record_hash = u.record_hash and d.operator = u.operator
  union all
  select 'FalseUnit', p.fault, p.model, p.unit, null, null, null, null, p.challenger, 4294967296 + p.model, p.block, p.log_index,
    p.transaction_hash, false
  from unit_proved_false p
  union all
  select 'UpheldAppeal', null, coalesce(f.model, r.model), f.unit, f.batch, f.position, null, f.appeal, f.appellant,
    coalesce(4294967296 + f.model, r.operator), p.block, p.log_index, p.transaction_hash, true
  from appeal_ruled p join appeal_filed f on f.appeal = p.appeal left join batch_recorded r on r.batch = f.batch
  where p.upheld`

export const strike: Entity = {
  type: 'Strike',
  doc: 'Something that a court found false, or not kept.',
  list: 'strikes',
  key: ['block', 'logIndex'],
  columns: {
    kind: oneOf('StrikeKind', 'What was struck.'),
    fault: nullable(oneOf('UnitFault', 'A unit: what was wrong with it.')),
    model: id(uint('The model.')),
    unit: nullable(id(uint('A unit: its number.'))),
    batch: nullable(id(bigInt('A record: the batch that holds it.'))),
    position: nullable(uint('A record: its place in the batch.')),
    recordHash: nullable(bytes('A receipt: the record that it promised.')),
    appeal: nullable(id(bigInt('The appeal that was upheld, if that is why.'))),
    challenger: id(uint('Who showed it.')),
    slashedBond: id(uint('The bond that answered for it.')),
    slashedGwei: bigInt('What was taken from that bond, in gwei-OPEN.'),
    bountyGwei: bigInt('The challenger’s part of that, in gwei-OPEN.'),
    givenGwei: bigInt('The contributors’ part of it, in gwei-OPEN.'),
    block: uint('The block.'),
    timestamp: blockTime,
    logIndex: uint('The place of the court’s event in the block.'),
    transactionHash: bytes('The transaction that proved it.'),
  },
  source: ({ block }) => sql`
    select f.kind, f.fault, f.model, f.unit, f.batch, f.position, f.record_hash, f.appeal, f.challenger, f.culprit as slashed_bond,
      coalesce(slashed.amount_gwei, 0) as slashed_gwei, coalesce(slashed.bounty_gwei, 0) as bounty_gwei,
      coalesce(slashed.given_gwei, 0) as given_gwei, f.block, f.log_index, f.transaction_hash
    from (${found}) f
    left join lateral (
      select s.amount_gwei, s.bounty_gwei, s.given_gwei from bond_slashed s
      where s.transaction_hash = f.transaction_hash and s.bond = f.culprit and (s.log_index > f.log_index) = f.is_slashed_after
      order by abs(s.log_index - f.log_index) limit 1
    ) slashed on true
    where f.block <= ${block}`,
  links: {
    batch: one(() => batch, { id: 'batch' }, 'A record: the batch that holds it.'),
    inference: oneOrNone(() => inference, { batch: 'batch', position: 'position' }, 'A record: the inference.'),
    unit: oneOrNone(() => unit, { model: 'model', unit: 'unit' }, 'A unit: the unit.'),
    model: one(() => model, { id: 'model' }, 'The model.'),
    challenger: one(() => account, { id: 'challenger' }, 'Who showed it.'),
    slashedBond: oneOrNone(
      () => bond,
      { id: 'slashedBond' },
      'The bond that answered for it, if it ever held anything.',
    ),
    appeal: one(() => appeal, { id: 'appeal' }, 'The appeal that was upheld.'),
  },
}
