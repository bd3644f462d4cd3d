import { type RawBuilder, sql } from 'kysely'
import type { AsOf } from '../query/asOf.ts'
import { bigInt, bool, bytes, type Column, type Entity, text, uint } from '../query/entity.ts'

/** What governance has set: every list ends with what is in force. */

const place = {
  block: uint('The block since which it holds.'),
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

export const treasuryShare = setting(
  'TreasuryShare',
  'treasuryShares',
  'treasury_share_set',
  'The treasury’s share of every fee, each time it was set.',
  { previousBps: uint('Before, in basis points.'), treasuryBps: uint('Since, in basis points.') },
)

export const bondRule = setting(
  'BondRule',
  'bondRules',
  'bond_rule_set',
  'What bonds must cover and what a fault costs, each time it was set.',
  {
    minimumGwei: bigInt('The least bond that records, and the fixed part of what a struck record costs, in gwei-OPEN.'),
    ratioBps: uint('Bond asked for each fee that can still be struck; 10,000 is the fee itself.'),
    bountyBps: uint('The challenger’s part of what is slashed, in basis points; the rest is burnt.'),
  },
)

export const courtTerms = setting(
  'CourtTerms',
  'courtTerms',
  'court_terms_set',
  'What demands and appeals cost and how long they take, each time it was set.',
  {
    demandFeeGwei: bigInt('What a demand stakes, and what showing the row earns, in gwei-OPEN.'),
    demandSeconds: uint('How long there is to show a demanded row.'),
    appealStakeGwei: bigInt('What an appeal stakes, in gwei-OPEN.'),
    rulingSeconds: uint('How long the arbiter has.'),
  },
)

export const recordingSwitch = setting(
  'RecordingSwitch',
  'recordingSwitches',
  'recording_switched',
  'Recording was paused, or resumed; claims and withdrawals always go on.',
  { paused: bool('Whether it was paused.'), switchedBy: bytes('By whom.') },
)

export const courtAppointment = setting(
  'CourtAppointment',
  'courtAppointments',
  'court_appointed',
  'The contract that may strike records and take bonds; named once, for good.',
  { court: bytes('Its address.') },
)

export const authority = setting(
  'Authority',
  'authorities',
  'authority_updated',
  'The AccessManager that decides who may change a contract’s parameters, each time it was set.',
  { contract: text('Which contract: ledger or court.'), authority: bytes('The AccessManager’s address.') },
)

export const burn = setting('Burn', 'burns', 'slashed_burnt', 'Slashed OPEN that was nobody’s and was burnt.', {
  amountGwei: bigInt('In gwei-OPEN.'),
})
