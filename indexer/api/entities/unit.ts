import { sql } from 'kysely'
import { bigInt, blockTime, bytes, type Entity, id, many, nullable, one, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { book } from './book.ts'
import { contribution } from './contribution.ts'
import { demand } from './demand.ts'
import { jointDraw } from './earnings.ts'
import { model } from './model.ts'
import { strike } from './strike.ts'

const received = (table: string, block: bigint) => sql`
  (select coalesce(sum(p.amount_gwei), 0) from unit_paid p
    where p.model = ${sql.ref(table)}.model and p.unit = ${sql.ref(table)}.unit and p.block <= ${block})`

export const unit: Entity = {
  type: 'Unit',
  doc: 'What is paid as one: a contribution or a part of a large one, or several small ones together.',
  list: 'units',
  single: 'unit',
  key: ['model', 'unit'],
  columns: {
    model: id(uint('The model.')),
    unit: id(uint('Its number, from 0.')),
    joint: nullable(uint('Joint units: which of the model’s, from 0.')),
    payee: nullable(id(uint('Who is paid; none of a joint unit, whose members draw.'))),
    contribution: nullable(id(bytes('Whose rows these are; none of a joint unit.'))),
    keptRows: uint('How many of its rows count.'),
    scale: uint('How large the sum of its rows is, of 65,535.'),
    fixedWeight: bigInt('What it is paid by where answers do not say.'),
    struckAt: nullable(
      uint('When it was struck, by the contracts’ clock: it earns nothing of books whose window was open then.'),
    ),
    receivedGwei: bigInt('What settled books paid it, in gwei-OPEN.'),
    drawnGwei: bigInt('Joint units: what members drew of that, in gwei-OPEN.'),
    block: uint('The block in which it was registered.'),
    timestamp: blockTime,
  },
  source: ({ block }) => sql`
    select k.model, k.unit, k.joint, k.payee, k.contribution, k.kept as kept_rows, k.scale, k.fixed_weight, k.block,
      (select s.struck_at from unit_struck s where s.model = k.model and s.unit = k.unit and s.block <= ${block}) as struck_at,
      ${received('k', block)} as received_gwei,
      (select coalesce(sum(d.amount_gwei), 0) from joint_drawn d
        where d.model = k.model and d.unit = k.unit and d.block <= ${block}) as drawn_gwei
    from unit_kept k where k.block <= ${block}`,
  links: {
    model: one(() => model, { id: 'model' }, 'The model.'),
    payee: one(() => account, { id: 'payee' }, 'Who is paid.'),
    contribution: one(() => contribution, { id: 'contribution' }, 'Whose rows these are.'),
    unitMembers: many(() => unitMember, { model: 'model', unit: 'unit' }, 'Joint units: whose they are.'),
    unitPayments: many(() => unitPayment, { model: 'model', unit: 'unit' }, 'What books paid it.'),
    jointDraws: many(() => jointDraw, { model: 'model', unit: 'unit' }, 'Joint units: what members drew.'),
    strikes: many(() => strike, { model: 'model', unit: 'unit' }, 'What was found false of it.'),
    demands: many(() => demand, { model: 'model', unit: 'unit' }, 'Demands for its rows.'),
  },
}

export const unitMember: Entity = {
  type: 'UnitMember',
  doc: 'A contribution that shares a joint unit: it may draw its part, by kept rows, of all that the unit received.',
  list: 'unitMembers',
  key: ['model', 'joint', 'member'],
  columns: {
    model: id(uint('The model.')),
    joint: uint('Which of the model’s joint units, from 0.'),
    member: uint('Its number within that, from 0.'),
    unit: nullable(id(uint('The unit; none as long as the model’s registration has not come so far.'))),
    contribution: id(bytes('The contribution.')),
    contributor: id(uint('Who may draw.')),
    keptRows: uint('How many of its rows count.'),
    drawnGwei: bigInt('What was drawn, in gwei-OPEN.'),
    drawableGwei: bigInt('What can be drawn, in gwei-OPEN.'),
    block: uint('The block in which it was registered.'),
    timestamp: blockTime,
  },
  source: ({ block }) => sql`
    select m.model, m.joint, m.member, k.unit, m.contribution, s.contributor, m.kept as kept_rows, drawn.drawn_gwei, m.block,
      case when coalesce(k.kept, 0) = 0 then 0 else div(${received('k', block)} * m.kept, k.kept) - drawn.drawn_gwei end
        as drawable_gwei
    from unit_member m
    join contribution_submitted s on s.contribution = m.contribution
    left join unit_kept k on k.model = m.model and k.joint = m.joint and k.block <= ${block}
    cross join lateral (
      select coalesce(sum(d.amount_gwei), 0) as drawn_gwei from joint_drawn d
      where d.model = m.model and d.unit = k.unit and d.member = m.member and d.block <= ${block}
    ) drawn
    where m.block <= ${block}`,
  links: {
    model: one(() => model, { id: 'model' }, 'The model.'),
    unit: one(() => unit, { model: 'model', unit: 'unit' }, 'The unit.'),
    contribution: one(() => contribution, { id: 'contribution' }, 'The contribution.'),
    contributor: one(() => account, { id: 'contributor' }, 'Who may draw.'),
  },
}

export const unitPayment: Entity = {
  type: 'UnitPayment',
  doc: 'What a settled book paid a unit, or a book that is being settled has paid it.',
  list: 'unitPayments',
  key: ['book', 'unit'],
  columns: {
    book: id(bigInt('The book.')),
    model: id(uint('The model.')),
    unit: id(uint('The unit.')),
    weight: nullable(bigInt('W: its net influence on the book; none where records have no sketches.')),
    amountGwei: bigInt('In gwei-OPEN.'),
    block: uint('The block of the payment.'),
    timestamp: blockTime,
    logIndex: uint('Its event’s place in the block.'),
  },
  source: ({ block }) => sql`
    select p.book, p.model, p.unit, w.weight, p.amount_gwei, p.block, p.log_index
    from unit_paid p left join unit_weighed w on w.book = p.book and w.unit = p.unit where p.block <= ${block}`,
  links: {
    model: one(() => model, { id: 'model' }, 'The model.'),
    unit: one(() => unit, { model: 'model', unit: 'unit' }, 'The unit.'),
    book: one(() => book, { id: 'book' }, 'The book.'),
  },
}
