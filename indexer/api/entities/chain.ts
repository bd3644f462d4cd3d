import { sql } from 'kysely'
import { journaled } from '../../../chain/events/contracts.ts'
import { blockTime, bytes, type Entity, hidden, many, nullable, one, oneOf, text, uint } from '../query/entity.ts'

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
    finality: oneOf('Finality', 'Whether a reorg can still roll it back.'),
    stretchFirst: hidden(uint('The first block of its stretch.')),
  },
  source: ({ block }) => {
    const known = sql`from stretch where first <= ${block} order by first desc limit 1`
    return sql`
      select b.*,
        case when b.number <= (select finalised ${known}) then 'Finalised' when b.number <= (select safe ${known}) then 'Safe'
          else 'Latest' end as finality,
        (select s.first from stretch s where s.first <= b.number order by s.first desc limit 1) as stretch_first
      from block b where b.number <= ${block}`
  },
  links: {
    stretch: one(() => stretch, { first: 'stretchFirst' }, 'What it was stored with, and how that was verified.'),
  },
}

export const stretch: Entity = {
  type: 'Stretch',
  doc: 'Blocks that were stored at once: how it is known that no fact of theirs is missing. Every block is of exactly one.',
  list: 'stretches',
  key: ['first'],
  columns: {
    first: uint('Its first block.'),
    last: uint('Its last.'),
    verdict: oneOf('Verdict', 'Why its facts are taken to be complete.'),
    journals: nullable(oneOf('JournalCheck', 'How the contracts’ journals were compared after it, if they were.')),
    safe: nullable(uint('The newest block that the node called safe then.')),
    finalised: nullable(uint('The newest block that was known to be final then.')),
    node: text('The node that gave it.'),
    storedAtMs: uint('When it was stored, in milliseconds since 1970.'),
  },
  source: ({ block }) => sql`
    select first, least(last, ${block}) as last, initcap(verdict) as verdict, initcap(journals) as journals, safe, finalised,
      node, (extract(epoch from stored_at) * 1000)::int8 as stored_at_ms
    from stretch where first <= ${block}`,
}

export const completeness: Entity = {
  type: 'Completeness',
  doc: 'Blocks in a row that were verified alike: how it is known that no fact of theirs is missing.',
  list: 'completeness',
  key: ['first'],
  columns: {
    first: uint('The first of them.'),
    last: uint('The last.'),
    verdict: oneOf('Verdict', 'Why their facts are taken to be complete.'),
  },
  // From one change to the next by the index: there may be a stretch for every block, and few
  // changes.
  source: ({ block }) => sql`
    with recursive run as (
      (select first, verdict from stretch where first <= ${block} order by first limit 1)
      union all
      select next.first, next.verdict from run cross join lateral (
        select s.first, s.verdict from unnest(array['receipts', 'bloom', 'told']) v (verdict)
        cross join lateral (
          select first, verdict from stretch where verdict = v.verdict and first > run.first and first <= ${block}
          order by first limit 1
        ) s
        where v.verdict <> run.verdict order by s.first limit 1
      ) next
    )
    select first, coalesce(lead(first) over (order by first) - 1, ${block}) as last, initcap(verdict) as verdict from run`,
}

export const revertedBlock: Entity = {
  type: 'RevertedBlock',
  doc: 'A block that was served here and then left by the chain. Nothing of it is forgotten.',
  list: 'revertedBlocks',
  key: ['number', 'hash', 'revertedAtMs'],
  columns: {
    number: uint('Its number.'),
    hash: bytes('Its hash.'),
    parentHash: bytes('The hash of the one before it.'),
    timestamp: uint('In seconds since 1970.'),
    servedFromMs: uint('When it was stored here, in milliseconds since 1970.'),
    revertedAtMs: uint('When it was rolled back, in milliseconds since 1970.'),
  },
  source: () => sql`
    select number, hash, parent_hash, timestamp, (extract(epoch from served_from) * 1000)::int8 as served_from_ms,
      (extract(epoch from reverted_at) * 1000)::int8 as reverted_at_ms
    from reverted_block`,
  links: {
    revertedFacts: many(
      () => revertedFact,
      { number: 'number', hash: 'hash', revertedAtMs: 'revertedAtMs' },
      'Its facts that were served and rolled back.',
    ),
  },
}

export const revertedFact: Entity = {
  type: 'RevertedFact',
  doc: 'A fact that was served here and rolled back with its block. Its transaction may be in another block now.',
  list: 'revertedFacts',
  key: ['number', 'hash', 'revertedAtMs', 'table', 'position'],
  columns: {
    number: uint('The number of its block.'),
    hash: bytes('The hash of its block.'),
    table: text('What kind of fact, such as batchRecorded.'),
    position: uint('Its place among those of its kind and block, from 1.'),
    row: text('The fact as JSON: integers are strings of digits, bytes 0x and hexadecimal digits.'),
    revertedAtMs: uint('When it was rolled back, in milliseconds since 1970.'),
  },
  source: () => sql`
    select block as number, block_hash as hash, "table", position, "row"::text as "row",
      (extract(epoch from reverted_at) * 1000)::int8 as reverted_at_ms
    from reverted_fact`,
}

export const journal: Entity = {
  type: 'Journal',
  doc: 'A contract’s rolling hash of every event it emitted: one storage proof of it shows all facts here to be complete.',
  list: 'journals',
  key: ['contract'],
  columns: {
    contract: text('Which contract, such as ledger.'),
    slot: bytes('What its storage slot holds: 26 bytes of head, 6 of count.'),
    block: uint('The block that last moved it.'),
    timestamp: blockTime,
  },
  source: ({ block }) => sql`
    select m.contract, m.slot, m.block from unnest(${sql.val(journaled)}::text[]) c (name)
    cross join lateral (
      select * from journal_move where contract = c.name and block <= ${block} order by block desc limit 1
    ) m`,
}
