import { sql } from 'kysely'
import { bigInt, blockTime, bytes, type Entity, hidden, id, many, one, uint } from '../query/entity.ts'
import { contributionOfVersion, contributions, INCLUDED } from './contribution.ts'
import { dataset } from './dataset.ts'
import { modelOfVersion } from './model.ts'

export const version: Entity = {
  type: 'Version',
  doc: 'A frozen list of contributions that models are trained on.',
  list: 'versions',
  single: 'version',
  key: ['id'],
  columns: {
    id: id(bigInt('dataset · 2^32 + number.')),
    dataset: id(uint('The dataset that was frozen.')),
    number: uint('Counting from 1 within the dataset.'),
    frozenAt: uint('Journal count of Datasets just after the freeze.'),
    contributionCount: uint('How many contributions are in it.'),
    itemCount: bigInt('How many items those commit to.'),
    block: uint('The block in which it was frozen.'),
    timestamp: blockTime,
    transactionHash: bytes('The transaction that froze it.'),
  },
  source: (at) => sql`
    select v.version as id, v.dataset, v.version % 4294967296 as number, v.frozen_at, v.contribution_count, v.block,
      v.transaction_hash,
      (select sum(c.item_count) from (${contributions(at)}) c where ${INCLUDED}) as item_count
    from version_frozen v where v.block <= ${at.block}`,
  links: {
    dataset: one(() => dataset, { id: 'dataset' }, 'The dataset that was frozen.'),
    contributions: many(() => contributionOfVersion, { version: 'id' }, 'What is in it.'),
    models: many(() => modelOfVersion, { version: 'id' }, 'Models trained on it.'),
  },
}

export const versionOfModel: Entity = {
  type: version.type,
  doc: version.doc,
  key: version.key,
  columns: { ...version.columns, model: hidden(uint('The model that was trained on it.')) },
  source: (at) => sql`
    select v.*, t.model from (${version.source(at)}) v join trained_on t on t.version = v.id where t.block <= ${at.block}`,
}

export const versionOfContribution: Entity = {
  type: version.type,
  doc: version.doc,
  key: version.key,
  columns: { ...version.columns, contribution: hidden(bytes('The contribution that it includes.')) },
  source: (at) => sql`
    select f.*, c.id as contribution
    from (${version.source(at)}) f join version_frozen v on v.version = f.id join (${contributions(at)}) c on ${INCLUDED}`,
}
