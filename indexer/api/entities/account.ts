import { sql } from 'kysely'
import { zeroAddress } from 'viem'
import { toBytea } from '../../store/types.ts'
import { bigInt, bool, bytes, type Entity, many, one, oneOf, oneOrNone, uint } from '../query/entity.ts'
import { appeal } from './appeal.ts'
import { batch } from './batch.ts'
import { bond } from './bond.ts'
import { contribution } from './contribution.ts'
import { accountDay } from './day.ts'
import { attribution } from './inference.ts'
import { model } from './model.ts'
import { poolShare } from './pool.ts'
import { strike } from './strike.ts'
import { tab } from './tab.ts'

export const account: Entity = {
  type: 'Account',
  doc: 'A number that credits point to, with a payout address that can change.',
  list: 'accounts',
  single: 'account',
  key: ['id'],
  columns: {
    id: uint('Counting from 1.'),
    payout: bytes('Where it is paid.'),
    openedBlock: uint('The block in which it was opened.'),
    creditedGwei: bigInt('Everything that batches credited to it, less what voided records took back, in gwei-OPEN.'),
    bountiesGwei: bigInt('Everything it earned before the Court: bounties, and fees for showing rows, in gwei-OPEN.'),
    maturedGwei: bigInt('What it can claim, in gwei-OPEN.'),
    pendingGwei: bigInt('What is credited and not yet claimable, in gwei-OPEN.'),
    claimedGwei: bigInt('What it has claimed, in gwei-OPEN.'),
  },
  source: ({ block, epoch }) => sql`
    select id, payout, opened_block, credited_gwei, bounties_gwei, claimed_gwei, pending_gwei,
      credited_gwei + bounties_gwei - pending_gwei - claimed_gwei as matured_gwei
    from (
      select a.account as id, a.block as opened_block,
        coalesce((
          select r.payout from payout_rotated r where r.account = a.account and r.block <= ${block}
          order by r.block desc, r.log_index desc limit 1
        ), a.payout) as payout,
        coalesce(t.credited_gwei, 0) as credited_gwei,
        coalesce(t.bounties_gwei, 0) as bounties_gwei,
        coalesce(t.claimed_gwei, 0) as claimed_gwei,
        case ${epoch} - t.epoch when 0 then t.newer_gwei + t.older_gwei when 1 then t.newer_gwei else 0 end as pending_gwei
      from account_opened a
      left join lateral (
        select * from account_total where account = a.account and block <= ${block} order by block desc limit 1
      ) t on true
      where a.block <= ${block}
    ) summed`,
  links: {
    contributions: many(() => contribution, { contributor: 'id' }, 'What it contributed.'),
    attributions: many(() => attribution, { account: 'id' }, 'Rows of its contributions that moved an answer.'),
    poolShares: many(() => poolShare, { contributor: 'id' }, 'Its shares of pools, a contribution each.'),
    credits: many(() => credit, { account: 'id' }, 'What batches credited to it.'),
    claims: many(() => claim, { account: 'id' }, 'What it was paid.'),
    days: many(() => accountDay, { account: 'id' }, 'What it earned day by day.'),
    tabs: many(() => tab, { payer: 'id' }, 'What it has prepaid, by operator.'),
    models: many(() => model, { owner: 'id' }, 'Models that it owns.'),
    bond: oneOrNone(() => bond, { account: 'id' }, 'What it answers with for the calls it records, if anything.'),
    strikes: many(() => strike, { challenger: 'id' }, 'What it showed to be false.'),
    appeals: many(() => appeal, { appellant: 'id' }, 'What it complained of.'),
    payoutRotations: many(() => payoutRotation, { account: 'id' }, 'How its payout address changed.'),
  },
}

export const credit: Entity = {
  type: 'Credit',
  doc: 'What one batch owes one account in one role.',
  list: 'credits',
  key: ['batch', 'role', 'account'],
  columns: {
    batch: bigInt('The batch whose fees were split.'),
    role: oneOf('Role', 'What the account did.'),
    account: uint('Who is credited.'),
    model: uint('The model that was called.'),
    epoch: uint('The epoch of the credit: it matures when the epoch after the next begins.'),
    amountGwei: bigInt('What the batch credited, in gwei-OPEN.'),
    takenBackGwei: bigInt('The part of it that was taken back with voided records, in gwei-OPEN.'),
    block: uint('The block of the batch.'),
  },
  source: ({ block }) => sql`
    select c.*, (
      select coalesce(sum(t.amount_gwei), 0) from credit_taken_back t
      where t.batch = c.batch and t.role = c.role and t.account = c.account and t.block <= ${block}
    ) as taken_back_gwei
    from credit c where c.block <= ${block}`,
  links: {
    creditedAccount: one(() => account, { id: 'account' }, 'Who is credited.'),
    recordedBatch: one(() => batch, { id: 'batch' }, 'The batch whose fees were split.'),
  },
}

export const claim: Entity = {
  type: 'Claim',
  doc: 'Matured earnings paid out.',
  list: 'claims',
  key: ['block', 'logIndex'],
  columns: {
    account: uint('Whose earnings.'),
    recipient: bytes('Where they went.'),
    amountGwei: bigInt('In gwei-OPEN.'),
    block: uint('The block of the claim.'),
    logIndex: uint('Its place in the block.'),
    transactionHash: bytes('The transaction that claimed.'),
    timestamp: uint('When, in seconds since 1970.'),
  },
  source: ({ block }) => sql`
    select c.*, b.timestamp from reward_claimed c join block b on b.number = c.block where c.block <= ${block}`,
  links: { paidAccount: one(() => account, { id: 'account' }, 'Whose earnings.') },
}

export const payoutRotation: Entity = {
  type: 'PayoutRotation',
  doc: 'A payout address that gave way to another.',
  list: 'payoutRotations',
  key: ['block', 'logIndex'],
  columns: {
    account: uint('Whose payout address.'),
    previous: bytes('The address before.'),
    payout: bytes('The address since.'),
    block: uint('The block of the rotation.'),
    logIndex: uint('Its place in the block.'),
    transactionHash: bytes('The transaction that completed it.'),
  },
  source: ({ block }) => sql`select * from payout_rotated where block <= ${block}`,
}

export const payoutProposal: Entity = {
  type: 'PayoutProposal',
  doc: 'A payout address that an account’s present one proposed.',
  list: 'payoutProposals',
  key: ['block', 'logIndex'],
  columns: {
    account: uint('Whose payout address.'),
    payout: bytes('The present address.'),
    proposed: bytes('The proposed one; zero takes an earlier proposal back.'),
    open: bool('Whether it can still be accepted.'),
    block: uint('The block of the proposal.'),
    logIndex: uint('Its place in the block.'),
    transactionHash: bytes('The transaction that proposed it.'),
  },
  source: ({ block }) => sql`
    select p.*, p.proposed <> ${toBytea(zeroAddress)}
      and not exists (select from payout_proposed q where q.account = p.account and q.block <= ${block}
        and (q.block, q.log_index) > (p.block, p.log_index))
      and not exists (select from payout_rotated r where r.account = p.account and r.block <= ${block}
        and (r.block, r.log_index) > (p.block, p.log_index)) as open
    from payout_proposed p where p.block <= ${block}`,
  links: { proposingAccount: one(() => account, { id: 'account' }, 'Whose payout address.') },
}
