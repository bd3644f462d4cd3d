import { sql } from 'kysely'
import { bigInt, bool, bytes, type Entity, many, one, oneOrNone, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { batch } from './batch.ts'
import { rating } from './evaluation.ts'
import { model } from './model.ts'
import { strike } from './strike.ts'

export const inference: Entity = {
  type: 'Inference',
  doc: 'One served and paid call.',
  list: 'inferences',
  single: 'inference',
  key: ['batch', 'position'],
  columns: {
    batch: bigInt('The batch that recorded it.'),
    position: uint('Its place in the batch, from 0.'),
    model: uint('The model that was called.'),
    operator: uint('Who served it.'),
    payer: uint('Who paid.'),
    commitment: bytes('keccak256 of request hash, response hash and salt.'),
    recordHash: bytes('keccak256 of the record.'),
    sketch: bytes('The query’s 4-bit sketch, two codes a byte; empty where contributors share equally.'),
    feeGwei: bigInt('What it cost, in gwei-OPEN; the five parts below sum to it.'),
    contributorsGwei: bigInt(
      'Part of the contributors of the rows that moved the answer, or of the pool that all share.',
    ),
    operatorGwei: bigInt('Part of the operator.'),
    royaltiesGwei: bigInt('Part of the owners up the lineage.'),
    ownerGwei: bigInt('Part of the model’s owner.'),
    treasuryGwei: bigInt('Part of the treasury, dust included.'),
    stands: bool('Whether it was not voided: a voided one earns nobody anything, and its fee went back to the payer.'),
    block: uint('The block in which it was recorded.'),
    transactionHash: bytes('The transaction that recorded it.'),
    timestamp: uint('When, in seconds since 1970.'),
  },
  source: ({ block }) => sql`
    select i.*, r.transaction_hash, b.timestamp, not exists (
      select from record_voided v where v.batch = i.batch and v.position = i.position and v.block <= ${block}
    ) as stands
    from inference i join batch_recorded r on r.batch = i.batch join block b on b.number = i.block
    where i.block <= ${block}`,
  links: {
    attributions: many(() => attribution, { batch: 'batch', position: 'position' }, 'The rows that moved the answer.'),
    calledModel: one(() => model, { id: 'model' }, 'The model that was called.'),
    payerAccount: one(() => account, { id: 'payer' }, 'Who paid.'),
    operatorAccount: one(() => account, { id: 'operator' }, 'Who served it.'),
    voided: oneOrNone(() => strike, { batch: 'batch', position: 'position' }, 'What it was voided for, if it was.'),
    rating: oneOrNone(
      () => rating,
      { batch: 'batch', position: 'position' },
      'What its payer thought of it, if it said.',
    ),
    recordedBatch: one(() => batch, { id: 'batch' }, 'The batch that recorded it.'),
  },
}

export const attribution: Entity = {
  type: 'Attribution',
  doc: 'One training row credited for one inference.',
  list: 'attributions',
  key: ['batch', 'position', 'rank'],
  columns: {
    batch: bigInt('The batch of the inference.'),
    position: uint('The inference’s place in the batch.'),
    rank: uint('From 0, by descending weight.'),
    model: uint('The model that was called.'),
    row: uint('The training row.'),
    account: uint('Who contributed it.'),
    weight: uint('Of 65,535 for the whole inference.'),
    amountGwei: bigInt('What it earned, in gwei-OPEN.'),
    block: uint('The block in which it was recorded.'),
  },
  source: ({ block }) => sql`select * from attribution where block <= ${block}`,
  links: {
    creditedAccount: one(() => account, { id: 'account' }, 'Who contributed it.'),
    inference: one(() => inference, { batch: 'batch', position: 'position' }, 'The inference.'),
    calledModel: one(() => model, { id: 'model' }, 'The model that was called.'),
  },
}
