import { type RawBuilder, sql } from 'kysely'
import { zeroAddress } from 'viem'
import { toBytea } from '../../store/types.ts'
import type { AsOf } from '../query/asOf.ts'
import { bigInt, blockTime, bool, bytes, type Entity, id, many, one, oneOrNone, uint } from '../query/entity.ts'
import { appeal } from './appeal.ts'
import { bond } from './bond.ts'
import { book } from './book.ts'
import { channel } from './channel.ts'
import { contribution } from './contribution.ts'
import { accountDay, accountModelDay } from './day.ts'
import { claim, credit } from './earnings.ts'
import { inference } from './inference.ts'
import { model } from './model.ts'
import { modelContributor } from './modelContributor.ts'
import { operator } from './operator.ts'
import { strike } from './strike.ts'
import { unit } from './unit.ts'

const roles = ['contributor', 'joint_member', 'operator', 'owner', 'royalty', 'treasury', 'refund', 'bounty']
const amounts = [...roles, 'claimed'].map((of) => `${of}_gwei`)
const earned = roles.map((of) => `t.${of}_gwei`).join(' + ')

/** As of any block: the last total by then of each account. */
const totals = ({ block }: AsOf) => sql`
  select o.account, ${sql.raw(amounts.map((of) => `coalesce(t.${of}, 0) as ${of}`).join(', '))},
    coalesce(${sql.raw(earned)}, 0) as earned_gwei, coalesce(${sql.raw(earned)} - t.claimed_gwei, 0) as claimable_gwei
  from account_opened o
  left join lateral (
    select * from account_total where account = o.account and block <= ${block} order by block desc limit 1
  ) t on true
  where o.block <= ${block}`

/** Accounts by what they earned and claimed. */
const accounts = (held: RawBuilder<unknown>, { block }: AsOf) => sql`
  select held.*, (
      select s.account from (
        select o.account, o.block, o.log_index from account_opened o where o.payout = held.payout and o.block <= ${block}
        union all
        select r.account, r.block, r.log_index from payout_rotated r where r.payout = held.payout and r.block <= ${block}
        union all
        select c.account, c.block, c.log_index from acting_as c where c.payout = held.payout and c.block <= ${block}
      ) s order by s.block desc, s.log_index desc limit 1
    ) = held.id as acting
  from (
    select t.*, t.account as id, a.block, a.transaction_hash,
      coalesce((
        select r.payout from payout_rotated r where r.account = t.account and r.block <= ${block}
        order by r.block desc, r.log_index desc limit 1
      ), a.payout) as payout
    from (${held}) t join account_opened a on a.account = t.account
    where a.block <= ${block}
  ) held`

/** The accounts that were ever paid at an address: one of them may be still. */
function everPaidTo(payouts: RawBuilder<unknown>, { block }: AsOf): RawBuilder<unknown> {
  return sql`
    select o.account from account_opened o where o.payout in (${payouts}) and o.block <= ${block}
    union select r.account from payout_rotated r where r.payout in (${payouts}) and r.block <= ${block}`
}

export const account: Entity = {
  type: 'Account',
  doc: 'A number that earnings point to, with a payout address that can change.',
  list: 'accounts',
  single: 'account',
  key: ['id'],
  columns: {
    id: id(uint('Counting from 1.')),
    payout: { ...bytes('Where it is paid.'), candidates: everPaidTo },
    acting: bool('Whether its payout address acts as it: one address may be that of several accounts.'),
    contributorGwei: bigInt('Earned by units that are its own, in gwei-OPEN.'),
    jointMemberGwei: bigInt('Drawn of joint units, in gwei-OPEN.'),
    operatorGwei: bigInt('Earned as operator, in gwei-OPEN.'),
    ownerGwei: bigInt('Earned as owner of called models, in gwei-OPEN.'),
    royaltyGwei: bigInt('Earned as owner of models that called ones were fine-tuned from, in gwei-OPEN.'),
    treasuryGwei: bigInt('Earned as treasury, in gwei-OPEN.'),
    refundGwei: bigInt('Fees that came back to it as payer, in gwei-OPEN.'),
    bountyGwei: bigInt('What courts awarded it, in gwei-OPEN.'),
    earnedGwei: bigInt('All of that, in gwei-OPEN.'),
    claimedGwei: bigInt('What it has claimed, in gwei-OPEN.'),
    claimableGwei: bigInt('What it can claim, in gwei-OPEN.'),
    block: uint('The block in which it was opened.'),
    timestamp: blockTime,
    transactionHash: bytes('The transaction that opened it.'),
  },
  source: (at) => accounts(totals(at), at),
  newest: {
    source: (at) => accounts(sql`select * from account_now`, at),
    hasChanged: ({ block }) => sql`(select max(since) from account_now) > ${block}`,
  },
  links: {
    contributions: many(() => contribution, { contributor: 'id' }, 'What it contributed.'),
    units: many(() => unit, { payee: 'id' }, 'Units that pay it.'),
    credits: many(() => credit, { account: 'id' }, 'What it earned, by what for.'),
    claims: many(() => claim, { account: 'id' }, 'What it was paid.'),
    accountDays: many(() => accountDay, { account: 'id' }, 'What it earned day by day.'),
    accountModelDays: many(() => accountModelDay, { account: 'id' }, 'What it earned by model and day.'),
    modelContributors: many(
      () => modelContributor,
      { account: 'id' },
      'What it contributed to models, and earned by that.',
    ),
    channels: many(() => channel, { payer: 'id' }, 'Where it has prepaid.'),
    models: many(() => model, { owner: 'id' }, 'Models that it owns.'),
    inferences: many(() => inference, { payer: 'id' }, 'Calls that it paid for.'),
    books: many(() => book, { operator: 'id' }, 'What it recorded, as operator.'),
    operators: many(() => operator, { operator: 'id' }, 'Models that it may record calls of, or might once.'),
    bond: oneOrNone(() => bond, { account: 'id' }, 'What it answers with for the calls it records, if anything.'),
    strikes: many(() => strike, { challenger: 'id' }, 'What it showed to be false.'),
    appeals: many(() => appeal, { appellant: 'id' }, 'What it complained of.'),
    payoutRotations: many(() => payoutRotation, { account: 'id' }, 'How its payout address changed.'),
  },
}

export const payoutRotation: Entity = {
  type: 'PayoutRotation',
  doc: 'A payout address that gave way to another.',
  list: 'payoutRotations',
  key: ['block', 'logIndex'],
  columns: {
    account: id(uint('Whose payout address.')),
    previous: bytes('The address before.'),
    payout: bytes('The address since.'),
    block: uint('The block of the rotation.'),
    timestamp: blockTime,
    logIndex: uint('Its place in the block.'),
    transactionHash: bytes('The transaction that completed it.'),
  },
  source: ({ block }) => sql`select * from payout_rotated where block <= ${block}`,
  links: { account: one(() => account, { id: 'account' }, 'Whose payout address.') },
}

export const payoutProposal: Entity = {
  type: 'PayoutProposal',
  doc: 'A payout address that an account’s present one proposed.',
  list: 'payoutProposals',
  key: ['block', 'logIndex'],
  columns: {
    account: id(uint('Whose payout address.')),
    payout: bytes('The present address.'),
    proposed: bytes('The proposed one; zero takes an earlier proposal back.'),
    open: bool('Whether it can still be accepted.'),
    block: uint('The block of the proposal.'),
    timestamp: blockTime,
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
  links: { account: one(() => account, { id: 'account' }, 'Whose payout address.') },
}
