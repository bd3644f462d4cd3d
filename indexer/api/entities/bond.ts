import { type RawBuilder, sql } from 'kysely'
import type { AsOf } from '../query/asOf.ts'
import { bigInt, blockTime, bytes, type Entity, id, many, nullable, one, oneOf, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { model } from './model.ts'
import { settledPoolAt } from './settledPool.ts'

/** The first bond of a model; those below are accounts'. */
const MODELS = sql`4294967296`

/**
 * Everything that happened to a bond, newest last: what was held and what was leaving after it,
 * where it changed.
 */
function movesOf(column: 'held_gwei' | 'leaving_gwei', { block }: Pick<AsOf, 'block'>): RawBuilder<unknown> {
  const told = {
    held_gwei: sql`
      select b.held_gwei, b.block, b.log_index from bond_held b where b.bond = named.id and b.block <= ${block}
      union all
      select b.held_gwei, b.block, b.log_index from bond_released b where b.bond = named.id and b.block <= ${block}`,
    leaving_gwei: sql`
      select b.leaving_gwei, b.block, b.log_index from bond_held b where b.bond = named.id and b.block <= ${block}
      union all
      select b.leaving_gwei, b.block, b.log_index from bond_withdrawal_requested b
        where b.bond = named.id and b.block <= ${block}
      union all
      select 0, b.block, b.log_index from bond_withdrawn b where b.bond = named.id and b.block <= ${block}`,
  }[column]
  return sql`
    coalesce((
      select ${sql.ref(column)} from (
        ${told}
        union all
        select b.${sql.ref(column)}, b.block, b.log_index from bond_slashed b where b.bond = named.id and b.block <= ${block}
      ) t order by block desc, log_index desc limit 1
    ), 0)`
}

export const bond: Entity = {
  type: 'Bond',
  doc: 'What answers for the calls that an account records, or for a model’s units; only the courts take from it.',
  list: 'bonds',
  single: 'bond',
  key: ['id'],
  columns: {
    id: id(uint('The account’s number, or 2^32 + the model’s.')),
    kind: oneOf('BondKind', 'Whose it is.'),
    account: nullable(id(uint('An account’s bond: the account.'))),
    model: nullable(id(uint('A model’s bond: the model.'))),
    holder: id(uint('The account whose payout address can take it back: its own, or the model owner’s.')),
    balanceGwei: bigInt('What it holds, in gwei-OPEN.'),
    heldGwei: bigInt('The part of it that a court holds until something is decided, in gwei-OPEN.'),
    leavingGwei: bigInt('What its holder has asked back, in gwei-OPEN.'),
    leavesAt: uint('When that can be taken, by the contracts’ clock; 0 if nothing was asked back.'),
    exposureGwei: bigInt(
      'What it answers for, in gwei-OPEN: an account’s for its unsettled batches, a model’s for what contributors earn by it and earned lately.',
    ),
    requiredGwei: bigInt(
      'What it must hold for that by the rule in force, in gwei-OPEN; below that nothing more is recorded.',
    ),
    depositedGwei: bigInt('Everything ever put in, in gwei-OPEN.'),
    withdrawnGwei: bigInt('Everything ever withdrawn, in gwei-OPEN.'),
    slashedGwei: bigInt('Everything ever slashed, in gwei-OPEN.'),
  },
  source: (at) => sql`
    select summed.*, case when summed.exposure_gwei = 0 then 0 else summed.exposure_gwei + rule.minimum_gwei end as required_gwei
    from (
      select named.id, named.account, named.model, case when named.model is null then 'Account' else 'Model' end as kind,
        coalesce(named.account,
          (select b.owner from base_model_registered b where b.model = named.model),
          (select f.owner from fine_tune_entered f where f.model = named.model)) as holder,
        moves.*, ${movesOf('held_gwei', at)} as held_gwei, ${movesOf('leaving_gwei', at)} as leaving_gwei,
        coalesce((
          select leaves_at from (
            select r.leaves_at, r.block, r.log_index from bond_withdrawal_requested r
              where r.bond = named.id and r.block <= ${at.block}
            union all
            select 0, w.block, w.log_index from bond_withdrawn w where w.bond = named.id and w.block <= ${at.block}
          ) t order by block desc, log_index desc limit 1
        ), 0) as leaves_at,
        case when named.model is null then (
          select coalesce(sum(r.cover_gwei), 0) from book_opened o join batch_recorded r on r.book = o.book
          where o.operator = named.account and r.block <= ${at.block} and not exists (
            select from book_released l where l.book = o.book and l.block <= ${at.block}
          )
        ) else ${unsettledPoolAt(at)} + ${settledPoolAt(at)} end as exposure_gwei
      from (
        select id, case when id < ${MODELS} then id end as account, case when id >= ${MODELS} then id - ${MODELS} end as model
        from (
          select bond as id from bond_deposited where block <= ${at.block}
          union select bond from bond_withdrawal_requested where block <= ${at.block}
          union select bond from bond_slashed where block <= ${at.block}
        ) ids
      ) named
      cross join lateral (
        select coalesce(sum(m.balance_change), 0) as balance_gwei,
          coalesce(sum(m.amount_gwei) filter (where m.kind = 'Deposited'), 0) as deposited_gwei,
          coalesce(sum(m.amount_gwei) filter (where m.kind = 'Withdrawn'), 0) as withdrawn_gwei,
          coalesce(sum(m.amount_gwei) filter (where m.kind = 'Slashed'), 0) as slashed_gwei
        from bond_move m where m.bond = named.id and m.block <= ${at.block}
      ) moves
    ) summed
    cross join lateral (
      select minimum_gwei from bond_rule_set where block <= ${at.block} order by block desc, log_index desc limit 1
    ) rule`,
  links: {
    account: one(() => account, { id: 'account' }, 'An account’s bond: the account.'),
    holder: one(() => account, { id: 'holder' }, 'Who can take it back.'),
    model: one(() => model, { id: 'model' }, 'A model’s bond: the model.'),
    bondMoves: many(() => bondMove, { bond: 'id' }, 'How it came to hold what it holds.'),
  },
}

/**
 * What contributors of a model earn by its unsettled books (contracts/ledger/Books.sol,
 * `unsettledPoolOf`).
 */
function unsettledPoolAt({ block }: Pick<AsOf, 'block'>): RawBuilder<unknown> {
  const unsettled = sql`not exists (select from book_released l where l.book = r.book and l.block <= ${block})`
  return sql`
    coalesce((select div((
      (select coalesce(sum(r.fees_gwei), 0) from batch_recorded r
        where r.model = named.model and r.block <= ${block} and ${unsettled})
      - (select coalesce(sum(v.fee_gwei), 0) from record_voided v join batch_recorded r on r.batch = v.batch
        where r.model = named.model and v.block <= ${block} and ${unsettled})
    ) * f.contributor_bps, 10000) from fine_tune_entered f where f.model = named.model), 0)`
}

export const bondMove: Entity = {
  type: 'BondMove',
  doc: 'A change of what a bond holds, or of what the courts hold of it.',
  list: 'bondMoves',
  key: ['block', 'logIndex'],
  columns: {
    bond: id(uint('Which bond.')),
    kind: oneOf('BondMoveKind', 'What happened.'),
    amountGwei: bigInt('In gwei-OPEN.'),
    bountyGwei: bigInt('The bounty: the part of the slashed amount that the beneficiary earned, in gwei-OPEN.'),
    givenGwei: bigInt('The part of it that went to contributors, in gwei-OPEN; what is left is burnt.'),
    beneficiary: nullable(id(uint('Who earned the bounty.'))),
    block: uint('The block.'),
    timestamp: blockTime,
    logIndex: uint('Its event’s place in the block.'),
    transactionHash: bytes('The transaction.'),
  },
  source: ({ block }) => sql`select * from bond_move where block <= ${block}`,
  links: {
    bond: one(() => bond, { id: 'bond' }, 'Which bond.'),
    beneficiary: one(() => account, { id: 'beneficiary' }, 'Who earned the bounty.'),
  },
}
