import { sql } from 'kysely'
import { zeroAddress } from 'viem'
import { toBytea } from '../../store/types.ts'
import { blockTime, bool, bytes, type Entity, id, many, one, text, uint } from '../query/entity.ts'
import { contribution } from './contribution.ts'
import { datasetDay } from './day.ts'
import { version } from './version.ts'

export const dataset: Entity = {
  type: 'Dataset',
  doc: 'A dataset of many contributors under one licence.',
  list: 'datasets',
  single: 'dataset',
  key: ['id'],
  columns: {
    id: id(uint('Counting from 1.')),
    curator: bytes('The address that accepts, rejects and freezes.'),
    licence: text('SPDX identifier.'),
    termsHash: bytes('keccak256 of the terms that contributors agree to.'),
    metadataHash: bytes('keccak256 of the dataset card.'),
    metadataUri: text('Where the dataset card can be read.'),
    contributionCount: uint('Contributions ever submitted.'),
    acceptedCount: uint('Contributions accepted whose consent stands.'),
    versionCount: uint('Versions frozen.'),
    block: uint('The block in which it was registered.'),
    timestamp: blockTime,
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
    datasetDays: many(() => datasetDay, { dataset: 'id' }, 'What became of it day by day.'),
  },
}

export const curatorProposal: Entity = {
  type: 'CuratorProposal',
  doc: 'An address that a dataset’s curator proposed to take over.',
  list: 'curatorProposals',
  key: ['block', 'logIndex'],
  columns: {
    dataset: id(uint('The dataset.')),
    curator: bytes('The curator who proposed.'),
    proposed: bytes('Who may take over; zero takes an earlier proposal back.'),
    open: bool('Whether it can still be accepted.'),
    block: uint('The block of the proposal.'),
    timestamp: blockTime,
    logIndex: uint('Its place in the block.'),
    transactionHash: bytes('The transaction that proposed.'),
  },
  source: ({ block }) => sql`
    select p.*, p.proposed <> ${toBytea(zeroAddress)}
      and not exists (select from curator_proposed q where q.dataset = p.dataset and q.block <= ${block}
        and (q.block, q.log_index) > (p.block, p.log_index))
      and not exists (select from curator_changed c where c.dataset = p.dataset and c.block <= ${block}
        and (c.block, c.log_index) > (p.block, p.log_index)) as open
    from curator_proposed p where p.block <= ${block}`,
  links: { dataset: one(() => dataset, { id: 'dataset' }, 'The dataset.') },
}
