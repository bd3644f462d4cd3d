// What the contracts owe, by their own events. With F the fees of a book and G what was given to it:
//
//   channel → book      a batch charges its channels, and its book holds the fees
//   book → earnings     F + G = contributors + royalties + operator + owner + treasury + rest
//   book → payer        a voided record's fee; while an appeal is open it is set aside
//   bond → earnings, book, unburnt   a slash
//   joint unit → earnings            a draw
//
// Whatever enters or leaves a contract is matched with the token's transfers in `tokenMoves.ts`.

import type { Hex } from 'viem'
import type { Fact } from '../../chain/events/facts.ts'
import type { ChannelKey } from '../../sdk/channel.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'
import {
  BONDS_HOLD,
  bondName,
  bookName,
  channelName,
  EARNINGS_HOLD,
  earningsName,
  jointName,
  type Role,
  SET_ASIDE,
  UNBURNT,
} from './names.ts'

/** OPEN that an event says came into a contract, or left it. */
export interface Expected {
  readonly holding: typeof EARNINGS_HOLD | typeof BONDS_HOLD
  readonly amountWei: bigint
}

/** What an event changes: what is owed, and what is held. */
export interface Change {
  readonly event: string
  readonly owed: readonly (readonly [account: string, amountWei: bigint])[]
  readonly held: readonly Expected[]
}

/** What earlier events said, and later ones refer to. */
export interface Known {
  readonly treasury: number
  readonly channels: Map<Hex, ChannelKey>
  readonly models: Map<number, { readonly owner: number; readonly feeUnitGwei: bigint }>
  readonly royalties: Map<string, number>
  readonly payees: Map<string, number | null>
  readonly batches: Map<bigint, bigint>
  readonly books: Map<bigint, { feesGwei: bigint; readonly treasuryBps: bigint }>
}

export function nothingKnown(treasury: number): Known {
  return {
    treasury,
    channels: new Map(),
    models: new Map(),
    royalties: new Map(),
    payees: new Map(),
    batches: new Map(),
    books: new Map(),
  }
}

/** Learns from a fact, and gives what it changes; undefined where that is nothing. */
export function changeBy(known: Known, fact: Fact): Change | undefined {
  return learnt(known, fact) ? undefined : (chargeBy(known, fact) ?? payBy(known, fact) ?? bondBy(fact))
}

function learnt(known: Known, { table, row }: Fact): boolean {
  switch (table) {
    case 'channelOpened': {
      const { channel, payer, operator, model, salt } = row
      known.channels.set(channel, { payer, operator, model, salt: Number(salt) })
      return true
    }
    case 'fineTuneEntered':
      known.models.set(row.model, row)
      return true
    case 'royaltyOwed':
      known.royalties.set(`${row.model} ${row.position}`, row.account)
      return true
    case 'unitKept':
      known.payees.set(`${row.model} ${row.unit}`, row.payee)
      return true
    case 'bookOpened':
      known.books.set(row.book, { feesGwei: 0n, treasuryBps: row.treasuryBps })
      return true
    default:
      return false
  }
}

/** Channels and books, until they are settled. */
function chargeBy(known: Known, { table, row }: Fact): Change | undefined {
  switch (table) {
    case 'channelFunded':
      return change(
        'ChannelFunded',
        [[ofChannel(known, row.channel), -row.amountGwei]],
        [[EARNINGS_HOLD, row.amountGwei]],
      )
    case 'channelWithdrawn':
      return change(
        'ChannelWithdrawn',
        [[ofChannel(known, row.channel), row.amountGwei]],
        [[EARNINGS_HOLD, -row.amountGwei]],
      )
    case 'batchRecorded':
      known.batches.set(row.batch, row.book)
      need(known.books, row.book).feesGwei += row.feesGwei
      return change('BatchRecorded', [[`${bookName(row.book)}:Fees`, -row.feesGwei]])
    case 'channelCharged': {
      const { feeUnitGwei } = need(known.models, need(known.channels, row.channel).model)
      return change('BatchRecorded', [[ofChannel(known, row.channel), row.units * feeUnitGwei]])
    }
    case 'recordVoided': {
      const { payer, feeGwei } = row
      const book = need(known.batches, row.batch)
      need(known.books, book).feesGwei -= feeGwei
      // Without a payer it is given to a book, which an event of its own says.
      const to = row.isSetAside ? SET_ASIDE : payer === 0 ? undefined : earned(payer, 'Refund')
      return change('RecordVoided', [[`${bookName(book)}:Fees`, feeGwei], ...credits(to, feeGwei)])
    }
    case 'feeReturned': {
      const { payer, feeGwei, toPayer } = row
      const to = toPayer && payer !== 0 ? earned(payer, 'Refund') : undefined
      return change('FeeReturned', [[SET_ASIDE, feeGwei], ...credits(to, feeGwei)])
    }
    case 'givenToBook':
      return change('GivenToBook', [[`${bookName(row.book)}:Given`, -row.amountGwei]])
    default:
      return undefined
  }
}

/** Settlements, draws and claims. */
function payBy(known: Known, { table, row }: Fact): Change | undefined {
  const paid = (event: string, book: bigint, shares: readonly Share[]): Change => {
    const sum = shares.reduce((total, [, amountGwei]) => total + amountGwei, 0n)
    return change(event, [[`${bookName(book)}:Paid`, sum], ...shares.map(([to, gwei]): Share => [to, -gwei])])
  }
  switch (table) {
    case 'unitPaid': {
      const payee = need(known.payees, `${row.model} ${row.unit}`)
      const to = payee === null ? `${jointName(row.model, row.unit)}:Received` : earned(payee, 'Contributor')
      return paid('UnitsPaid', row.book, [[to, row.amountGwei]])
    }
    case 'bookSettled': {
      const { feesGwei, treasuryBps } = need(known.books, row.book)
      const shareGwei = (feesGwei * treasuryBps) / 10_000n
      return paid('BookSettled', row.book, [
        [earned(row.operator, 'Operator'), row.operatorGwei],
        [earned(need(known.models, row.model).owner, 'Owner'), row.ownerGwei],
        [earned(known.treasury, 'Treasury'), shareGwei],
        [earned(known.treasury, 'Rest'), row.treasuryGwei - shareGwei],
      ])
    }
    case 'royaltyPaid': {
      const account = need(known.royalties, `${row.model} ${row.position}`)
      return paid('BookSettled', row.book, [[earned(account, 'Royalty'), row.amountGwei]])
    }
    case 'jointDrawn':
      return change('JointDrawn', [
        [`${jointName(row.model, row.unit)}:Drawn`, row.amountGwei],
        [earned(row.account, 'JointMember'), -row.amountGwei],
      ])
    case 'rewardClaimed':
      return change(
        'RewardClaimed',
        [[earned(row.account, 'Claimed'), row.amountGwei]],
        [[EARNINGS_HOLD, -row.amountGwei]],
      )
    default:
      return undefined
  }
}

function bondBy({ table, row }: Fact): Change | undefined {
  switch (table) {
    case 'bondDeposited':
      return change('BondDeposited', [[bondName(row.bond), -row.amountGwei]], [[BONDS_HOLD, row.amountGwei]])
    case 'bondWithdrawn':
      return change('BondWithdrawn', [[bondName(row.bond), row.amountGwei]], [[BONDS_HOLD, -row.amountGwei]])
    case 'bondSlashed': {
      const { bond, beneficiary, amountGwei, bountyGwei, givenGwei } = row
      const movedGwei = bountyGwei + givenGwei
      return change(
        'BondSlashed',
        [
          [bondName(bond), amountGwei],
          [UNBURNT, movedGwei - amountGwei],
          [earned(beneficiary, 'Bounty'), -bountyGwei],
        ],
        [
          [BONDS_HOLD, -movedGwei],
          [EARNINGS_HOLD, movedGwei],
        ],
      )
    }
    case 'slashedBurnt':
      return change('SlashedBurnt', [[UNBURNT, row.amountGwei]], [[BONDS_HOLD, -row.amountGwei]])
    default:
      return undefined
  }
}

type Share = readonly [account: string, amountGwei: bigint]

function change(
  event: string,
  owed: readonly Share[],
  held: readonly (readonly [Expected['holding'], bigint])[] = [],
): Change {
  return {
    event,
    owed: owed.flatMap(([account, gwei]) => (gwei === 0n ? [] : [[account, gwei * WEI_PER_GWEI] as const])),
    held: held.flatMap(([holding, gwei]) => (gwei === 0n ? [] : [{ holding, amountWei: gwei * WEI_PER_GWEI }])),
  }
}

function credits(to: string | undefined, amountGwei: bigint): readonly Share[] {
  return to === undefined ? [] : [[to, -amountGwei]]
}

function earned(account: number, role: Role): string {
  return `${earningsName(account)}:${role}`
}

function ofChannel(known: Known, channel: Hex): string {
  return channelName(need(known.channels, channel))
}

/** Contracts emit what is referred to first, and the journals prove that nothing is missing. */
function need<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const found = map.get(key)
  if (found === undefined) throw new Error(`An event refers to ${key}, which no earlier event names`)
  return found
}
