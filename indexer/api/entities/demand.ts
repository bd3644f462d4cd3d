import { sql } from 'kysely'
import { bigInt, blockTime, bytes, type Entity, id, nullable, one, oneOf, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { contribution } from './contribution.ts'
import { model } from './model.ts'
import { unit } from './unit.ts'

/**
 * Which demand a unit was struck for its event does not say, but for whom: of several of one
 * account about one unit that nobody answered, those that were due first are taken to be closed
 * first.
 */
const closed = (block: bigint) => sql`
  select c.block, row_number() over (partition by c.model, c.unit, c.challenger order by c.block, c.log_index) as turn,
    c.model, c.unit, c.challenger
  from unit_proved_false c where c.fault = 'Withheld' and c.block <= ${block}`

export const demand: Entity = {
  type: 'Demand',
  doc: 'A demand for the rows of a unit, or for the item of one row. If they are not shown in time, the unit is struck.',
  list: 'demands',
  key: ['block', 'logIndex'],
  columns: {
    model: id(uint('The model.')),
    unit: id(uint('The unit.')),
    row: nullable(uint('The row whose item is asked for; none where all rows are.')),
    demander: id(uint('Who asked.')),
    stakeGwei: bigInt('What was staked, of which nine tenths go to who answers, in gwei-OPEN.'),
    dueAt: uint('Until when there is to answer, by the contracts’ clock.'),
    status: oneOf('DemandStatus', 'What has become of it.'),
    shownBy: nullable(id(uint('Who answered.'))),
    contribution: nullable(id(bytes('An item: the contribution that holds it; zero where the unit has no such row.'))),
    itemHash: nullable(bytes('An item: its hash; zero where the unit has no such row.')),
    closedBlock: nullable(uint('The block of the answer, or in which the unit was struck.')),
    block: uint('The block in which it was asked for.'),
    timestamp: blockTime,
    logIndex: uint('Its event’s place in the block.'),
    transactionHash: bytes('The transaction that asked.'),
  },
  source: ({ block }) => sql`
    select d.model, d.unit, d."row", d.demander, d.stake_gwei, d.due_at, d.shown_by, d.contribution, d.item_hash,
      coalesce(d.answered_block, w.block) as closed_block, d.block, d.log_index, d.transaction_hash,
      case when d.answered_block is not null then 'Answered' when w.block is not null then 'Withheld' else 'Open' end as status
    from (
      select q.*, a.shown_by, a.contribution, a.item_hash, a.block as answered_block,
        row_number() over (partition by q.model, q.unit, q.demander, a.block is null order by q.due_at, q.block, q.log_index) as turn
      from unit_demanded q
      left join unit_answered a on a.model = q.model and a.unit = q.unit and a."row" is not distinct from q."row"
        and a.block <= ${block}
      where q.block <= ${block}
    ) d
    left join (${closed(block)}) w on w.model = d.model and w.unit = d.unit and w.challenger = d.demander and w.turn = d.turn
      and d.answered_block is null`,
  links: {
    model: one(() => model, { id: 'model' }, 'The model.'),
    unit: one(() => unit, { model: 'model', unit: 'unit' }, 'The unit.'),
    demander: one(() => account, { id: 'demander' }, 'Who asked.'),
    shownBy: one(() => account, { id: 'shownBy' }, 'Who answered.'),
    contribution: one(() => contribution, { id: 'contribution' }, 'An item: the contribution that holds it.'),
  },
}
