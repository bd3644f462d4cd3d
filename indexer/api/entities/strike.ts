import { sql } from 'kysely'
import { bigInt, bytes, type Entity, nullable, one, oneOf, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { bond } from './bond.ts'
import { inference } from './inference.ts'
import { model } from './model.ts'

export const challenge: Entity = {
  type: 'Challenge',
  doc: 'A proof that somebody announced: what it is about shows only when it is sent, some blocks later.',
  list: 'challenges',
  key: ['block', 'logIndex'],
  columns: {
    commitment: bytes('keccak256(abi.encode(sender, calldata)) of the call that will follow.'),
    block: uint('The block in which it was announced.'),
    logIndex: uint('Its event’s place in the block.'),
    transactionHash: bytes('The transaction that announced it.'),
  },
  source: ({ block }) => sql`select * from challenge_committed where block <= ${block}`,
}

/**
 * The Court says what it found, and the Ledger next what that did: RecordStruck, RecordVoided, BondSlashed; or IndexStruck,
 * ModelStopped, BondSlashed. Where a bond held nothing any more, the last is missing.
 */
export const strike: Entity = {
  type: 'Strike',
  doc: 'A record or an influence index that the Court found false. A struck record is voided: nobody earns by it, and its payer has the fee back.',
  list: 'strikes',
  key: ['block', 'logIndex'],
  columns: {
    kind: oneOf('StrikeKind', 'What was struck.'),
    fault: oneOf('Fault', 'What was wrong.'),
    model: uint('The model of the call, or of the index.'),
    batch: nullable(bigInt('A record: the batch that holds it.')),
    position: nullable(uint('A record: its place in the batch.')),
    challenger: uint('Who showed it.'),
    refundedGwei: bigInt('The fee that went back to the payer’s tab, in gwei-OPEN.'),
    slashedBond: nullable(uint('The bond that answered for it, unless it was empty.')),
    slashedGwei: bigInt('What was taken from that bond, in gwei-OPEN.'),
    bountyGwei: bigInt('The challenger’s part of that, in gwei-OPEN.'),
    block: uint('The block.'),
    logIndex: uint('The place of the Court’s event in the block.'),
    transactionHash: bytes('The transaction that proved it.'),
    timestamp: uint('When, in seconds since 1970.'),
  },
  source: ({ block }) => sql`
    select struck.*, b.timestamp, slashed.bond as slashed_bond, coalesce(slashed.amount_gwei, 0) as slashed_gwei,
      coalesce(slashed.bounty_gwei, 0) as bounty_gwei
    from (
      select 'Record' as kind, s.fault, r.model, s.batch, s.position, s.challenger, v.fee_gwei as refunded_gwei,
        s.block, s.log_index, s.transaction_hash, v.log_index + 1 as slashed_at
      from record_struck s
      join record_voided v on v.batch = s.batch and v.position = s.position
      join batch_recorded r on r.batch = s.batch
      union all
      select 'Index', s.fault, s.model, null, null, s.challenger, 0, s.block, s.log_index, s.transaction_hash,
        s.log_index + 2
      from index_struck s
    ) struck
    join block b on b.number = struck.block
    left join bond_slashed slashed on slashed.block = struck.block and slashed.log_index = struck.slashed_at
    where struck.block <= ${block}`,
  links: {
    struckInference: one(() => inference, { batch: 'batch', position: 'position' }, 'A record: the inference.'),
    struckModel: one(() => model, { id: 'model' }, 'The model of the call, or of the index.'),
    challengerAccount: one(() => account, { id: 'challenger' }, 'Who showed it.'),
    culprit: one(() => bond, { id: 'slashedBond' }, 'The bond that answered for it.'),
  },
}

export const rowStrike: Entity = {
  type: 'RowStrike',
  doc: 'A row of an influence index that was found false: every pending record that lists it can be voided.',
  list: 'rowStrikes',
  key: ['model', 'row'],
  columns: {
    model: uint('The model.'),
    row: uint('The row.'),
    fault: oneOf('Fault', 'What was wrong with it.'),
    block: uint('The block in which it was struck.'),
    logIndex: uint('Its event’s place in the block.'),
    transactionHash: bytes('The transaction that struck it.'),
  },
  source: ({ block }) => sql`select * from row_struck where block <= ${block}`,
  links: { struckModel: one(() => model, { id: 'model' }, 'The model.') },
}
