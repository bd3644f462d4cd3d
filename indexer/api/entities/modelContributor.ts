import { type RawBuilder, sql } from 'kysely'
import { bigInt, type Entity, id, one, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { model } from './model.ts'

export const modelContributor: Entity = {
  type: 'ModelContributor',
  doc: 'What an account contributed to a model, and what that helped and earned in the books that were settled.',
  list: 'modelContributors',
  key: ['model', 'account'],
  columns: {
    model: id(uint('The model.')),
    account: id(uint('Who contributed.')),
    unitCount: uint('Units of its own, and joint units that it shares.'),
    keptRows: uint('How many of its rows count.'),
    weight: bigInt(
      'What helped: the net influence of its units on all settled books, joint units by its part of their rows.',
    ),
    helpfulBooks: uint('Times that a unit of it weighed something in a book.'),
    weightlessBooks: uint('Times that one weighed nothing, since it harmed as much as it helped, or was struck.'),
    paidGwei: bigInt('What settled books paid for its rows, drawn or not, in gwei-OPEN.'),
  },
  source: ({ block }) => sql`
    select k.model, k.account, count(*) as unit_count, sum(k.kept_rows)::int8 as kept_rows, sum(w.weight) as weight,
      sum(w.helpful)::int8 as helpful_books, sum(w.weightless)::int8 as weightless_books, sum(p.paid_gwei) as paid_gwei
    from (${shares(block)}) k
    cross join lateral (
      select coalesce(sum(div(u.weight * k.kept_rows, k.unit_rows)), 0) as weight, count(*) filter (where u.weight > 0) as helpful,
        count(*) filter (where u.weight = 0) as weightless
      from unit_weighed u where u.model = k.model and u.unit = k.unit and u.block <= ${block}
    ) w
    cross join lateral (
      select div(coalesce(sum(u.amount_gwei), 0) * k.kept_rows, k.unit_rows) as paid_gwei
      from unit_paid u where u.model = k.model and u.unit = k.unit and u.block <= ${block}
    ) p
    group by k.model, k.account`,
  links: {
    model: one(() => model, { id: 'model' }, 'The model.'),
    account: one(() => account, { id: 'account' }, 'Who contributed.'),
  },
}

/** Whose rows units are of: all of its own units, a part of joint ones. */
function shares(block: bigint): RawBuilder<unknown> {
  return sql`
    select model, unit, payee as account, kept as kept_rows, greatest(kept, 1) as unit_rows from unit_kept
    where payee is not null and block <= ${block}
    union all
    select k.model, k.unit, s.contributor, m.kept, greatest(k.kept, 1)
    from unit_member m
    join contribution_submitted s on s.contribution = m.contribution
    join unit_kept k on k.model = m.model and k.joint = m.joint
    where k.block <= ${block}`
}
