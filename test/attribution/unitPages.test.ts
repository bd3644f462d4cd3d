import fc from 'fast-check'
import { bytesToHex, concatHex, encodePacked, keccak256, numberToHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { packSketch } from '../../attribution/sketch.ts'
import { type GivenUnit, registeredPlan, unitPages } from '../../attribution/unitPages.ts'
import { planUnits, type UnitPlan } from '../../attribution/unitPlan.ts'
import { contributionsOf, idOf, keptCounts } from './contributions.ts'
import { single } from './draws.ts'

const planOf = (kept: readonly number[]): UnitPlan => planUnits(contributionsOf(kept))

/** Units that are told apart by their roots. */
function givenUnits({ units }: UnitPlan): readonly GivenUnit[] {
  return units.map(({ kept }, unit) => ({
    rowsRoot: keccak256(numberToHex(unit)),
    rows: kept + 3,
    peak: 10 * unit + 1,
    codes: single(64, unit % 64, 7),
  }))
}

const LARGE = { contributions: 10_000, units: 1_024 }
const MIXED = [15, 2000, ...new Array<number>(66).fill(15), 0, 16, 15, 15, 0, 40, 0]

describe('registration pages', () => {
  it('hold of a unit its root, rows, peak and packed sketch', () => {
    const plan = planOf([3, 20])
    const given = givenUnits(plan)
    expect(unitPages(plan, given, LARGE)).toEqual([
      { contributions: [idOf(1), idOf(2)], kept: [3, 20], units: expect.any(Uint8Array) },
    ])
    const [page] = unitPages(plan, given, LARGE)
    expect(bytesToHex(page?.units as Uint8Array)).toBe(
      concatHex(
        given.map(({ rowsRoot, rows, peak, codes }) =>
          encodePacked(['bytes32', 'uint32', 'uint32', 'bytes'], [rowsRoot, rows, peak, bytesToHex(packSketch(codes))]),
        ),
      ),
    )
  })

  it('end before the contribution whose own units they have no room for', () => {
    const plan = planOf([20, 2000, 20, 3, 20])
    const pages = unitPages(plan, givenUnits(plan), { contributions: 10, units: 2 })
    expect(pages.map(({ kept }) => kept)).toEqual([[20], [2000], [20, 3], [20]])
    expect(pages.map(({ units }) => units.length / 72)).toEqual([1, 2, 1, 2])
  })

  it('hold a joint unit where it is complete, pages after its first contribution', () => {
    const plan = planOf(new Array<number>(70).fill(15))
    const pages = unitPages(plan, givenUnits(plan), { contributions: 20, units: 8 })
    expect(pages.map(({ contributions }) => contributions.length)).toEqual([20, 20, 20, 10])
    expect(pages.map(({ units }) => units.length / 72)).toEqual([0, 1, 0, 1])
  })

  it('hold all units in order, in as few pages as fit, whatever the plan', () => {
    const limits = fc.record({
      contributions: fc.integer({ min: 1, max: 60 }),
      units: fc.integer({ min: 41, max: 90 }),
    })
    fc.assert(
      fc.property(keptCounts, limits, (kept, most) => {
        const plan = planOf(kept)
        const given = givenUnits(plan)
        const pages = unitPages(plan, given, most)
        expect(pages.flatMap(({ contributions }) => contributions)).toEqual(plan.contributions.map(({ id }) => id))
        expect(pages.flatMap((page) => page.kept)).toEqual(kept)
        expect(concatHex(pages.map(({ units }) => bytesToHex(units)))).toBe(
          concatHex(unitPages(plan, given, LARGE).map(({ units }) => bytesToHex(units))),
        )
        // Each contribution's page is that of the units that are complete with it.
        let contribution = 0
        let unit = 0
        for (const [p, page] of pages.entries()) {
          const units = page.units.length / 72
          const ends = [contribution + page.contributions.length, unit + units] as const
          const strays = plan.units.filter(
            ({ completeAt }, u) => (completeAt >= contribution && completeAt < ends[0]) !== (u >= unit && u < ends[1]),
          )
          expect(strays).toEqual([])
          expect(page.contributions.length).toBeLessThanOrEqual(most.contributions)
          expect(units).toBeLessThanOrEqual(most.units)
          // The first contribution of the page after would not have fitted.
          const next = plan.units.filter(({ completeAt }) => completeAt === ends[0]).length
          const isFull = page.contributions.length === most.contributions || units + next > most.units
          expect(isFull || p === pages.length - 1).toBe(true)
          ;[contribution, unit] = ends
        }
      }),
      { numRuns: 60 },
    )
  })

  it('hold contributions alone where a model has no sketches', () => {
    const plan = planOf([20, 3, 2000])
    expect(unitPages(plan, [], { contributions: 2, units: 3 })).toEqual([
      { contributions: [idOf(1), idOf(2)], kept: [20, 3], units: new Uint8Array() },
      { contributions: [idOf(3)], kept: [2000], units: new Uint8Array() },
    ])
  })

  it('cannot hold a contribution that completes more units than fit, the last joint unit included', () => {
    const paging = (kept: readonly number[], units: number) => () => {
      const plan = planOf(kept)
      return unitPages(plan, givenUnits(plan), { contributions: 10, units })
    }
    expect(paging([2049], 2)).toThrow(
      `Contribution ${idOf(1)} completes 3 units, but a page takes 2 units and 10 contributions`,
    )
    expect(paging([3, 2000], 2)).toThrow(`Contribution ${idOf(2)} completes 3 units`)
    expect(paging([3, 2000, 3], 2)).not.toThrow()
  })

  it('take every unit of the plan, all of one length', () => {
    const plan = planOf([20, 3])
    const given = givenUnits(plan)
    expect(() => unitPages(plan, given.slice(1), LARGE)).toThrow(
      'A plan of 2 units does not go with 1 units of 64 codes',
    )
    const [first, second] = given as [GivenUnit, GivenUnit]
    expect(() => unitPages(plan, [first, { ...second, codes: new Int8Array(128) }], LARGE)).toThrow('2 units of 64')
    expect(() => unitPages(plan, given, { contributions: 0, units: 9 })).toThrow('takes 9 units and 0 contributions')
  })
})

describe('what is said of all units beforehand', () => {
  it('is how many, from how many rows on they are own ones, how many rows are joint, and the highest peak', () => {
    const plan = planOf(MIXED)
    expect(registeredPlan(plan, givenUnits(plan))).toEqual({
      count: plan.units.length,
      minimumRows: 16,
      jointRows: 69 * 15,
      maxPeak: 10 * plan.units.length - 9,
    })
    expect(registeredPlan(planOf([20, 3, 0]), [])).toEqual({ count: 2, minimumRows: 16, jointRows: 3, maxPeak: 0 })
  })
})
