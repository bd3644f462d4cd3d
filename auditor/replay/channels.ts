// Channels (contracts/Channels.sol). Units are the model's fee units.
//
//   limit = ⌊(deposit − withdrawn) / fee unit⌋       charged ≤ covered ≤ limit, covered ≤ the largest voucher

import type { Hex } from 'viem'
import { channelId } from '../../sdk/channel.ts'
import { chargeSlot, depositSlot } from '../../sdk/ledgerStorage.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'
import type { ExpectedSlot } from '../storage/expectedSlot.ts'
import { mappedSlot, packed } from '../storage/words.ts'
import type { Channel, ChannelsWorld } from '../world/channels.ts'
import { NO_ADDRESS } from './accounts.ts'
import { timeIn } from './clock.ts'
import { expectTold, type Handlers, type Step, wanting } from './step.ts'

const NEXT_SIGNERS = 6

/** What a batch did to a channel, as it tells it. */
export interface ToldCharge {
  readonly channel: Hex
  readonly units: bigint
  readonly coveredUnits: bigint
  readonly chargedUnits: bigint
}

export const channelHandlers: Handlers = {
  channelOpened: (step, { channel, payer, operator, model, salt, signer }) => {
    const { world, at } = step
    const key = { payer, operator, model, salt: Number(salt) }
    expectTold(step, 'A channel has another id than its parties give', channel, channelId(key), 'channels')
    const amounts = { depositGwei: 0n, withdrawnGwei: 0n, leavingGwei: 0n, leavesAt: 0n }
    const units = { limitUnits: 0n, coveredUnits: 0n, chargedUnits: 0n }
    const feeUnitGwei = world.terms.models.get(model)?.feeUnitGwei ?? 1n
    const next = { nextSigner: NO_ADDRESS, nextSignerAt: 0n }
    world.channels.set(channel, { ...key, feeUnitGwei, signer, ...amounts, ...units, ...next, at })
  },
  channelFunded: (step, { channel, amountGwei, depositGwei }) =>
    change(step, channel, (before) => {
      expectTold(step, `The deposit of ${channel}`, depositGwei, before.depositGwei + amountGwei, 'channels')
      return limited({ ...before, depositGwei })
    }),
  voucherPresented: (step, { channel, maxClaimableAmount, coveredUnits }) =>
    change(step, channel, (before) => {
      const covered = covering(before, maxClaimableAmount / (WEI_PER_GWEI * before.feeUnitGwei))
      expectTold(step, `What a voucher covers of ${channel}`, coveredUnits, covered.coveredUnits, 'channels')
      raise(step, channel, before, coveredUnits)
      return covered
    }),
  walkInCovered: (step, { channel, amountGwei, coveredUnits }) =>
    change(step, channel, (before) => {
      const covered = covering(before, before.coveredUnits + amountGwei / before.feeUnitGwei)
      expectTold(step, `What a payment covers of ${channel}`, coveredUnits, covered.coveredUnits, 'channels')
      return covered
    }),
  signerProposed: (step, { channel, signer, acceptableFrom }) =>
    change(step, channel, (before) => ({ ...before, nextSigner: signer, nextSignerAt: acceptableFrom })),
  signerChanged: (step, { channel, previous, signer }) =>
    change(step, channel, (before) => {
      expectTold(step, `The signer of ${channel} before`, previous, before.signer, 'channels')
      expectTold(step, `The signer of ${channel} after`, signer, before.nextSigner, 'channels')
      return { ...before, signer, nextSigner: NO_ADDRESS, nextSignerAt: 0n }
    }),
  channelWithdrawalRequested: (step, { channel, leavingGwei, leavesAt }) =>
    change(step, channel, (before) => {
      const due = leavingGwei === 0n ? 0n : timeIn(step) + step.world.settings.channelNoticeSeconds
      expectTold(step, `When a withdrawal from ${channel} falls due`, leavesAt, due, 'channels')
      return { ...before, leavingGwei, leavesAt }
    }),
  channelWithdrawn: (step, { channel, amountGwei, withdrawnGwei, coveredUnits }) =>
    change(step, channel, (before) => {
      const left = before.depositGwei - before.withdrawnGwei - before.chargedUnits * before.feeUnitGwei
      const due = least(before.leavingGwei, left)
      expectTold(step, `What was withdrawn from ${channel}`, amountGwei, due, 'channels')
      const after = limited({ ...before, withdrawnGwei: before.withdrawnGwei + amountGwei })
      expectTold(step, `What was ever withdrawn from ${channel}`, withdrawnGwei, after.withdrawnGwei, 'channels')
      expectTold(step, `What is covered of ${channel} afterwards`, coveredUnits, after.coveredUnits, 'channels')
      return { ...after, leavingGwei: 0n, leavesAt: 0n }
    }),
}

/** A batch charges a channel, after presenting the vouchers that it carries. */
export function charge(step: Step, { channel, units, coveredUnits, chargedUnits }: ToldCharge): void {
  change(step, channel, (before) => {
    const charged = before.chargedUnits + units
    expectTold(step, `The charges of ${channel} after a batch`, chargedUnits, charged, 'channels')
    if (coveredUnits < before.coveredUnits || coveredUnits > before.limitUnits) {
      const what = `What is covered of ${channel} after a batch lies outside what its vouchers and its deposit allow`
      wanting(step, 'channels', what, `${coveredUnits}`, `${before.coveredUnits} to ${before.limitUnits}`)
    }
    if (charged > coveredUnits) {
      const what = `A batch charges ${channel} more than its vouchers cover`
      wanting(step, 'channels', what, `${charged}`, `at most ${coveredUnits}`)
    }
    if (coveredUnits > before.coveredUnits) raise(step, channel, before, coveredUnits)
    return { ...before, coveredUnits, chargedUnits: charged }
  })
}

export function* channelSlots({ channels }: ChannelsWorld): Iterable<ExpectedSlot> {
  const contract = 'channels'
  for (const [id, channel] of channels) {
    const { signer, limitUnits, coveredUnits, chargedUnits, at } = channel
    const { depositGwei, withdrawnGwei, leavingGwei, leavesAt, nextSigner, nextSignerAt } = channel
    const charges = packed([BigInt(signer), 160], [limitUnits, 32], [coveredUnits, 32], [chargedUnits, 32])
    const deposit = packed([depositGwei, 64], [withdrawnGwei, 64], [leavingGwei, 64], [leavesAt, 40])
    const next = packed([BigInt(nextSigner), 160], [nextSignerAt, 40])
    yield { contract, slot: chargeSlot(id), word: charges, subject: `charges of channel ${id}`, at }
    yield { contract, slot: depositSlot(id), word: deposit, subject: `deposit of channel ${id}`, at }
    yield { contract, slot: mappedSlot(NEXT_SIGNERS, id), word: next, subject: `next signer of channel ${id}`, at }
  }
}

function change(step: Step, channel: Hex, after: (before: Channel) => Channel): void {
  const before = step.world.channels.get(channel)
  if (before === undefined) wanting(step, 'channels', `Channel ${channel} was never opened`, channel, 'a channel')
  else step.world.channels.set(channel, { ...after(before), at: step.at })
}

function raise(step: Step, channel: Hex, before: Channel, coveredUnits: bigint): void {
  const { payer, operator, model, salt, signer, feeUnitGwei } = before
  const { block, logIndex, transactionHash } = step.at
  const at = { block, logIndex, transactionHash }
  step.world.raises.push({ channel, key: { payer, operator, model, salt }, signer, coveredUnits, feeUnitGwei, at })
}

function covering(channel: Channel, units: bigint): Channel {
  const most = least(units, channel.limitUnits)
  return most <= channel.coveredUnits ? channel : { ...channel, coveredUnits: most }
}

function limited(channel: Channel): Channel {
  const limitUnits = (channel.depositGwei - channel.withdrawnGwei) / channel.feeUnitGwei
  const { coveredUnits } = channel
  return { ...channel, limitUnits, coveredUnits: least(coveredUnits, limitUnits) }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
