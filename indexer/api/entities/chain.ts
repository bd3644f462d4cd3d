import { sql } from 'kysely'
import { bytes, type Entity, text, uint } from '../query/entity.ts'

export const block: Entity = {
  type: 'Block',
  doc: 'A block of the chain, as indexed.',
  list: 'blocks',
  single: 'block',
  key: ['number'],
  columns: {
    number: uint('Its number.'),
    hash: bytes('Its hash.'),
    parentHash: bytes('The hash of the one before it.'),
    timestamp: uint('In seconds since 1970.'),
  },
  source: ({ block }) => sql`select * from block where number <= ${block}`,
}

export const journal: Entity = {
  type: 'Journal',
  doc: 'A contract’s rolling hash of every event it emitted: one storage proof of it shows all facts here to be complete.',
  list: 'journals',
  key: ['contract'],
  columns: {
    contract: text('Which contract: accounts, datasets, pools, models, ledger, court or evaluations.'),
    slot: bytes('What its storage slot holds: 26 bytes of head, 6 of count.'),
    block: uint('The block that last moved it.'),
  },
  source: ({ block }) => sql`
    select distinct on (contract) contract, slot, block from journal_move where block <= ${block}
    order by contract, block desc`,
}
