// The units of a model as they were registered, from the events of their pages.
//
//   contributions   contribution bytes32 ‖ kept uint32                                                          36 bytes each
//   units           payee uint32 ‖ kept uint16 ‖ scale uint16 ‖ fixed weight uint64 ‖ packed sketch     16 + k/2 bytes each
//
// A joint unit's payee is 0; its members follow from all contributions and the plan. contracts/models/UnitPages.sol.

import { bytesToHex, type Hex } from 'viem'
import { normFloor } from '../attribution/fixedWeights.ts'
import { unpackSketch } from '../attribution/sketch.ts'
import { type Contribution, planUnits, type UnitPlan } from '../attribution/unitPlan.ts'
import { StopError } from './errors.ts'

/** What `UnitsRegistered` says of a page. */
export interface ToldPage {
  readonly firstUnit: number
  readonly contributions: Uint8Array
  readonly units: Uint8Array
}

export interface KeptContribution {
  readonly id: Hex
  readonly kept: number
}

export interface RegisteredUnit {
  /** 0 of a joint unit. */
  readonly payee: number
  readonly kept: number
  readonly scale: number
  readonly fixed: bigint
  readonly codes: Int8Array
}

export interface RegisteredUnits {
  /** In the order of their ids. */
  readonly contributions: readonly KeptContribution[]
  readonly units: readonly RegisteredUnit[]
}

/** A part of a joint unit, which its contributor draws. */
export interface UnitMember {
  readonly contribution: Hex
  readonly kept: number
}

const CONTRIBUTION_BYTES = 36
const HEAD_BYTES = 16

/** All pages of a model, in any order. */
export function decodeRegisteredUnits(pages: readonly ToldPage[], k: number): RegisteredUnits {
  const inOrder = pages.toSorted((a, b) => a.firstUnit - b.firstUnit || a.units.length - b.units.length)
  const units: RegisteredUnit[] = []
  for (const page of inOrder) {
    if (page.firstUnit !== units.length) {
      throw new StopError(
        `A page of units begins with unit ${page.firstUnit}, but the pages before it end with ${units.length}`,
        { firstUnit: page.firstUnit, units: units.length },
        'Take all UnitsRegistered events of the model.',
      )
    }
    units.push(...decodeUnits(page.units, k))
  }
  const contributions = inOrder.flatMap((page) => decodeContributions(page.contributions))
  return { contributions: contributions.toSorted((a, b) => (a.id < b.id ? -1 : 1)), units }
}

/** The same plan by which they were registered. `itemsOf` says how many items a contribution has. */
export function planOf({ contributions }: RegisteredUnits, itemsOf: (contribution: Hex) => number): UnitPlan {
  return planUnits(contributions.map(({ id, kept }): Contribution => ({ id, kept, items: itemsOf(id) })))
}

/** Members of a unit in the order in which the contracts number them; none of one that is paid to one account. */
export function membersOf({ contributions, units }: UnitPlan, unit: number): readonly UnitMember[] {
  const planned = units[unit]
  if (planned === undefined || planned.kind === 'own') return []
  return planned.members.map(({ contribution, kept }) => ({
    contribution: (contributions[contribution] as Contribution).id,
    kept,
  }))
}

/** N of a model's units, by which its books' floors are measured: `FineTuneRegistered.floorNorm`. */
export function floorNormOf({ units }: RegisteredUnits): bigint {
  return normFloor(units)
}

function decodeUnits(bytes: Uint8Array, k: number): readonly RegisteredUnit[] {
  const size = HEAD_BYTES + k / 2
  const view = viewOf(bytes, size, 'units')
  return Array.from({ length: bytes.length / size }, (_, i) => {
    const at = i * size
    return {
      payee: view.getUint32(at),
      kept: view.getUint16(at + 4),
      scale: view.getUint16(at + 6),
      fixed: view.getBigUint64(at + 8),
      codes: unpackSketch(bytes.subarray(at + HEAD_BYTES, at + size)),
    }
  })
}

function decodeContributions(bytes: Uint8Array): readonly KeptContribution[] {
  const view = viewOf(bytes, CONTRIBUTION_BYTES, 'contributions')
  return Array.from({ length: bytes.length / CONTRIBUTION_BYTES }, (_, i) => {
    const at = i * CONTRIBUTION_BYTES
    return { id: bytesToHex(bytes.subarray(at, at + 32)), kept: view.getUint32(at + 32) }
  })
}

function viewOf(bytes: Uint8Array, size: number, what: string): DataView {
  if (bytes.length % size === 0) return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  throw new StopError(
    `${bytes.length} bytes are no list of ${what} of ${size} bytes each`,
    { length: bytes.length, size },
    'Take them from the model’s UnitsRegistered events, and k from FineTuneBegun.',
  )
}
