import { sql } from 'kysely'
import {
  bigInt,
  blockTime,
  bool,
  bytes,
  type Entity,
  hidden,
  id,
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
import { book } from './book.ts'
import { channel } from './channel.ts'
import { modelDay } from './day.ts'
import { demand } from './demand.ts'
import { evaluation, rating } from './evaluation.ts'
import { inference } from './inference.ts'
import { modelContributor } from './modelContributor.ts'
import { operator, royalty } from './operator.ts'
import { strike } from './strike.ts'
import { unit } from './unit.ts'
import { versionOfModel } from './version.ts'

/** A model's batches, voided records, and ratings. Each sum stands alone: what nobody asks for is not added up. */
const recorded = (block: bigint) => sql`from batch_recorded n where n.model = ids.id and n.block <= ${block}`
const voided = (block: bigint) => sql`
  from record_voided v join batch_recorded n on n.batch = v.batch where n.model = ids.id and v.block <= ${block}`
const rated = (block: bigint) => sql`
  from (
    select 1 as sign, i.fee_gwei, i.stars from inference_rated i where i.model = ids.id and i.block <= ${block}
    union all
    select -1, d.fee_gwei, d.stars from rating_dropped d where d.model = ids.id and d.block <= ${block}
  ) t`

export const model: Entity = {
  type: 'Model',
  doc: 'A base model, or a fine-tune of a parent on frozen dataset versions.',
  list: 'models',
  single: 'model',
  key: ['id'],
  columns: {
    id: id(uint('Counting from 1.')),
    kind: oneOf('ModelKind', 'Whether it was trained here.'),
    state: oneOf('ModelState', 'Whether its calls can be recorded.'),
    owner: id(uint('The account that owns it.')),
    royaltyBps: uint('What it asks of every fine-tune below it, in basis points of a fee.'),
    name: nullable(text('Base models: its name.')),
    licence: nullable(text('Base models: SPDX identifier.')),
    weightsHash: nullable(bytes('Base models: keccak256 of the weights.')),
    weightsUri: nullable(text('Base models: where the weights can be read.')),
    parent: nullable(id(uint('Fine-tunes: the model it was fine-tuned from.'))),
    contributorBps: nullable(uint('Fine-tunes: the contributors’ share of a fee.')),
    operatorBps: nullable(uint('Fine-tunes: the operator’s share of a fee.')),
    baseBps: nullable(uint('Fine-tunes: the part of the contributors’ share that goes by kept rows.')),
    floorBps: nullable(
      uint('Fine-tunes: the least by which net influence is measured, of that of an answer of any length.'),
    ),
    sketched: nullable(bool('Fine-tunes: whether records carry query sketches, so that pay follows answers.')),
    feeUnitGwei: nullable(uint('Fine-tunes: what fees are counted in, in gwei-OPEN.')),
    dims: nullable(uint('Fine-tunes: codes in a unit’s sketch.')),
    method: nullable(oneOf('Method', 'Fine-tunes: how.')),
    quantisationScheme: nullable(text('Fine-tunes: how the parent’s weights were quantised, such as nf4.')),
    quantisationBits: nullable(uint('Fine-tunes: bits a weight.')),
    doubleQuant: nullable(bool('Fine-tunes: whether block scales were quantised again.')),
    adapterHash: nullable(bytes('Fine-tunes: keccak256 of the adapter’s weights.')),
    manifestHash: nullable(bytes('Fine-tunes: keccak256 of the run manifest.')),
    manifestUri: nullable(text('Fine-tunes: where the manifest can be read.')),
    indexHash: nullable(bytes('Fine-tunes: keccak256 of the row index file; read it at /blobs/<hash>.')),
    indexUri: nullable(text('Fine-tunes: where else it can be read.')),
    sketchSource: nullable(oneOf('SketchSource', 'Fine-tunes: what the sketches are made of.')),
    unitCount: nullable(uint('Fine-tunes: how many units it has, or will have.')),
    minimumRows: nullable(uint('Fine-tunes: kept rows from which a contribution is paid by itself.')),
    jointRows: nullable(uint('Fine-tunes: kept rows of all joint units together.')),
    maxPeak: nullable(uint('Fine-tunes: the greatest peak of a unit, by which scales are taken.')),
    indexRoot: nullable(bytes('Registered fine-tunes: Merkle root of the row index.')),
    totalHash: nullable(bytes('Registered fine-tunes: keccak256 of the sum of all units.')),
    floorNorm: nullable(bigInt('Registered fine-tunes: N, by which the floor is measured.')),
    fixedTotal: nullable(bigInt('Registered fine-tunes: the sum of fixed weights.')),
    keptRows: nullable(uint('Registered fine-tunes: the sum of kept rows.')),
    sheet: nullable(bytes('Registered fine-tunes: the contract whose code says where the units are.')),
    activeFrom: nullable(uint('Registered fine-tunes: from when calls are recorded, by the contracts’ clock.')),
    struckAt: nullable(uint('When the first of its units was struck, by the contracts’ clock.')),
    consentWithdrawn: bool('Whether consent to something it was trained on has been withdrawn since.'),
    inferenceCount: uint('Calls recorded.'),
    voidedCount: uint('How many of them were voided or set aside.'),
    feesGwei: bigInt('Fees of the calls that stand, in gwei-OPEN.'),
    ratingCount: uint('Calls that their payers rated, those dropped left out.'),
    ratedFeesGwei: bigInt('The fees of those calls, in gwei-OPEN.'),
    ratingStarsGwei: bigInt('Their stars, each times its fee: the mean rating is ratingStarsGwei / ratedFeesGwei.'),
    block: uint('The block in which it was entered.'),
    timestamp: blockTime,
    transactionHash: bytes('The transaction that entered it.'),
  },
  source: ({ block, time }) => sql`
    select ids.id, ids.block, ids.transaction_hash,
      case when b.model is not null then 'Base' else 'FineTune' end as kind,
      case when b.model is not null then 'Base' when struck.struck_at is not null then 'Struck'
        when a.active_from is null then 'Registering' when a.active_from > ${time} then 'Waiting' else 'Active' end as state,
      coalesce(b.owner, e.owner) as owner, coalesce(b.royalty_bps, e.royalty_bps) as royalty_bps,
      b.name, b.licence, b.weights_hash, b.weights_uri,
      e.parent, e.contributor_bps, e.operator_bps, e.base_bps, e.floor_bps, e.sketched, e.fee_unit_gwei, e.dims,
      g.method, g.quantisation_scheme, g.quantisation_bits, g.double_quant, g.adapter_hash, g.manifest_hash, g.manifest_uri,
      g.index_hash, g.index_uri, g.sketch_source, g.unit_count, g.minimum_rows, g.joint_rows, g.max_peak,
      r.index_root, r.total_hash, r.floor_norm, r.fixed_total, r.kept_rows, a.sheet, a.active_from, struck.struck_at,
      exists (
        select from trained_on t
        join version_frozen v on v.version = t.version
        join contribution_accepted c on c.dataset = v.dataset and c.accepted_at < v.frozen_at
        join consent_withdrawn w on w.contribution = c.contribution and w.withdrawn_at > v.frozen_at
        where t.model = ids.id and w.block <= ${block}
      ) as consent_withdrawn,
      (select coalesce(sum(n.count), 0)::int8 ${recorded(block)}) as inference_count,
      (select count(*) ${voided(block)}) as voided_count,
      (select coalesce(sum(n.fees_gwei), 0) ${recorded(block)}) - (select coalesce(sum(v.fee_gwei), 0) ${voided(block)})
        as fees_gwei,
      (select coalesce(sum(t.sign), 0)::int8 ${rated(block)}) as rating_count,
      (select coalesce(sum(t.sign * t.fee_gwei), 0) ${rated(block)}) as rated_fees_gwei,
      (select coalesce(sum(t.sign * t.fee_gwei * t.stars), 0) ${rated(block)}) as rating_stars_gwei
    from (
      select model as id, block, transaction_hash from base_model_registered where block <= ${block}
      union all select model, block, transaction_hash from fine_tune_entered where block <= ${block}
    ) ids
    left join base_model_registered b on b.model = ids.id and b.block <= ${block}
    left join fine_tune_entered e on e.model = ids.id and e.block <= ${block}
    left join fine_tune_begun g on g.model = ids.id and g.block <= ${block}
    left join fine_tune_registered r on r.model = ids.id and r.block <= ${block}
    left join model_activated a on a.model = ids.id and a.block <= ${block}
    cross join lateral (
      select min(s.struck_at) as struck_at from unit_struck s where s.model = ids.id and s.block <= ${block}
    ) struck`,
  links: {
    owner: one(() => account, { id: 'owner' }, 'Who owns it.'),
    parent: one(() => model, { id: 'parent' }, 'The model it was fine-tuned from.'),
    fineTunes: many(() => model, { parent: 'id' }, 'Models fine-tuned from it.'),
    versions: many(() => versionOfModel, { model: 'id' }, 'What it was trained on.'),
    units: many(() => unit, { model: 'id' }, 'What its contributors are paid by.'),
    royalties: many(() => royalty, { model: 'id' }, 'What every fee owes up its lineage.'),
    operators: many(() => operator, { model: 'id' }, 'Who may record its calls, or might once.'),
    books: many(() => book, { model: 'id' }, 'Its calls, by operator and time.'),
    channels: many(() => channel, { model: 'id' }, 'What was prepaid for it.'),
    batches: many(() => batch, { model: 'id' }, 'Its calls, by transaction.'),
    inferences: many(() => inference, { model: 'id' }, 'Its calls.'),
    bond: oneOrNone(() => bond, { model: 'id' }, 'What answers for its units, if anything.'),
    strikes: many(() => strike, { model: 'id' }, 'What was found false of it or of its calls.'),
    demands: many(() => demand, { model: 'id' }, 'Demands for rows.'),
    appeals: many(() => appeal, { model: 'id' }, 'Complaints of it or of its calls.'),
    evaluations: many(() => evaluation, { model: 'id' }, 'What was measured of it.'),
    ratings: many(() => rating, { model: 'id' }, 'What payers thought of its answers.'),
    modelContributors: many(
      () => modelContributor,
      { model: 'id' },
      'Who contributed to it, and what that helped and earned.',
    ),
    modelDays: many(() => modelDay, { model: 'id' }, 'Its calls day by day.'),
  },
}

export const modelOfVersion: Entity = {
  type: model.type,
  doc: model.doc,
  key: model.key,
  columns: { ...model.columns, version: hidden(bigInt('The version that it was trained on.')) },
  source: (at) => sql`
    select m.*, t.version from (${model.source(at)}) m join trained_on t on t.model = m.id where t.block <= ${at.block}`,
}
