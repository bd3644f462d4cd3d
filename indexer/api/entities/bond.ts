import { sql } from 'kysely'
import { bigInt, bool, bytes, type Entity, many, nullable, one, oneOf, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { model } from './model.ts'

/** The first bond of a model; those below are accounts'. */
const MODELS = sql`4294967296`

export const bond: Entity = {
  type: 'Bond',
  doc: 'What answers for the calls that an account records, or for a model’s influence index; only the Court takes from it.',
  list: 'bonds',
  single: 'bond',
  key: ['id'],
  columns: {
    id: uint('The account’s number, or 2^32 + the model’s.'),
    kind: oneOf('BondKind', 'Whose it is.'),
    account: nullable(uint('An account’s bond: the account.')),
    model: nullable(uint('A model’s bond: the model.')),
    holder: uint('The account whose payout address can take it back: its own, or the model owner’s.'),
    balanceGwei: bigInt('What can be slashed, in gwei-OPEN.'),
    exposureGwei: bigInt('The fees that it answers for and that can still be struck, in gwei-OPEN.'),
    requiredGwei: bigInt(
      'What it must hold for them by the rule in force, in gwei-OPEN; below that nothing more is recorded.',
    ),
    stakedGwei: bigInt('What the Court holds of it, outside the balance, in gwei-OPEN.'),
    leavingGwei: bigInt('What its holder has asked back, in gwei-OPEN.'),
    leavesAt: uint('When that can be taken, in seconds since 1970; 0 if nothing was asked back.'),
    frozenUntil: uint('Nothing can be taken before that, in seconds since 1970; 0 if it was never frozen.'),
    stopped: bool('Whether its model records no more.'),
    depositedGwei: bigInt('Everything ever put in, in gwei-OPEN.'),
    withdrawnGwei: bigInt('Everything ever taken back, in gwei-OPEN.'),
    slashedGwei: bigInt('Everything ever slashed, in gwei-OPEN.'),
  },
  source: ({ block, epoch }) => sql`
    select summed.*,
      (select rule.minimum_gwei + div(summed.exposure_gwei * rule.ratio_bps + 9999, 10000) from bond_rule_set rule
        where rule.block <= ${block} order by rule.block desc, rule.log_index desc limit 1) as required_gwei
    from (
      select named.id, named.account, named.model,
        case when named.model is null then 'Account' else 'Model' end as kind,
        coalesce(named.account,
          (select b.owner from base_model_registered b where b.model = named.model and b.block <= ${block}),
          (select f.owner from fine_tune_registered f where f.model = named.model and f.block <= ${block})) as holder,
        moves.balance_gwei, moves.staked_gwei, moves.deposited_gwei, moves.withdrawn_gwei, moves.slashed_gwei,
        coalesce((select sum(b.fees_gwei) from batch_recorded b where b.epoch + 2 > ${epoch} and b.block <= ${block}
            and (b.operator = named.account or b.model = named.model)), 0)
          - coalesce((select sum(v.fee_gwei) from record_voided v join batch_recorded b on b.batch = v.batch
            where b.epoch + 2 > ${epoch} and v.block <= ${block}
            and (b.operator = named.account or b.model = named.model)), 0) as exposure_gwei,
        coalesce(leaving.leaving_gwei, 0) as leaving_gwei, coalesce(leaving.leaves_at, 0) as leaves_at,
        coalesce((select max(f.frozen_until) from bond_frozen f where f.bond = named.id and f.block <= ${block}), 0)
          as frozen_until,
        exists (select from model_stopped s where s.model = named.model and s.block <= ${block}) as stopped
      from (
        select id, case when id < ${MODELS} then id end as account, case when id >= ${MODELS} then id - ${MODELS} end as model
        from (
          select bond as id from bond_deposited where block <= ${block}
          union select bond from bond_withdrawal_requested where block <= ${block}
          union select bond from bond_frozen where block <= ${block}
          union select ${MODELS} + model from model_stopped where block <= ${block}
        ) ids
      ) named
      cross join lateral (
        select coalesce(sum(m.balance_change), 0) as balance_gwei, coalesce(sum(m.staked_change), 0) as staked_gwei,
          coalesce(sum(m.amount_gwei) filter (where m.kind = 'Deposited'), 0) as deposited_gwei,
          coalesce(sum(m.amount_gwei) filter (where m.kind = 'Withdrawn'), 0) as withdrawn_gwei,
          coalesce(sum(m.amount_gwei) filter (where m.kind = 'Slashed'), 0) as slashed_gwei
        from bond_move m where m.bond = named.id and m.block <= ${block}
      ) moves
      left join lateral (
        select leaving_gwei, leaves_at from (
          select r.leaving_gwei, r.leaves_at, r.block, r.log_index from bond_withdrawal_requested r
          where r.bond = named.id and r.block <= ${block}
          union all
          select 0, 0, w.block, w.log_index from bond_withdrawn w where w.bond = named.id and w.block <= ${block}
        ) changes order by block desc, log_index desc limit 1
      ) leaving on true
    ) summed`,
  links: {
    holderAccount: one(() => account, { id: 'holder' }, 'Who can take it back.'),
    bondedModel: one(() => model, { id: 'model' }, 'A model’s bond: the model.'),
    moves: many(() => bondMove, { bond: 'id' }, 'How it came to hold what it holds.'),
  },
}

export const bondMove: Entity = {
  type: 'BondMove',
  doc: 'A change of what a bond holds, or of what the Court holds of it.',
  list: 'bondMoves',
  key: ['block', 'logIndex'],
  columns: {
    bond: uint('Which bond.'),
    kind: oneOf('BondMoveKind', 'What happened.'),
    amountGwei: bigInt('In gwei-OPEN.'),
    bountyGwei: bigInt(
      'The part of it that somebody earned at once, in gwei-OPEN; the rest of what is slashed is burnt.',
    ),
    beneficiary: nullable(uint('Who earned that.')),
    block: uint('The block.'),
    logIndex: uint('Its event’s place in the block.'),
    transactionHash: bytes('The transaction.'),
  },
  source: ({ block }) => sql`select * from bond_move where block <= ${block}`,
  links: {
    movedBond: one(() => bond, { id: 'bond' }, 'Which bond.'),
    beneficiaryAccount: one(() => account, { id: 'beneficiary' }, 'Who earned the bounty.'),
  },
}
