// Bonds (contracts/Bonds.sol): exposed by batches, relieved by settlements, held and taken by courts.
//
//   settled pools of a model   newer | older | since: what was settled since `since`, and in the modelSeconds before it

import { bondOfAccount, bondOfModel, holderOfBond } from '../../sdk/bond.ts'
import type { ExpectedSlot } from '../storage/expectedSlot.ts'
import { mappedSlot, packed } from '../storage/words.ts'
import type { Bond, BondsWorld, SettledPools } from '../world/bonds.ts'
import { timeIn } from './clock.ts'
import { credit } from './earnings.ts'
import { expectTold, type Handlers, type Scene } from './scene.ts'

const [BONDS, LEAVES, SETTLED] = [5, 6, 7]
const BPS = 10_000n

export const bondHandlers: Handlers = {
  bondDeposited: (scene, { bond, amountGwei, balanceGwei }) => {
    const before = bondOf(scene, bond)
    expectTold(scene, `The balance of ${nameOf(bond)} after a deposit`, balanceGwei, before.balanceGwei + amountGwei)
    change(scene, bond, { balanceGwei })
  },
  bondWithdrawalRequested: (scene, { bond, leavingGwei, leavesAt }) => {
    const { noticeSeconds } = scene.world.settings.bondRule ?? { noticeSeconds: 0n }
    const due = leavingGwei === 0n ? 0n : timeIn(scene) + noticeSeconds
    expectTold(scene, `When a withdrawal from ${nameOf(bond)} falls due`, leavesAt, due)
    change(scene, bond, { leavingGwei, leavesAt })
  },
  bondWithdrawn: (scene, { bond, amountGwei, balanceGwei }) => {
    const before = bondOf(scene, bond)
    expectTold(scene, `The balance of ${nameOf(bond)} after a withdrawal`, balanceGwei, before.balanceGwei - amountGwei)
    change(scene, bond, { balanceGwei, leavingGwei: 0n, leavesAt: 0n })
  },
  bondHeld: (scene, { bond, amountGwei, heldGwei, leavingGwei }) => {
    expectTold(scene, `What is held of ${nameOf(bond)}`, heldGwei, bondOf(scene, bond).heldGwei + amountGwei)
    change(scene, bond, { heldGwei, leavingGwei })
  },
  bondReleased: (scene, { bond, amountGwei, heldGwei }) => {
    expectTold(scene, `What is held of ${nameOf(bond)}`, heldGwei, bondOf(scene, bond).heldGwei - amountGwei)
    change(scene, bond, { heldGwei })
  },
  bondSlashed: (scene, row) => {
    const { bond, beneficiary, amountGwei, bountyGwei, givenGwei, balanceGwei, heldGwei, leavingGwei } = row
    const before = bondOf(scene, bond)
    expectTold(scene, `The balance of ${nameOf(bond)} after a slash`, balanceGwei, before.balanceGwei - amountGwei)
    change(scene, bond, { balanceGwei, heldGwei, leavingGwei })
    scene.world.unburntGwei += amountGwei - bountyGwei - givenGwei
    credit(scene, beneficiary, bountyGwei)
  },
  slashedBurnt: (scene, { amountGwei }) => {
    expectTold(scene, 'What was burnt is not what waited to be burnt', amountGwei, scene.world.unburntGwei)
    scene.world.unburntGwei -= amountGwei
  },
}

/** What an operator's bond answers for a batch. */
export function expose(scene: Scene, operator: number, feesGwei: bigint, records: number): bigint {
  const { ratioBps, perRecordGwei } = scene.world.settings.bondRule ?? { ratioBps: 0n, perRecordGwei: 0n }
  const coverGwei = (feesGwei * ratioBps + BPS - 1n) / BPS + BigInt(records) * perRecordGwei
  const bond = bondOfAccount(operator)
  change(scene, bond, { exposedGwei: bondOf(scene, bond).exposedGwei + coverGwei })
  return coverGwei
}

/** A book is settled. */
export function relieve(scene: Scene, operator: number, model: number, coverGwei: bigint, poolGwei: bigint): void {
  const bond = bondOfAccount(operator)
  change(scene, bond, { exposedGwei: bondOf(scene, bond).exposedGwei - coverGwei })
  const pools = rolledPools(scene, model)
  scene.world.settledPools.set(model, { ...pools, newerGwei: pools.newerGwei + poolGwei, at: scene.at })
}

/** Whether a model's bond covers its pools. */
export function coversModel(scene: Scene, model: number, unsettledGwei: bigint): boolean {
  const { newerGwei, olderGwei } = rolledPools(scene, model)
  const { minimumGwei } = scene.world.settings.bondRule ?? { minimumGwei: 0n }
  return bondOf(scene, bondOfModel(model)).balanceGwei >= minimumGwei + unsettledGwei + newerGwei + olderGwei
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

function bondOf({ world, at }: Scene, bond: bigint): Bond {
  const none = { balanceGwei: 0n, leavingGwei: 0n, heldGwei: 0n, exposedGwei: 0n, leavesAt: 0n, at }
  return world.bonds.get(bond) ?? none
}

function change(scene: Scene, bond: bigint, changed: Partial<Bond>): void {
  scene.world.bonds.set(bond, { ...bondOf(scene, bond), ...changed, at: scene.at })
}

function rolledPools(scene: Scene, model: number): SettledPools {
  const { world, at } = scene
  const pools = world.settledPools.get(model) ?? { newerGwei: 0n, olderGwei: 0n, since: 0n, at }
  const { modelSeconds } = world.settings.bondRule ?? { modelSeconds: 0n }
  const now = timeIn(scene)
  if (now < pools.since + modelSeconds) return pools
  if (now >= pools.since + 2n * modelSeconds) return { newerGwei: 0n, olderGwei: 0n, since: now, at }
  return { newerGwei: 0n, olderGwei: pools.newerGwei, since: pools.since + modelSeconds, at }
}

function nameOf(bond: bigint): string {
  const { kind, number } = holderOfBond(bond)
  return `the bond of ${kind} ${number}`
}
