// What accounts earned and claimed, and what joint units received and their members drew (contracts/Earnings.sol).
//
//   drawn of a member = ⌊received of the unit · kept rows of the member / kept rows of the unit⌋, at its last draw

import { memberDraw } from '../../attribution/bookPay.ts'
import type { ExpectedSlot } from '../storage/expectedSlot.ts'
import { mappedSlot, packed } from '../storage/words.ts'
import type { Amount, EarningsWorld } from '../world/earnings.ts'
import { expectTold, type Handlers, type Step } from './step.ts'

const [ACCOUNTS, RECEIVED, DRAWN] = [8, 9, 10]
const UNITS_A_MODEL = 2 ** 16

/** How contracts number a joint unit. */
export function jointOf(model: number, unit: number): number {
  return model * UNITS_A_MODEL + unit
}

export function credit({ world, at }: Step, account: number, gwei: bigint): void {
  if (gwei === 0n) return
  const { earnedGwei = 0n, claimedGwei = 0n } = world.earnings.get(account) ?? {}
  world.earnings.set(account, { earnedGwei: earnedGwei + gwei, claimedGwei, at })
}

export function creditJoint({ world, at }: Step, model: number, unit: number, gwei: bigint): void {
  if (gwei === 0n) return
  const joint = jointOf(model, unit)
  world.received.set(joint, { gwei: (world.received.get(joint)?.gwei ?? 0n) + gwei, at })
}

export const earningsHandlers: Handlers = {
  rewardClaimed: (step, { account, amountGwei }) => {
    const { world, at } = step
    const { earnedGwei = 0n, claimedGwei = 0n } = world.earnings.get(account) ?? {}
    const subject = `A claim of account ${account} is not what it had earned and not claimed`
    expectTold(step, subject, amountGwei, earnedGwei - claimedGwei)
    world.earnings.set(account, { earnedGwei, claimedGwei: claimedGwei + amountGwei, at })
  },
  jointDrawn: (step, { model, unit, account, member, amountGwei }) => {
    const { world, at } = step
    const joint = jointOf(model, unit)
    const members = world.drawn.get(joint) ?? new Map<number, Amount>()
    const before = members.get(member)?.gwei ?? 0n
    const registered = world.models.get(model)?.units[unit]
    const kept = registered?.members[member]?.kept
    if (registered !== undefined && kept !== undefined) {
      const due = memberDraw(world.received.get(joint)?.gwei ?? 0n, kept, registered.kept, before)
      const what = `A draw of member ${member} of unit ${unit} of model ${model} is not its part`
      expectTold(step, what, amountGwei, due)
    }
    world.drawn.set(joint, members.set(member, { gwei: before + amountGwei, at }))
    credit(step, account, amountGwei)
  },
}

export function* earningsSlots({ earnings, received, drawn }: EarningsWorld): Iterable<ExpectedSlot> {
  const contract = 'earnings'
  for (const [account, { earnedGwei, claimedGwei, at }] of earnings) {
    const word = packed([earnedGwei, 64], [claimedGwei, 64])
    yield { contract, slot: mappedSlot(ACCOUNTS, account), word, subject: `earnings of account ${account}`, at }
  }
  for (const [joint, { gwei, at }] of received) {
    yield { contract, slot: mappedSlot(RECEIVED, joint), word: gwei, subject: `received by ${jointName(joint)}`, at }
  }
  for (const [joint, members] of drawn) {
    for (const [member, { gwei, at }] of members) {
      const subject = `drawn by member ${member} of ${jointName(joint)}`
      yield { contract, slot: mappedSlot(DRAWN, joint, member), word: gwei, subject, at }
    }
  }
}

function jointName(joint: number): string {
  return `joint unit ${joint % UNITS_A_MODEL} of model ${Math.floor(joint / UNITS_A_MODEL)}`
}
