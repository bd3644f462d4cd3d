import { sql } from 'kysely'
import { bigInt, type Entity, id, one, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { dataset } from './dataset.ts'
import { model } from './model.ts'

const day = uint('Days since 1970; it begins at day · 86,400 seconds.')

export const accountDay: Entity = {
  type: 'AccountDay',
  doc: 'What an account earned and claimed on a day on which it did either.',
  list: 'accountDays',
  key: ['day', 'account'],
  columns: {
    account: id(uint('Whose earnings.')),
    day,
    earnedGwei: bigInt('What it earned, in gwei-OPEN.'),
    claimedGwei: bigInt('What it was paid, in gwei-OPEN.'),
  },
  // The last total of each day says what it was when the day began, too.
  source: ({ block }) => sql`
    select distinct on (day, account) day, account,
      contributor_gwei + joint_member_gwei + operator_gwei + owner_gwei + royalty_gwei + treasury_gwei + refund_gwei
        + bounty_gwei - earned_before_gwei as earned_gwei,
      claimed_gwei - claimed_before_gwei as claimed_gwei
    from account_total where block <= ${block} order by day, account, block desc`,
  links: { account: one(() => account, { id: 'account' }, 'Whose earnings.') },
}

const IN_ROLES = {
  contributorGwei: 'Contributor',
  jointMemberGwei: 'JointMember',
  operatorGwei: 'Operator',
  ownerGwei: 'Owner',
  royaltyGwei: 'Royalty',
  treasuryGwei: 'Treasury',
  refundGwei: 'Refund',
}

export const accountModelDay: Entity = {
  type: 'AccountModelDay',
  doc: 'What an account earned by calls of one model on a day. Bounties of courts are of no model: AccountDay counts them.',
  list: 'accountModelDays',
  key: ['day', 'account', 'model'],
  columns: {
    account: id(uint('Whose earnings.')),
    model: id(uint('The model that was called.')),
    day,
    earnedGwei: bigInt('All that it earned, in gwei-OPEN.'),
    contributorGwei: bigInt('By units of its own, in gwei-OPEN.'),
    jointMemberGwei: bigInt('Drawn of joint units, in gwei-OPEN.'),
    operatorGwei: bigInt('As operator, in gwei-OPEN.'),
    ownerGwei: bigInt('As owner of the model, in gwei-OPEN.'),
    royaltyGwei: bigInt('As owner of a model that it was fine-tuned from, in gwei-OPEN.'),
    treasuryGwei: bigInt('As treasury, in gwei-OPEN.'),
    refundGwei: bigInt('Fees that came back to it as payer, in gwei-OPEN.'),
  },
  source: ({ block }) => sql`
    select account, model, day, sum(amount_gwei) as earned_gwei, ${sql.join(
      Object.entries(IN_ROLES).map(
        ([name, role]) => sql`coalesce(sum(amount_gwei) filter (where role = ${sql.lit(role)}), 0) as ${sql.ref(name)}`,
      ),
    )}
    from (
      select c.account, c.model, c.role, c.amount_gwei, ${dayOf('c.block')} as day from credit c
      where c.model is not null and c.block <= ${block}
    ) earned group by day, account, model`,
  links: {
    account: one(() => account, { id: 'account' }, 'Whose earnings.'),
    model: one(() => model, { id: 'model' }, 'The model that was called.'),
  },
}

export const modelDay: Entity = {
  type: 'ModelDay',
  doc: 'A model’s calls of a day on which it had any, on which some of them were voided, or on which it paid its contributors.',
  list: 'modelDays',
  key: ['model', 'day'],
  columns: {
    model: id(uint('The model.')),
    day,
    batchCount: uint('Batches recorded.'),
    inferenceCount: uint('Calls recorded.'),
    feesGwei: bigInt('Their fees, in gwei-OPEN.'),
    voidedCount: uint('Calls, of whichever day, that were voided or set aside.'),
    voidedGwei: bigInt('Their fees, in gwei-OPEN.'),
    contributorsGwei: bigInt('What books that were settled paid contributors, in gwei-OPEN.'),
  },
  source: ({ block }) => modelDays(sql`${block}`),
  links: { model: one(() => model, { id: 'model' }, 'The model.') },
}

export const datasetDay: Entity = {
  type: 'DatasetDay',
  doc: 'What became of a dataset on a day, and what the models trained on it were paid.',
  list: 'datasetDays',
  key: ['dataset', 'day'],
  columns: {
    dataset: id(uint('The dataset.')),
    day,
    submittedCount: uint('Contributions submitted.'),
    acceptedCount: uint('Contributions accepted.'),
    withdrawnCount: uint('Contributions whose consent was withdrawn.'),
    inferenceCount: uint('Calls of models that were trained on versions of it.'),
    feesGwei: bigInt('The fees of those calls, in gwei-OPEN. A model trained on several datasets counts for each.'),
    voidedGwei: bigInt('Fees of such calls, of whichever day, that were voided or set aside, in gwei-OPEN.'),
    contributorsGwei: bigInt('What such models paid their contributors, in gwei-OPEN.'),
  },
  source: ({ block }) => sql`
    select dataset, day, sum(submitted)::int8 as submitted_count, sum(accepted)::int8 as accepted_count,
      sum(withdrawn)::int8 as withdrawn_count, sum(inference_count)::int8 as inference_count, sum(fees_gwei) as fees_gwei,
      sum(voided_gwei) as voided_gwei, sum(contributors_gwei) as contributors_gwei
    from (
      select f.dataset, ${dayOf('f.block')} as day, f.submitted, f.accepted, f.withdrawn, 0 as inference_count,
        0::numeric as fees_gwei, 0::numeric as voided_gwei, 0::numeric as contributors_gwei
      from (
        select dataset, block, 1 as submitted, 0 as accepted, 0 as withdrawn from contribution_submitted
        union all select dataset, block, 0, 1, 0 from contribution_accepted
        union all select dataset, block, 0, 0, 1 from consent_withdrawn
      ) f
      where f.block <= ${block}
      union all
      select trained.dataset, m.day, 0, 0, 0, m.inference_count, m.fees_gwei, m.voided_gwei, m.contributors_gwei
      from (select distinct v.dataset, t.model from trained_on t join version_frozen v on v.version = t.version) trained
      join (${modelDays(sql`${block}`)}) m on m.model = trained.model
    ) moves
    group by dataset, day`,
  links: { dataset: one(() => dataset, { id: 'dataset' }, 'The dataset.') },
}

function modelDays(block: ReturnType<typeof sql>) {
  return sql`
    select model, day, sum(batches)::int8 as batch_count, sum(inferences)::int8 as inference_count, sum(fees_gwei) as fees_gwei,
      sum(voided)::int8 as voided_count, sum(voided_gwei) as voided_gwei, sum(contributors_gwei) as contributors_gwei
    from (
      select r.model, ${dayOf('r.block')} as day, 1 as batches, r.count as inferences, r.fees_gwei, 0 as voided,
        0 as voided_gwei, 0::numeric as contributors_gwei
      from batch_recorded r where r.block <= ${block}
      union all
      select r.model, ${dayOf('v.block')}, 0, 0, 0, 1, v.fee_gwei, 0
      from record_voided v join batch_recorded r on r.batch = v.batch
      where v.block <= ${block}
      union all
      select s.model, ${dayOf('s.block')}, 0, 0, 0, 0, 0, s.contributors_gwei from book_settled s where s.block <= ${block}
    ) moves
    group by model, day`
}

/** A look-up a row: a join would read every block for the few that hold something. */
function dayOf(block: string) {
  return sql`(select b.timestamp from block b where b.number = ${sql.ref(block)}) / 86400`
}
