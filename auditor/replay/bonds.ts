// Bonds (contracts/Bonds.sol): exposed by batches, relieved by settlements, held and taken by courts.
//
//   settled pools of a model   newer | older | since: what was settled since `since`, and in the modelSeconds before it

import { bondOfAccount, bondOfModel, holderOfBond } from '../../sdk/bond.ts'
import type { ExpectedSlot } from '../storage/expectedSlot.ts'
import { mappedSlot, packed } from '../storage/words.ts'
import type { Bond, BondsWorld, SettledPools } from '../world/bonds.ts'
import { timeIn } from './clock.ts'
import { credit } from './earnings.ts'
import { expectTold, type Handlers, type Step } from './step.ts'

const [BONDS, LEAVES, SETTLED] = [5, 6, 7]
const BPS = 10_000n

export const bondHandlers: Handlers = {
  bondDeposited: (step, { bond, amountGwei, balanceGwei }) => {
    const before = bondOf(step, bond)
    expectTold(step, `The balance of ${nameOf(bond)} after a deposit`, balanceGwei, before.balanceGwei + amountGwei)
    change(step, bond, { balanceGwei })
  },
  bondWithdrawalRequested: (step, { bond, leavingGwei, leavesAt }) => {
    const { noticeSeconds } = step.world.settings.bondRule ?? { noticeSeconds: 0n }
    const due = leavingGwei === 0n ? 0n : timeIn(step) + noticeSeconds
    expectTold(step, `When a withdrawal from ${nameOf(bond)} falls due`, leavesAt, due)
    change(step, bond, { leavingGwei, leavesAt })
  },
  bondWithdrawn: (step, { bond, amountGwei, balanceGwei }) => {
    const before = bondOf(step, bond)
    expectTold(step, `The balance of ${nameOf(bond)} after a withdrawal`, balanceGwei, before.balanceGwei - amountGwei)
    change(step, bond, { balanceGwei, leavingGwei: 0n, leavesAt: 0n })
  },
  bondHeld: (step, { bond, amountGwei, heldGwei, leavingGwei }) => {
    expectTold(step, `What is held of ${nameOf(bond)}`, heldGwei, bondOf(step, bond).heldGwei + amountGwei)
    change(step, bond, { heldGwei, leavingGwei })
  },
  bondReleased: (step, { bond, amountGwei, heldGwei }) => {
    expectTold(step, `What is held of ${nameOf(bond)}`, heldGwei, bondOf(step, bond).heldGwei - amountGwei)
    change(step, bond, { heldGwei })
  },
  bondSlashed: (step, row) => {
    const { bond, beneficiary, amountGwei, bountyGwei, givenGwei, balanceGwei, heldGwei, leavingGwei } = row
    const before = bondOf(step, bond)
    expectTold(step, `The balance of ${nameOf(bond)} after a slash`, balanceGwei, before.balanceGwei - amountGwei)
    change(step, bond, { balanceGwei, heldGwei, leavingGwei })
    step.world.unburntGwei += amountGwei - bountyGwei - givenGwei
    credit(step, beneficiary, bountyGwei)
  },
  slashedBurnt: (step, { amountGwei }) => {
    expectTold(step, 'What was burnt is not what waited to be burnt', amountGwei, step.world.unburntGwei)
    step.world.unburntGwei -= amountGwei
  },
}

/** What an operator's bond answers for a batch. */
export function expose(step: Step, operator: number, feesGwei: bigint, records: number): bigint {
  const { ratioBps, perRecordGwei } = step.world.settings.bondRule ?? { ratioBps: 0n, perRecordGwei: 0n }
  const coverGwei = (feesGwei * ratioBps + BPS - 1n) / BPS + BigInt(records) * perRecordGwei
  const bond = bondOfAccount(operator)
  change(step, bond, { exposedGwei: bondOf(step, bond).exposedGwei + coverGwei })
  return coverGwei
}

/** A book is settled. */
export function relieve(step: Step, operator: number, model: number, coverGwei: bigint, poolGwei: bigint): void {
  const bond = bondOfAccount(operator)
  change(step, bond, { exposedGwei: bondOf(step, bond).exposedGwei - coverGwei })
  const pools = rolledPools(step, model)
  step.world.settledPools.set(model, { ...pools, newerGwei: pools.newerGwei + poolGwei, at: step.at })
}

/** Whether a model's bond covers its pools. */
export function coversModel(step: Step, model: number, unsettledGwei: bigint): boolean {
  const { newerGwei, olderGwei } = rolledPools(step, model)
  const { minimumGwei } = step.world.settings.bondRule ?? { minimumGwei: 0n }
  return bondOf(step, bondOfModel(model)).balanceGwei >= minimumGwei + unsettledGwei + newerGwei + olderGwei
}

export function* bondSlots({ bonds, settledPools }: BondsWorld): Iterable<ExpectedSlot> {
  const contract = 'bonds'
  for (const [bond, { balanceGwei, leavingGwei, heldGwei, exposedGwei, leavesAt, at }] of bonds) {
    const word = packed([balanceGwei, 64], [leavingGwei, 64], [heldGwei, 64], [exposedGwei, 64])
    const subject = nameOf(bond)
    yield { contract, slot: mappedSlot(BONDS, bond), word, subject, at }
    yield { contract, slot: mappedSlot(LEAVES, bond), word: leavesAt, subject: `withdrawal from ${subject}`, at }
  }
  for (const [model, { newerGwei, olderGwei, since, at }] of settledPools) {
    const word = packed([newerGwei, 64], [olderGwei, 64], [since, 40])
    yield { contract, slot: mappedSlot(SETTLED, model), word, subject: `settled pools of model ${model}`, at }
  }
}

function bondOf({ world, at }: Step, bond: bigint): Bond {
  const none = { balanceGwei: 0n, leavingGwei: 0n, heldGwei: 0n, exposedGwei: 0n, leavesAt: 0n, at }
  return world.bonds.get(bond) ?? none
}

function change(step: Step, bond: bigint, changed: Partial<Bond>): void {
  step.world.bonds.set(bond, { ...bondOf(step, bond), ...changed, at: step.at })
}

function rolledPools(step: Step, model: number): SettledPools {
  const { world, at } = step
  const pools = world.settledPools.get(model) ?? { newerGwei: 0n, olderGwei: 0n, since: 0n, at }
  const { modelSeconds } = world.settings.bondRule ?? { modelSeconds: 0n }
  const now = timeIn(step)
  if (now < pools.since + modelSeconds) return pools
  if (now >= pools.since + 2n * modelSeconds) return { newerGwei: 0n, olderGwei: 0n, since: now, at }
  return { newerGwei: 0n, olderGwei: pools.newerGwei, since: pools.since + modelSeconds, at }
}

function nameOf(bond: bigint): string {
  const { kind, number } = holderOfBond(bond)
  return `the bond of ${kind} ${number}`
}
