import { type RawBuilder, sql } from 'kysely'
import type { AsOf } from '../query/asOf.ts'
import { bigInt, blockTime, bytes, type Entity, hidden, id, many, nullable, one, oneOf, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { dataset } from './dataset.ts'
import { unit, unitMember } from './unit.ts'
import { versionOfContribution } from './version.ts'

const columns = {
  id: id(bytes('keccak256 of what it is: dataset, contributor, items root and count.')),
  dataset: id(uint('The dataset that it belongs to.')),
  contributor: id(uint('The account that is credited.')),
  itemsRoot: bytes('Merkle root of its salted item hashes.'),
  itemCount: uint('How many items it commits to.'),
  status: oneOf('ContributionStatus', 'What has become of it.'),
  acceptedAt: nullable(uint('Journal count of Datasets just after its acceptance.')),
  withdrawnAt: nullable(uint('Journal count of Datasets just after its consent was withdrawn.')),
  block: uint('The block in which it was submitted.'),
  timestamp: blockTime,
  transactionHash: bytes('The transaction that submitted it.'),
}

const links: NonNullable<Entity['links']> = {
  contributor: one(() => account, { id: 'contributor' }, 'The account that is credited.'),
  dataset: one(() => dataset, { id: 'dataset' }, 'The dataset that it belongs to.'),
  units: many(() => unit, { contribution: 'id' }, 'Units of its own, a model at a time.'),
  unitMembers: many(() => unitMember, { contribution: 'id' }, 'Joint units that it shares.'),
  versions: many(() => versionOfContribution, { contribution: 'id' }, 'The frozen versions that include it.'),
}

export function contributions({ block }: AsOf): RawBuilder<unknown> {
  return sql`
    select s.contribution as id, s.dataset, s.contributor, s.items_root, s.item_count, s.block, s.transaction_hash,
      a.accepted_at, w.withdrawn_at,
      case when w.withdrawn_at is not null then 'Withdrawn' when r.block is not null then 'Rejected'
        when a.accepted_at is not null then 'Accepted' else 'Submitted' end as status
    from contribution_submitted s
    left join contribution_accepted a on a.contribution = s.contribution and a.block <= ${block}
    left join contribution_rejected r on r.contribution = s.contribution and r.block <= ${block}
    left join consent_withdrawn w on w.contribution = s.contribution and w.block <= ${block}
    where s.block <= ${block}`
}

export const contribution: Entity = {
  type: 'Contribution',
  doc: 'One contributor’s batch of items, committed to as a Merkle root of salted hashes.',
  list: 'contributions',
  single: 'contribution',
  key: ['id'],
  columns,
  source: contributions,
  links,
}

/**
 * Datasets.sol: a contribution is in a version exactly if it was accepted before the freeze and not
 * withdrawn before it.
 */
export const INCLUDED = sql`v.dataset = c.dataset and c.accepted_at < v.frozen_at
  and (c.withdrawn_at is null or c.withdrawn_at > v.frozen_at)`

export const contributionOfVersion: Entity = {
  type: contribution.type,
  doc: contribution.doc,
  key: contribution.key,
  columns: { ...columns, version: hidden(bigInt('The version that includes it.')) },
  source: (at) => sql`
    select c.*, v.version from (${contributions(at)}) c join version_frozen v on ${INCLUDED} where v.block <= ${at.block}`,
}
