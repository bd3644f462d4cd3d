import { memberDraw } from '../../attribution/bookPay.ts'
import { bookId } from '../../sdk/book.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'
import type { ToldMoney } from './ask.ts'
import type { ModelBooks, PaidBook } from './books.ts'

/**
 * Money as three tell it that share no state: the chain's storage, the index by way of its API, and `attribution/`, which works it out
 * from what was recorded. Throws on the first gwei of difference.
 */

export interface Agreement {
  readonly accounts: number
  readonly units: number
  readonly books: number
  readonly channels: number
  readonly bonds: number
}

export async function requireAgreement(
  connection: Connection,
  told: ToldMoney,
  models: readonly ModelBooks[],
): Promise<Agreement> {
  requireBooks(told, models)
  await requireUnits(connection, told, models)
  await requireAccounts(connection, told, await earnedByAttribution(connection, told, models))
  await requireChannels(connection, told)
  await requireBonds(connection, told)
  await requireHeld(connection, told)
  const { accounts, units, books, channels, bonds } = told
  return {
    accounts: accounts.length,
    units: units.length,
    books: books.length,
    channels: channels.length,
    bonds: bonds.length,
  }
}

/** What books paid, party by party and unit by unit. */
function requireBooks({ books, payments }: ToldMoney, models: readonly ModelBooks[]): void {
  const computed = models.flatMap((one) => settledOf(one).map(({ key, pay }) => ({ book: bookId(key), pay })))
  const settled = books.filter(({ settlement }) => settlement?.stage === 'Settled')
  same('how many books are settled', settled.length, computed.length)
  for (const { book, pay } of computed) {
    const settlement = settled.find(({ id }) => id === book)?.settlement
    same(`the operator’s part of book ${book}`, settlement?.operatorGwei, pay.operator)
    same(`the owner’s part of book ${book}`, settlement?.ownerGwei, pay.owner)
    same(`the royalties of book ${book}`, settlement?.royaltiesGwei, sum(pay.royalties))
    same(`the treasury’s part of book ${book}`, settlement?.treasuryGwei, pay.treasury)
    for (const [unit, gwei] of pay.units.entries()) {
      const payment = payments.find((one) => one.book === book && one.unit === unit)
      same(`what book ${book} paid unit ${unit}`, payment?.amountGwei, gwei)
      same(`the weight of unit ${unit} in book ${book}`, payment?.weight, pay.weights[unit])
    }
  }
}

/** What joint units received and their members drew. */
async function requireUnits(
  { reader, contracts: { earnings } }: Connection,
  { units, members }: ToldMoney,
  models: readonly ModelBooks[],
): Promise<void> {
  for (const { model, ...books } of models) {
    const received = receivedUnits({ model, ...books })
    for (const [unit, planned] of model.plan.units.entries()) {
      const told = units.find((one) => one.model === model.model && one.unit === unit)
      same(`what unit ${unit} of model ${model.model} received`, told?.receivedGwei, received[unit])
      if (planned.kind === 'own') continue
      const place = [model.model, unit] as const
      const stored = await reader.readContract({ ...earnings, functionName: 'receivedOf', args: place })
      same(`what the chain has of unit ${unit} of model ${model.model}`, told?.receivedGwei, stored)
      for (const [member, { kept }] of planned.members.entries()) {
        const own = members.find((one) => one.model === model.model && one.unit === unit && one.member === member)
        const drawn = await reader.readContract({ ...earnings, functionName: 'drawnOf', args: [...place, member] })
        same(`what member ${member} of unit ${unit} drew`, own?.drawnGwei, drawn)
        const share = memberDraw(received[unit] as bigint, kept, planned.kept, 0n)
        same(`the share of member ${member} of unit ${unit}`, (own?.drawnGwei ?? 0n) + (own?.drawableGwei ?? 0n), share)
      }
    }
  }
}

async function requireAccounts(
  { reader, contracts }: Connection,
  { accounts }: ToldMoney,
  computed: ReadonlyMap<number, bigint>,
): Promise<void> {
  const count = await reader.readContract({ ...contracts.accounts, functionName: 'accountCount' })
  same('how many accounts there are', accounts.length, count)
  for (const { id, earnedGwei, claimedGwei, claimableGwei } of accounts) {
    const args = [id] as const
    const [earned, claimed] = await reader.readContract({ ...contracts.earnings, functionName: 'earningsOf', args })
    same(`the earnings of account ${id}`, earnedGwei, earned)
    same(`the claims of account ${id}`, claimedGwei, claimed)
    same(`what account ${id} can claim`, claimableGwei, earned - claimed)
    same(`the earnings of account ${id} by attribution/`, earnedGwei, computed.get(id) ?? 0n)
  }
}

async function requireChannels({ reader, contracts }: Connection, { channels }: ToldMoney): Promise<void> {
  for (const { id, depositGwei, chargedUnits, payer, operator, model, salt } of channels) {
    const args = [{ payer, operator, model, salt }] as const
    const state = await reader.readContract({ ...contracts.channels, functionName: 'channelOf', args })
    same(`the deposit of channel ${id}`, depositGwei, state.depositGwei)
    same(`the charges of channel ${id}`, chargedUnits, state.chargedUnits)
  }
}

async function requireBonds({ reader, contracts }: Connection, { bonds }: ToldMoney): Promise<void> {
  for (const { id, balanceGwei, heldGwei, exposureGwei } of bonds) {
    const state = await reader.readContract({ ...contracts.bonds, functionName: 'bondStateOf', args: [BigInt(id)] })
    same(`the balance of bond ${id}`, balanceGwei, state.balanceGwei)
    same(`what courts hold of bond ${id}`, heldGwei, state.heldGwei)
    same(`what bond ${id} answers for`, exposureGwei, state.exposedGwei + state.settledGwei)
  }
}

/** The contracts hold exactly what they owe: deposits, books, earnings, joint units; and bonds with what was slashed and is not burnt. */
async function requireHeld({ reader, contracts }: Connection, told: ToldMoney): Promise<void> {
  const { earnings, bonds, openToken } = contracts
  const inBooks = told.books
    .filter(({ settlement }) => settlement?.stage !== 'Settled')
    .map(({ feesGwei, givenGwei, settlement }) => feesGwei + givenGwei - (settlement?.contributorsGwei ?? 0n))
  const owedGwei = sum([
    ...told.channels.map(({ leftGwei }) => leftGwei),
    ...inBooks,
    ...told.accounts.map(({ claimableGwei }) => claimableGwei),
    ...told.units.flatMap(({ contribution, receivedGwei, drawnGwei }) =>
      contribution === null ? [receivedGwei - drawnGwei] : [],
    ),
  ])
  const heldBy = (address: `0x${string}`) =>
    reader.readContract({ ...openToken, functionName: 'balanceOf', args: [address] })
  same('what Earnings owes and its OPEN in wei', owedGwei * WEI_PER_GWEI, await heldBy(earnings.address))
  const unburnt = await reader.readContract({ ...bonds, functionName: 'unburntGwei' })
  const bonded = sum(told.bonds.map(({ balanceGwei }) => balanceGwei)) + unburnt
  same('what Bonds owes and its OPEN in wei', bonded * WEI_PER_GWEI, await heldBy(bonds.address))
}

/** What every account earned: of settled books in every office that it has, and what it drew of joint units. */
async function earnedByAttribution(
  { reader, contracts }: Connection,
  { members }: ToldMoney,
  models: readonly ModelBooks[],
): Promise<ReadonlyMap<number, bigint>> {
  const earned = new Map<number, bigint>()
  const add = (account: number, gwei: bigint) => earned.set(account, (earned.get(account) ?? 0n) + gwei)
  const treasury = await reader.readContract({ ...contracts.settlement, functionName: 'treasury' })
  for (const books of models) {
    const { model, operator } = books
    for (const { pay } of settledOf(books)) {
      model.registered.units.forEach(({ payee }, unit) => {
        if (payee !== 0) add(payee, pay.units[unit] as bigint)
      })
      model.royalties.forEach(({ account }, i) => {
        add(account, pay.royalties[i] as bigint)
      })
      add(operator, pay.operator)
      add(model.owner, pay.owner)
      add(treasury, pay.treasury)
    }
  }
  const contributorOf = new Map(models.flatMap(({ model }) => [...model.contributorOf]))
  for (const { contribution, drawnGwei } of members) {
    if (drawnGwei > 0n) add(contributorOf.get(contribution as `0x${string}`) ?? 0, drawnGwei)
  }
  return earned
}

function receivedUnits(books: ModelBooks): readonly bigint[] {
  const settled = settledOf(books)
  return books.model.registered.units.map((_, unit) => sum(settled.map(({ pay }) => pay.units[unit] as bigint)))
}

function settledOf({ books }: ModelBooks): readonly PaidBook[] {
  return books.filter(({ isSettled }) => isSettled)
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, gwei) => total + gwei, 0n)
}

function same(what: string, told: bigint | number | null | undefined, other: bigint | number | undefined): void {
  if (told !== null && told !== undefined && other !== undefined && BigInt(told) === BigInt(other)) return
  throw new StopError(
    `The API and the chain disagree about ${what}`,
    { api: `${told}`, chain: `${other}` },
    'Please report this; an auditor would side with the chain.',
  )
}
