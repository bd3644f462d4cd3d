import { type RawBuilder, sql } from 'kysely'
import type { AsOf } from '../query/asOf.ts'
import { bigInt, blockTime, bytes, type Column, type Entity, nullable, text, uint } from '../query/entity.ts'

/** What governance has set: every list ends with what is in force. */

const place = {
  block: uint('The block since which it holds.'),
  timestamp: blockTime,
  logIndex: uint('Its event’s place in the block.'),
  transactionHash: bytes('The transaction that set it.'),
}
const key = ['block', 'logIndex']

const each =
  (table: string) =>
  ({ block }: AsOf): RawBuilder<unknown> =>
    sql`select * from ${sql.table(table)} where block <= ${block}`

const setting = (type: string, list: string, table: string, doc: string, columns: Record<string, Column>): Entity => ({
  type,
  doc,
  list,
  key,
  columns: { ...place, ...columns },
  source: each(table),
})

const modelTerms = setting(
  'ModelTerms',
  'modelTerms',
  'model_terms_set',
  'How long models wait, each time it was set.',
  {
    activationSeconds: uint('From a model’s last page until its calls are recorded.'),
    noticeSeconds: uint('How long an operator may go on that is not allowed any more.'),
  },
)

const channelNotice = setting(
  'ChannelNotice',
  'channelNotices',
  'channel_notice_set',
  'How long what payers ask back stays chargeable, each time it was set.',
  { noticeSeconds: uint('In seconds.') },
)

const ledgerTerms = setting(
  'LedgerTerms',
  'ledgerTerms',
  'ledger_terms_set',
  'How books are opened, each time it was set; a book keeps what it was opened with.',
  {
    epochSeconds: uint('How long an epoch lasts.'),
    windowSeconds: uint('How long after a book closes its records can be voided.'),
    minBookGwei: bigInt('Fees from which a book closes with its epoch, in gwei-OPEN.'),
    treasuryBps: uint('The treasury’s share of fees, in basis points.'),
  },
)

const bondRule = setting('BondRule', 'bondRules', 'bond_rule_set', 'What bonds must cover, each time it was set.', {
  minimumGwei: bigInt('What a bond that answers for anything holds beyond that, in gwei-OPEN.'),
  perRecordGwei: bigInt('What an operator’s bond covers for each record, in gwei-OPEN.'),
  ratioBps: uint('What it covers for each fee; 10,000 is the fee itself.'),
  bountyBps: uint('The challenger’s part of what is slashed, in basis points.'),
  noticeSeconds: uint('How long what is asked back can still be slashed.'),
  modelSeconds: uint('How long, once to twice, a model’s bond answers for what a settled book paid its contributors.'),
})

const courtTerms = setting(
  'CourtTerms',
  'courtTerms',
  'court_terms_set',
  'What demands for records and appeals cost and how long they take, each time it was set.',
  {
    demandFeeGwei: bigInt('What a demand stakes, in gwei-OPEN.'),
    demandSeconds: uint('How long there is to show a demanded record.'),
    receiptFees: uint('What a receipt that was not kept costs, in fees of its record.'),
    appealStakeGwei: bigInt('What an appeal stakes at least, in gwei-OPEN.'),
    rulingSeconds: uint('How long the arbiter has.'),
    keyNoticeSeconds: uint('How long an operator’s receipt key goes on beside the next.'),
  },
)

const unitCourtTerms = setting(
  'UnitCourtTerms',
  'unitCourtTerms',
  'unit_court_terms_set',
  'What demands for rows cost and how long they take, each time it was set.',
  {
    demandFeeGwei: bigInt('What a demand stakes, in gwei-OPEN.'),
    demandSeconds: uint('How long there is to answer.'),
  },
)

const pause: Entity = {
  type: 'Pause',
  doc: 'Recording, registration and the contracts’ clock stood still. Claims, withdrawals and proofs went on.',
  list: 'pauses',
  key,
  columns: {
    pausedBy: bytes('By whom.'),
    until: uint('When it ends by itself, in seconds since 1970.'),
    resumedAt: nullable(uint('When it was ended early, in seconds since 1970.')),
    resumedBy: nullable(bytes('Who did.')),
    ...place,
  },
  source: ({ block }) => sql`
    select p.paused_by, p.until, r.resumed_by, r.resumed_at, p.block, p.log_index, p.transaction_hash
    from paused p
    left join lateral (
      select * from (
        select q.resumed_by, b.timestamp as resumed_at, q.block, q.log_index, exists (
          select from paused n where (n.block, n.log_index) > (p.block, p.log_index) and (n.block, n.log_index) < (q.block, q.log_index)
        ) as is_of_another
        from resumed q join block b on b.number = q.block
        where (q.block, q.log_index) > (p.block, p.log_index) and q.block <= ${block}
        order by q.block, q.log_index limit 1
      ) first where not first.is_of_another
    ) r on true
    where p.block <= ${block}`,
}

const appointment = setting(
  'Appointment',
  'appointments',
  'appointed',
  'A contract that may act on another; named once, for good.',
  {
    contract: text('On which contract it may act.'),
    office: text('What it is to that.'),
    appointed: bytes('Its address.'),
  },
)

const authority = setting(
  'Authority',
  'authorities',
  'authority_updated',
  'The AccessManager that decides who may change a contract’s parameters, each time it was set.',
  { contract: text('Which contract, such as ledger.'), authority: bytes('The AccessManager’s address.') },
)

const burn = setting('Burn', 'burns', 'slashed_burnt', 'Slashed OPEN without an owner that was burnt.', {
  amountGwei: bigInt('In gwei-OPEN.'),
})

export const governanceEntities: readonly Entity[] = [
  modelTerms,
  channelNotice,
  ledgerTerms,
  bondRule,
  courtTerms,
  unitCourtTerms,
  pause,
  { ...appointment, key: [...key, 'office'] },
  authority,
  burn,
]
