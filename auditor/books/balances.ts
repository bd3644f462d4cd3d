import type { Fact } from '../../chain/events/facts.ts'
import { bookKeyOf } from '../../sdk/book.ts'
import type { ChannelKey } from '../../sdk/channel.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'
import type { Balance } from './entry.ts'
import {
  BONDS_HOLD,
  bondName,
  bookName,
  channelName,
  EARNINGS_HOLD,
  earningsName,
  jointName,
  SET_ASIDE,
  UNBURNT,
  walletName,
} from './names.ts'
import type { Holders } from './tokenMoves.ts'

/** What holds or is owed money, as the events name it. */
export interface Holdings {
  readonly accounts: number
  readonly channels: readonly ChannelKey[]
  readonly books: readonly bigint[]
  readonly bonds: readonly bigint[]
  readonly appeals: readonly bigint[]
  readonly jointUnits: readonly JointUnit[]
}

interface JointUnit {
  readonly model: number
  readonly unit: number
  readonly members: readonly number[]
}

export function holdingsIn(facts: Iterable<Fact>): Holdings {
  const channels: ChannelKey[] = []
  const books: bigint[] = []
  const bonds = new Set<bigint>()
  const appeals: bigint[] = []
  const joints = new Map<string, { model: number; unit: number; members: Set<number> }>()
  let accounts = 0
  for (const { table, row } of facts) {
    if (table === 'accountOpened') accounts += 1
    if (table === 'channelOpened') channels.push({ ...row, salt: Number(row.salt) })
    if (table === 'bookOpened') books.push(row.book)
    if (table === 'bondDeposited') bonds.add(row.bond)
    if (table === 'appealFiled') appeals.push(row.appeal)
    if (table === 'unitKept' && row.joint !== null)
      joints.set(`${row.model} ${row.unit}`, { model: row.model, unit: row.unit, members: new Set() })
    if (table === 'jointDrawn') joints.get(`${row.model} ${row.unit}`)?.members.add(row.member)
  }
  const jointUnits = [...joints.values()].map((joint) => ({ ...joint, members: [...joint.members] }))
  return { accounts, channels, books, bonds: [...bonds], appeals, jointUnits }
}

/** Reads the contracts as they stand after a block, by a node's word. */
export async function balancesAt(
  { reader, contracts }: Connection,
  holders: Holders,
  holdings: Holdings,
  blockNumber: bigint,
): Promise<readonly Balance[]> {
  const { bonds, channels, court, earnings, ledger, models, openToken } = contracts
  const at = { blockNumber } as const
  const balance = (account: string, wei: bigint, source: string): Balance => ({ account, amountWei: wei, source })
  const owed = (account: string, gwei: bigint, source: string) => balance(account, -gwei * WEI_PER_GWEI, source)
  const holds = (address: `0x${string}`) =>
    reader.readContract({ ...openToken, functionName: 'balanceOf', args: [address], ...at })
  const feeUnits = new Map<number, Promise<number>>()
  const feeUnitOf = (model: number) => {
    const found =
      feeUnits.get(model) ?? reader.readContract({ ...models, functionName: 'feeUnitOf', args: [model], ...at })
    feeUnits.set(model, found)
    return found
  }

  const tokens = async (): Promise<readonly Balance[]> => [
    balance(EARNINGS_HOLD, await holds(earnings.address), 'OpenToken.balanceOf'),
    balance(BONDS_HOLD, await holds(bonds.address), 'OpenToken.balanceOf'),
    owed(UNBURNT, await reader.readContract({ ...bonds, functionName: 'unburntGwei', ...at }), 'Bonds.unburntGwei'),
  ]
  const wallets = together([...holders.wallets], async ([address, { operator, model }]) => {
    const wei = await holds(address)
    return [
      balance(walletName('Assets', operator, model), wei, 'OpenToken.balanceOf'),
      balance(walletName('Liabilities', operator, model), -wei, 'OpenToken.balanceOf'),
    ]
  })
  const channelsLeft = together(holdings.channels, async (key) => {
    const state = await reader.readContract({ ...channels, functionName: 'channelOf', args: [key], ...at })
    const charged = BigInt(state.chargedUnits) * BigInt(await feeUnitOf(key.model))
    return [owed(channelName(key), state.depositGwei - state.withdrawnGwei - charged, 'Channels.channelOf')]
  })
  const booksHold = together(holdings.books, async (book) => {
    const state = await reader.readContract({ ...ledger, functionName: 'bookStateOf', args: [book], ...at })
    const feesGwei = state.units * BigInt(await feeUnitOf(bookKeyOf(book).model))
    const name = bookName(book)
    return [
      owed(`${name}:Fees`, feesGwei, 'Ledger.bookStateOf'),
      owed(`${name}:Given`, state.givenGwei, 'Ledger.bookStateOf'),
      ...(state.isSettled ? [owed(name, 0n, 'Ledger.bookStateOf')] : []),
    ]
  })
  const accounts = Array.from({ length: holdings.accounts }, (_, i) => i + 1)
  const earned = together(accounts, async (account) => {
    const query = { ...earnings, functionName: 'earningsOf', args: [account], ...at } as const
    const [earnedGwei, claimedGwei] = await reader.readContract(query)
    return [
      owed(earningsName(account), earnedGwei - claimedGwei, 'Earnings.earningsOf'),
      owed(`${earningsName(account)}:Claimed`, -claimedGwei, 'Earnings.earningsOf'),
    ]
  })
  const joint = together(holdings.jointUnits, async ({ model, unit, members }) => {
    const received = await reader.readContract({ ...earnings, functionName: 'receivedOf', args: [model, unit], ...at })
    const drawn = await together(members, async (member) => [
      await reader.readContract({ ...earnings, functionName: 'drawnOf', args: [model, unit, member], ...at }),
    ])
    const drawnGwei = drawn.reduce((sum, gwei) => sum + gwei, 0n)
    return [
      owed(`${jointName(model, unit)}:Received`, received, 'Earnings.receivedOf'),
      owed(`${jointName(model, unit)}:Drawn`, -drawnGwei, 'Earnings.drawnOf'),
    ]
  })
  const bonded = together(holdings.bonds, async (bond) => {
    const state = await reader.readContract({ ...bonds, functionName: 'bondStateOf', args: [bond], ...at })
    return [owed(bondName(bond), state.balanceGwei, 'Bonds.bondStateOf')]
  })
  const aside = together(holdings.appeals, async (appeal) => [
    (await reader.readContract({ ...court, functionName: 'appealOf', args: [appeal], ...at })).feeGwei,
  ])
  const setAside = async () => [
    owed(
      SET_ASIDE,
      (await aside).reduce((sum, gwei) => sum + gwei, 0n),
      'Court.appealOf',
    ),
  ]
  const all = [tokens(), wallets, channelsLeft, booksHold, earned, joint, bonded, setAside()]
  return (await Promise.all(all)).flat()
}

const AT_ONCE = 32

/** A few at a time, so that a node is not flooded. */
async function together<T, R>(items: readonly T[], ask: (item: T) => Promise<readonly R[]>): Promise<readonly R[]> {
  const found: R[] = []
  for (let from = 0; from < items.length; from += AT_ONCE)
    found.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(ask))).flat())
  return found
}
