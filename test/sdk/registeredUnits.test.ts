import { concatBytes, hexToBytes, numberToBytes, zeroHash } from 'viem'
import { describe, expect, it } from 'vitest'
import { fixedWeights } from '../../attribution/fixedWeights.ts'
import { randomSource } from '../../attribution/random.ts'
import { packSketch } from '../../attribution/sketch.ts'
import { planUnits, unitContributions } from '../../attribution/unitPlan.ts'
import { decodeRegisteredUnits, floorNormOf, membersOf, planOf } from '../../sdk/registeredUnits.ts'
import { codes, hash, integer } from '../vectors/draw.ts'

const K = 64
const next = randomSource(12)
const contributions = [40, 3, 1_500, 5, 0, 20]
  .map((kept) => ({ id: hash(next), kept, items: kept + 2 }))
  .toSorted((a, b) => (a.id < b.id ? -1 : 1))
const plan = planUnits(contributions)
const scaled = plan.units.map(() => ({ scale: 1 + integer(next, 65_535), codes: codes(next, K) }))
const weights = fixedWeights(scaled)
const units = plan.units.map(({ kind, kept }, u) => ({
  payee: kind === 'own' ? u + 1 : 0,
  kept,
  fixed: weights[u] as bigint,
  scale: scaled[u]?.scale as number,
  codes: scaled[u]?.codes as Int8Array,
}))

const packedContributions = contributions.map(({ id, kept }) =>
  concatBytes([hexToBytes(id), numberToBytes(kept, { size: 4 })]),
)
const packedUnits = units.map((unit) =>
  concatBytes([
    numberToBytes(unit.payee, { size: 4 }),
    numberToBytes(unit.kept, { size: 2 }),
    numberToBytes(unit.scale, { size: 2 }),
    numberToBytes(unit.fixed, { size: 8 }),
    packSketch(unit.codes),
  ]),
)
const page = (firstUnit: number, from: number, to: number, unitsTo: number) => ({
  firstUnit,
  contributions: concatBytes(packedContributions.slice(from, to)),
  units: concatBytes(packedUnits.slice(firstUnit, unitsTo)),
})
const whole = page(0, 0, contributions.length, units.length)

describe('registered units', () => {
  it('are read from one page or several, in any order', () => {
    const expected = { contributions: contributions.map(({ id, kept }) => ({ id, kept })), units }
    expect(decodeRegisteredUnits([whole], K)).toEqual(expected)
    const pages = [page(2, 3, 6, units.length), page(0, 0, 1, 0), page(0, 1, 3, 2)]
    expect(decodeRegisteredUnits(pages, K)).toEqual(expected)
  })

  it('are refused where a page is missing or cut short, or holds a code that is none', () => {
    expect(() => decodeRegisteredUnits([page(2, 3, 6, 4)], K)).toThrow('begins with unit 2')
    expect(() => decodeRegisteredUnits([{ ...whole, units: whole.units.subarray(1) }], K)).toThrow('no list of units')
    expect(() => decodeRegisteredUnits([{ ...whole, contributions: new Uint8Array(35) }], K)).toThrow(
      'no list of contributions',
    )
    const wrong = whole.units.slice()
    wrong[16] = 0x88
    expect(() => decodeRegisteredUnits([{ ...whole, units: wrong }], K)).toThrow('0x8')
  })

  it('give the plan by which they were made, and the members of joint units', () => {
    const registered = decodeRegisteredUnits([whole], K)
    const items = new Map(contributions.map(({ id, items: count }) => [id, count]))
    const found = planOf(registered, (id) => items.get(id) ?? 0)
    expect(found).toEqual(plan)
    const joint = unitContributions(plan).indexOf(zeroHash)
    expect(membersOf(found, joint)).toEqual(
      contributions.filter(({ kept }) => kept < 16).map(({ id, kept }) => ({ contribution: id, kept })),
    )
    expect(membersOf(found, joint === 0 ? 1 : 0)).toEqual([])
    expect(floorNormOf(registered)).toBeGreaterThan(0n)
  })

  it('of an equal split have no sketches', () => {
    const heads = packedUnits.map((unit) => unit.slice(0, 16))
    const plain = decodeRegisteredUnits([{ ...whole, units: concatBytes(heads) }], 0)
    expect(plain.units.map(({ kept }) => kept)).toEqual(plan.units.map(({ kept }) => kept))
    expect(plain.units.every(({ codes: none }) => none.length === 0)).toBe(true)
    expect(floorNormOf(plain)).toBe(0n)
  })
})
