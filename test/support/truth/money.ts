import { expect } from 'vitest'
import { WEI_PER_GWEI } from '../../../sdk/units.ts'
import { strings, total } from '../amounts.ts'
import { lower, type Moment, readerAt, rowsOf } from './asked.ts'

/** What accounts, channels and bonds hold, by the indexer and by the contracts. */

export async function accountsAreTrue(moment: Moment): Promise<void> {
  const { contracts, read } = readerAt(moment)
  const accounts = await rowsOf<{ id: number; payout: `0x${string}` }>(
    moment,
    'accounts',
    'id: accountId payout acting earnedGwei claimedGwei claimableGwei',
  )
  expect(accounts).toHaveLength(await read({ ...contracts.accounts, functionName: 'accountCount' }))
  for (const account of accounts) {
    const args = [account.id] as const
    const [earnedGwei, claimedGwei] = await read({ ...contracts.earnings, functionName: 'earningsOf', args })
    const payout = await read({ ...contracts.accounts, functionName: 'payoutOf', args })
    const acted = await read({ ...contracts.accounts, functionName: 'accountOf', args: [payout] })
    expect(account).toEqual({
      id: account.id,
      payout: lower(payout),
      acting: acted === account.id,
      ...strings({ earnedGwei, claimedGwei, claimableGwei: earnedGwei - claimedGwei }),
    })
  }
}

interface Channel {
  readonly id: string
  readonly payer: number
  readonly operator: number
  readonly model: number
  readonly salt: number
}

export async function channelsAreTrue(moment: Moment): Promise<void> {
  const { contracts, read } = readerAt(moment)
  const channels = await rowsOf<Channel>(
    moment,
    'channels',
    `id: channelId payer: payerId operator: operatorId model: modelId salt signer limitUnits coveredUnits chargedUnits depositGwei withdrawnGwei leavingGwei leavesAt
     nextSigner nextSignerAt`,
  )
  const known = new Map<string, number>()
  for (const { id, payer, operator, model, salt, ...channel } of channels) {
    const args = [{ payer, operator, model, salt }] as const
    const state = await read({ ...contracts.channels, functionName: 'channelOf', args })
    const { signer, nextSigner, nextSignerAt, ...rest } = state
    const { depositGwei, withdrawnGwei, leavingGwei } = rest
    const isNext = BigInt(nextSigner) !== 0n
    expect({ id, ...channel }).toEqual({
      id,
      ...rest,
      ...strings({ depositGwei, withdrawnGwei, leavingGwei }),
      signer: lower(signer),
      nextSigner: isNext ? lower(nextSigner) : null,
      nextSignerAt: isNext ? nextSignerAt : null,
    })
    if (salt !== 0 && rest.coveredUnits > 0) known.set(id, rest.coveredUnits)
  }
  const vouchers = await rowsOf<{ channel: string; coveredUnits: number }>(
    moment,
    'vouchers',
    'channel: channelId coveredUnits',
  )
  expect(new Map(vouchers.map(({ channel, coveredUnits }) => [channel, coveredUnits]))).toEqual(known)
}

export async function bondsAreTrue(moment: Moment): Promise<void> {
  const { contracts, read } = readerAt(moment)
  const bonds = await rowsOf<{ id: number }>(
    moment,
    'bonds',
    'id: bondId balanceGwei leavingGwei heldGwei exposureGwei leavesAt requiredGwei',
  )
  for (const bond of bonds) {
    const args = [BigInt(bond.id)] as const
    const state = await read({ ...contracts.bonds, functionName: 'bondStateOf', args })
    const requiredGwei = await read({ ...contracts.bonds, functionName: 'requiredOf', args })
    const { balanceGwei, leavingGwei, heldGwei, exposedGwei, settledGwei, leavesAt } = state
    expect(bond).toEqual({
      id: bond.id,
      leavesAt,
      ...strings({ balanceGwei, leavingGwei, heldGwei, exposureGwei: exposedGwei + settledGwei, requiredGwei }),
    })
  }
}

/** All OPEN that the two contracts hold belongs to somebody, or waits to be burnt. */
export async function moneyIsAllThere(moment: Moment): Promise<void> {
  const { contracts, read } = readerAt(moment)
  const balanceOf = (address: `0x${string}`) =>
    read({ ...contracts.openToken, functionName: 'balanceOf', args: [address] })
  const bonds = await rowsOf<Record<'balanceGwei', string>>(moment, 'bonds', 'balanceGwei')
  const moves = await rowsOf<Record<'kind' | 'amountGwei' | 'bountyGwei' | 'givenGwei', string>>(
    moment,
    'bondMoves',
    'kind amountGwei bountyGwei givenGwei',
  )
  const slashed = moves.filter(({ kind }) => kind === 'Slashed')
  const burnt = total(await rowsOf<Record<'amountGwei', string>>(moment, 'burns', 'amountGwei'), 'amountGwei')
  const unburnt = total(slashed, 'amountGwei') - total(slashed, 'bountyGwei') - total(slashed, 'givenGwei') - burnt
  expect(await read({ ...contracts.bonds, functionName: 'unburntGwei' })).toBe(unburnt)
  expect(await balanceOf(contracts.bonds.address)).toBe((total(bonds, 'balanceGwei') + unburnt) * WEI_PER_GWEI)

  const accounts = await rowsOf<Record<'claimableGwei', string>>(moment, 'accounts', 'claimableGwei')
  const channels = await rowsOf<Record<'leftGwei', string>>(moment, 'channels', 'leftGwei')
  const units = await rowsOf<Record<'receivedGwei' | 'drawnGwei', string> & { joint: number | null }>(
    moment,
    'units',
    'joint receivedGwei drawnGwei',
  )
  const joint = units.filter((unit) => unit.joint !== null)
  const books = await rowsOf<Record<'feesGwei' | 'givenGwei' | 'status', string> & { settlement: Paid | null }>(
    moment,
    'books',
    'status feesGwei givenGwei settlement { contributorsGwei }',
  )
  const unsettled = books.filter(({ status }) => status !== 'Settled')
  const paidAlready = unsettled.reduce((sum, { settlement }) => sum + BigInt(settlement?.contributorsGwei ?? 0), 0n)
  const aside = (await rowsOf<{ status: string; feeGwei: string }>(moment, 'appeals', 'status feeGwei')).filter(
    ({ status }) => status === 'Open',
  )
  const held =
    total(accounts, 'claimableGwei') +
    total(channels, 'leftGwei') +
    total(joint, 'receivedGwei') -
    total(joint, 'drawnGwei') +
    total(unsettled, 'feesGwei', 'givenGwei') -
    paidAlready +
    total(aside, 'feeGwei')
  expect(await balanceOf(contracts.earnings.address)).toBe(held * WEI_PER_GWEI)
}

interface Paid {
  readonly contributorsGwei: string
}
