import { sql } from 'kysely'
import { bigInt, blockTime, bytes, type Entity, id, nullable, one, text, uint } from '../query/entity.ts'
import { dataset } from './dataset.ts'
import { evaluation } from './evaluation.ts'
import { model } from './model.ts'

export const name: Entity = {
  type: 'Name',
  doc: 'A text by which a model, a dataset or an evaluation can be found: ask for those with `text_contains_nocase`.',
  list: 'names',
  key: ['type', 'number', 'field'],
  columns: {
    type: text('What it names: Model, Dataset or Evaluation.'),
    number: bigInt('The number of that.'),
    field: text('Which of its texts, such as name or licence.'),
    text: text('The text.'),
    model: nullable(id(uint('The model that it names.'))),
    dataset: nullable(id(uint('The dataset that it names.'))),
    evaluation: nullable(id(bigInt('The evaluation that it names.'))),
    block: uint('The block in which it was given.'),
    timestamp: blockTime,
    transactionHash: bytes('The transaction that gave it.'),
  },
  source: ({ block }) => sql`
    select type, number, field, text, case type when 'Model' then number end as model,
      case type when 'Dataset' then number end as dataset, case type when 'Evaluation' then number end as evaluation,
      block, transaction_hash
    from (
      select 'Model' as type, b.model as number, t.field, t.text, b.block, b.transaction_hash from base_model_registered b
        cross join lateral (values ('name', b.name), ('licence', b.licence), ('weightsUri', b.weights_uri)) t (field, text)
      union all
      select 'Model', g.model, t.field, t.text, g.block, g.transaction_hash from fine_tune_begun g
        cross join lateral (values ('manifestUri', g.manifest_uri), ('quantisationScheme', g.quantisation_scheme)) t (field, text)
      union all
      select 'Dataset', d.dataset, t.field, t.text, d.block, d.transaction_hash from dataset_registered d
        cross join lateral (values ('licence', d.licence), ('metadataUri', d.metadata_uri)) t (field, text)
      union all
      select 'Evaluation', e.evaluation, t.field, t.text, e.block, e.transaction_hash from evaluation_recorded e
        cross join lateral (values ('metric', e.metric), ('task', e.task)) t (field, text)
    ) named where text <> '' and block <= ${block}`,
  links: {
    model: one(() => model, { id: 'model' }, 'The model that it names.'),
    dataset: one(() => dataset, { id: 'dataset' }, 'The dataset that it names.'),
    evaluation: one(() => evaluation, { id: 'evaluation' }, 'The evaluation that it names.'),
  },
}
