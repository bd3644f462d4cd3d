import { sql } from 'kysely'
import { bigInt, bytes, type Entity, nullable, one, oneOf, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { model } from './model.ts'

export const demand: Entity = {
  type: 'Demand',
  doc: 'A row of an influence index that somebody asked to see. Where nobody shows it in time, its model is stopped.',
  list: 'demands',
  single: 'demand',
  key: ['model', 'row'],
  columns: {
    model: uint('The model.'),
    row: uint('The row.'),
    demander: uint('Who asked.'),
    feeGwei: bigInt('What was staked, and what whoever shows the row earns, in gwei-OPEN.'),
    dueAt: uint('Until when it has to be shown, in seconds since 1970.'),
    status: oneOf('DemandStatus', 'What has become of it.'),
    shownBy: nullable(uint('Who showed it.')),
    entry: nullable(
      bytes('The row’s entry in the index, or the one whose link passes the row over: it has none then.'),
    ),
    block: uint('The block in which it was asked for.'),
    logIndex: uint('Its event’s place in the block.'),
    transactionHash: bytes('The transaction that asked.'),
  },
  source: ({ block }) => sql`
    select d.model, d.row, d.demander, d.fee_gwei, d.due_at, s.shown_by, s.entry, d.block, d.log_index,
      d.transaction_hash,
      case when s.block is not null then 'Shown' when w.block is not null then 'Withheld' else 'Open' end as status
    from row_demanded d
    left join row_shown s on s.model = d.model and s.row = d.row and s.block <= ${block}
    left join demand_closed w on w.model = d.model and w.row = d.row and w.block <= ${block}
    where d.block <= ${block}`,
  links: {
    demandedModel: one(() => model, { id: 'model' }, 'The model.'),
    demanderAccount: one(() => account, { id: 'demander' }, 'Who asked.'),
    shownByAccount: one(() => account, { id: 'shownBy' }, 'Who showed it.'),
  },
}
