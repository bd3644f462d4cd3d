import { sql } from 'kysely'
import { bigInt, bytes, type Entity, hidden, many, one, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { contribution, contributions, INCLUDED } from './contribution.ts'
import { model } from './model.ts'
import { version } from './version.ts'

/** Pools.sol: what models whose contributors share equally earn for them. */

export const pool: Entity = {
  type: 'Pool',
  doc: 'An account that belongs to dataset versions: their contributions share what it earns, each by its items.',
  list: 'pools',
  single: 'pool',
  key: ['id'],
  columns: {
    id: uint('The account that is credited.'),
    wallet: bytes('Where that account is paid, and shares are claimed from.'),
    itemCount: bigInt('Items of all its contributions together.'),
    receivedGwei: bigInt('What the Ledger has paid into the wallet, in gwei-OPEN.'),
    claimedGwei: bigInt('What contributors have been paid of it, in gwei-OPEN.'),
    block: uint('The block in which it was opened.'),
    transactionHash: bytes('The transaction that opened it.'),
  },
  source: ({ block }) => sql`
    select p.pool as id, p.wallet, p.item_count, p.block, p.transaction_hash,
      (select coalesce(sum(r.amount_gwei), 0) from reward_claimed r where r.account = p.pool and r.block <= ${block})
        as received_gwei,
      (select coalesce(sum(s.amount_gwei), 0) from share_claimed s where s.pool = p.pool and s.block <= ${block})
        as claimed_gwei
    from pool_opened p where p.block <= ${block}`,
  links: {
    creditedAccount: one(() => account, { id: 'id' }, 'The account, with what the Ledger still holds for it.'),
    versions: many(() => versionOfPool, { pool: 'id' }, 'The dataset versions whose contributions share it.'),
    models: many(() => model, { pool: 'id' }, 'Models that pay into it.'),
    shares: many(() => poolShare, { pool: 'id' }, 'Whose it is.'),
    claims: many(() => shareClaim, { pool: 'id' }, 'What was paid of it.'),
  },
}

const versionOfPool: Entity = {
  type: version.type,
  doc: version.doc,
  key: version.key,
  columns: { ...version.columns, pool: hidden(uint('The pool that its contributions share.')) },
  source: (at) => sql`
    select v.*, p.pool from (${version.source(at)}) v join pool_version p on p.version = v.id where p.block <= ${at.block}`,
}

export const poolShare: Entity = {
  type: 'PoolShare',
  doc: 'A contribution’s part of a pool.',
  list: 'poolShares',
  key: ['pool', 'contribution'],
  columns: {
    pool: uint('The pool.'),
    contribution: bytes('The contribution.'),
    contributor: uint('Who is paid.'),
    itemCount: uint('Its items, of the pool’s.'),
    claimedGwei: bigInt('What it has been paid, in gwei-OPEN.'),
    claimableGwei: bigInt(
      'What it can claim of what the Ledger has paid into the wallet, in gwei-OPEN. OPEN that somebody else sent there is shared too, and not counted here.',
    ),
  },
  source: (at) => sql`
    select s.pool, s.contribution, s.contributor, s.item_count, s.claimed_gwei,
      greatest(div(s.received_gwei * s.item_count, s.pool_items) - s.claimed_gwei, 0) as claimable_gwei
    from (
      select p.id as pool, c.id as contribution, c.contributor, c.item_count, p.item_count as pool_items, p.received_gwei,
        (select coalesce(sum(t.amount_gwei), 0) from share_claimed t
          where t.pool = p.id and t.contribution = c.id and t.block <= ${at.block}) as claimed_gwei
      from (${pool.source(at)}) p
      join pool_version n on n.pool = p.id
      join version_frozen v on v.version = n.version
      join (${contributions(at)}) c on ${INCLUDED}
    ) s`,
  links: {
    sharedPool: one(() => pool, { id: 'pool' }, 'The pool.'),
    sharingContribution: one(() => contribution, { id: 'contribution' }, 'The contribution.'),
    contributorAccount: one(() => account, { id: 'contributor' }, 'Who is paid.'),
  },
}

export const shareClaim: Entity = {
  type: 'ShareClaim',
  doc: 'What was left of a contribution’s share of a pool, paid out.',
  list: 'shareClaims',
  key: ['block', 'logIndex'],
  columns: {
    pool: uint('The pool.'),
    contribution: bytes('The contribution.'),
    contributor: uint('Whose earnings.'),
    recipient: bytes('Where they went.'),
    amountGwei: bigInt('In gwei-OPEN.'),
    block: uint('The block of the claim.'),
    logIndex: uint('Its place in the block.'),
    transactionHash: bytes('The transaction that claimed.'),
  },
  source: ({ block }) => sql`select * from share_claimed where block <= ${block}`,
  links: {
    claimedPool: one(() => pool, { id: 'pool' }, 'The pool.'),
    paidAccount: one(() => account, { id: 'contributor' }, 'Whose earnings.'),
  },
}
