import { sql } from 'kysely'
import {
  bigInt,
  bool,
  bytes,
  type Entity,
  hidden,
  many,
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
import { modelDay } from './day.ts'
import { demand } from './demand.ts'
import { evaluation, rating } from './evaluation.ts'
import { inference } from './inference.ts'
import { pool } from './pool.ts'
import { rowStrike, strike } from './strike.ts'
import { versionOfModel } from './version.ts'

export const model: Entity = {
  type: 'Model',
  doc: 'A base model, or a fine-tune of a parent on frozen dataset versions.',
  list: 'models',
  single: 'model',
  key: ['id'],
  columns: {
    id: uint('Counting from 1.'),
    kind: oneOf('ModelKind', 'Whether it was trained here.'),
    owner: uint('The account that owns it.'),
    royaltyBps: uint('What it asks of every fine-tune below it, in basis points of a fee.'),
    name: nullable(text('Base models: its name.')),
    licence: nullable(text('Base models: SPDX identifier.')),
    weightsHash: nullable(bytes('Base models: keccak256 of the weights.')),
    weightsUri: nullable(text('Base models: where the weights can be read.')),
    parent: nullable(uint('Fine-tunes: the model it was fine-tuned from.')),
    method: nullable(oneOf('Method', 'Fine-tunes: how.')),
    quantisationScheme: nullable(text('Fine-tunes: how the parent’s weights were quantised, such as nf4.')),
    quantisationBits: nullable(uint('Fine-tunes: bits a weight.')),
    doubleQuant: nullable(bool('Fine-tunes: whether block scales were quantised again.')),
    adapterHash: nullable(bytes('Fine-tunes: keccak256 of the adapter’s weights.')),
    manifestHash: nullable(bytes('Fine-tunes: keccak256 of the run manifest.')),
    manifestUri: nullable(text('Fine-tunes: where the manifest can be read.')),
    influenceRoot: nullable(bytes('Fine-tunes: Merkle root of the influence index.')),
    indexHash: nullable(bytes('Fine-tunes: keccak256 of the influence index file; read it at /blobs/<hash>.')),
    indexUri: nullable(text('Fine-tunes: where else it can be read.')),
    rowCount: nullable(uint('Fine-tunes: training rows, duplicates included.')),
    dims: nullable(uint('Fine-tunes: codes in a sketch.')),
    topK: nullable(uint('Fine-tunes: how many rows an attribution lists at most.')),
    sketchSource: nullable(oneOf('SketchSource', 'Fine-tunes: what the sketches are made of.')),
    contributorBps: nullable(uint('Fine-tunes: the contributors’ share of a fee.')),
    operatorBps: nullable(uint('Fine-tunes: the operator’s share of a fee.')),
    rule: nullable(oneOf('Rule', 'Fine-tunes: how the contributors’ share is divided among them.')),
    pool: nullable(uint('Fine-tunes whose contributors share equally: the account that earns their share.')),
    consentWithdrawn: bool('Whether consent to something it was trained on has been withdrawn since.'),
    stopped: bool('Whether the Court stopped it: it records no more calls.'),
    inferenceCount: uint('Calls recorded.'),
    voidedCount: uint('How many of them were voided.'),
    feesGwei: bigInt('Fees of the calls that stand, in gwei-OPEN.'),
    ratingCount: uint('Calls that their payers rated, voided ones left out.'),
    ratingStars: uint('The sum of their stars: the mean rating is ratingStars / ratingCount.'),
    block: uint('The block in which it was registered.'),
    transactionHash: bytes('The transaction that registered it.'),
  },
  source: ({ block }) => sql`
    select m.*, rated.rating_count, rated.rating_stars,
      exists (
        select from trained_on t
        join version_frozen v on v.version = t.version
        join contribution_accepted a on a.dataset = v.dataset and a.accepted_at < v.frozen_at
        join consent_withdrawn w on w.contribution = a.contribution and w.withdrawn_at > v.frozen_at
        where t.model = m.id and w.block <= ${block}
      ) as consent_withdrawn,
      (select coalesce(sum(b.count), 0) from batch_recorded b where b.model = m.id and b.block <= ${block})
        as inference_count,
      voided.voided_count,
      (select coalesce(sum(b.fees_gwei), 0) from batch_recorded b where b.model = m.id and b.block <= ${block})
        - voided.refunded_gwei as fees_gwei,
      exists (select from model_stopped s where s.model = m.id and s.block <= ${block}) as stopped
    from (
      select model as id, 'Base' as kind, owner, royalty_bps, name, licence, weights_hash, weights_uri,
        null::int8 as parent, null as method, null as quantisation_scheme, null::int8 as quantisation_bits,
        null::bool as double_quant, null::bytea as adapter_hash, null::bytea as manifest_hash, null as manifest_uri,
        null::bytea as influence_root, null::bytea as index_hash, null as index_uri, null::int8 as row_count,
        null::int8 as dims, null::int8 as top_k, null as sketch_source, null::int8 as contributor_bps,
        null::int8 as operator_bps, null as rule, null::int8 as pool, block, transaction_hash
      from base_model_registered where block <= ${block}
      union all
      select model, 'FineTune', owner, royalty_bps, null, null, null, null,
        parent, method, quantisation_scheme, quantisation_bits, double_quant, adapter_hash, manifest_hash, manifest_uri,
        influence_root, index_hash, index_uri, row_count, dims, top_k, sketch_source, contributor_bps, operator_bps,
        rule, pool, block, transaction_hash
      from fine_tune_registered where block <= ${block}
    ) m
    cross join lateral (
      select count(*) as voided_count, coalesce(sum(v.fee_gwei), 0) as refunded_gwei
      from record_voided v join batch_recorded b on b.batch = v.batch where b.model = m.id and v.block <= ${block}
    ) voided
    cross join lateral (
      select count(*) as rating_count, coalesce(sum(r.stars), 0) as rating_stars from inference_rated r
      where r.model = m.id and r.block <= ${block} and not exists (
        select from rating_dropped d where d.batch = r.batch and d.position = r.position and d.block <= ${block}
      )
    ) rated`,
  links: {
    ownerAccount: one(() => account, { id: 'owner' }, 'The account that owns it.'),
    parentModel: one(() => model, { id: 'parent' }, 'The model it was fine-tuned from.'),
    fineTunes: many(() => model, { parent: 'id' }, 'Models fine-tuned from it.'),
    versions: many(() => versionOfModel, { model: 'id' }, 'The dataset versions it was trained on.'),
    contributorsPool: oneOrNone(() => pool, { id: 'pool' }, 'What its contributors share, where they share equally.'),
    royalties: many(() => royalty, { model: 'id' }, 'What every fee owes up the lineage.'),
    operators: many(() => operator, { model: 'id' }, 'Who may serve it, or might once.'),
    batches: many(() => batch, { model: 'id' }, 'Its recorded calls, by transaction.'),
    inferences: many(() => inference, { model: 'id' }, 'Its recorded calls.'),
    days: many(() => modelDay, { model: 'id' }, 'Its calls day by day.'),
    bond: oneOrNone(() => bond, { model: 'id' }, 'What answers for its influence index, if anything.'),
    strikes: many(() => strike, { model: 'id' }, 'What of it was found false.'),
    rowStrikes: many(() => rowStrike, { model: 'id' }, 'Rows of its influence index that were found false.'),
    demands: many(() => demand, { model: 'id' }, 'Rows of its influence index that somebody asked to see.'),
    evaluations: many(() => evaluation, { model: 'id' }, 'What people measured of it.'),
    ratings: many(() => rating, { model: 'id' }, 'What payers thought of its answers.'),
    appeals: many(() => appeal, { model: 'id' }, 'Complaints about it or its calls.'),
  },
}

export const modelOfVersion: Entity = {
  type: model.type,
  doc: model.doc,
  key: model.key,
  columns: { ...model.columns, version: hidden(bigInt('A version it was trained on.')) },
  source: (at) => sql`
    select m.*, t.version from (${model.source(at)}) m join trained_on t on t.model = m.id where t.block <= ${at.block}`,
}

export const royalty: Entity = {
  type: 'Royalty',
  doc: 'A part of every fee of a model that is owed to the owner of one of its ancestors.',
  list: 'royalties',
  key: ['model', 'position'],
  columns: {
    model: uint('The model whose fees.'),
    position: uint('In the order in which the Ledger pays.'),
    account: uint('Who is owed.'),
    bps: uint('In basis points of the fee.'),
    block: uint('The block in which the model was registered.'),
  },
  source: ({ block }) => sql`select * from royalty_owed where block <= ${block}`,
  links: { owedAccount: one(() => account, { id: 'account' }, 'Who is owed.') },
}

export const operator: Entity = {
  type: 'Operator',
  doc: 'An account that may record calls of a model, or once could.',
  list: 'operators',
  key: ['model', 'operator'],
  columns: {
    model: uint('The model.'),
    operator: uint('The account.'),
    allowed: bool('Whether it may now.'),
    block: uint('The block in which that was last set.'),
  },
  source: ({ block }) => sql`
    select distinct on (model, operator) model, operator, allowed, block
    from operator_set where block <= ${block} order by model, operator, block desc, log_index desc`,
  links: {
    operatorAccount: one(() => account, { id: 'operator' }, 'The account.'),
    servedModel: one(() => model, { id: 'model' }, 'The model.'),
  },
}
