import { sql } from 'kysely'
import { bytes, type Entity, many, text, uint } from '../query/entity.ts'
import { contribution } from './contribution.ts'
import { version } from './version.ts'

export const dataset: Entity = {
  type: 'Dataset',
  doc: 'A dataset of many contributors under one licence.',
  list: 'datasets',
  single: 'dataset',
  key: ['id'],
  columns: {
    id: uint('Counting from 1.'),
    curator: bytes('The address that accepts, rejects and freezes.'),
    licence: text('SPDX identifier.'),
    termsHash: bytes('keccak256 of the terms that contributors agree to.'),
    metadataHash: bytes('keccak256 of the dataset card.'),
    metadataUri: text('Where the dataset card can be read.'),
    contributionCount: uint('Contributions ever submitted.'),
    acceptedCount: uint('Contributions accepted whose consent stands.'),
    versionCount: uint('Versions frozen.'),
    block: uint('The block in which it was registered.'),
    transactionHash: bytes('The transaction that registered it.'),
  },
  source: ({ block }) => sql`
    select d.dataset as id, d.licence, d.terms_hash, d.metadata_hash, d.metadata_uri, d.block, d.transaction_hash,
      coalesce((
        select c.curator from curator_changed c where c.dataset = d.dataset and c.block <= ${block}
        order by c.block desc, c.log_index desc limit 1
      ), d.curator) as curator,
      (select count(*) from contribution_submitted s where s.dataset = d.dataset and s.block <= ${block})
        as contribution_count,
      (select count(*) from contribution_accepted a where a.dataset = d.dataset and a.block <= ${block}
        and not exists (
          select from consent_withdrawn w where w.contribution = a.contribution and w.block <= ${block}
        )) as accepted_count,
      (select count(*) from version_frozen v where v.dataset = d.dataset and v.block <= ${block}) as version_count
    from dataset_registered d where d.block <= ${block}`,
  links: {
    contributions: many(() => contribution, { dataset: 'id' }, 'Everything submitted to it.'),
    versions: many(() => version, { dataset: 'id' }, 'Its frozen versions.'),
  },
}
