import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Contribution, planUnits, type UnitPlan } from '../../attribution/unitPlan.ts'
import { contributionsOf, keptCounts } from './contributions.ts'

const planOf = (kept: readonly number[]): UnitPlan => planUnits(contributionsOf(kept))
const repeated = (count: number, kept: number) => new Array<number>(count).fill(kept)

/**
 * The protocol's words, one after the other, in bigints: [last contribution, kept rows] of every
 * unit.
 */
function plainPlan(kept: readonly number[], m: number): readonly (readonly [number, number])[] {
  const others = kept.flatMap((count, i) => (count < m ? [{ i, count: BigInt(count) }] : []))
  const s = others.reduce((sum, { count }) => sum + count, 0n)
  const J = Math.max(1, Math.ceil(Number(s) / (1025 - m)))
  const joint = new Map<bigint, [number, number]>()
  let p = 0n
  let previous = 0n
  for (const { i, count } of others) {
    const unit = count === 0n ? previous : (p * BigInt(J)) / s
    joint.set(unit, [i, (joint.get(unit)?.[1] ?? 0) + Number(count)])
    p += count
    previous = unit
  }
  const own = kept.flatMap((count, i) => {
    if (count < m) return []
    const n = Math.ceil(count / 1024)
    return Array.from({ length: n }, (_, t): [number, number] => [
      i,
      Math.floor(((t + 1) * count) / n) - Math.floor((t * count) / n),
    ])
  })
  return [...own, ...joint.values()].sort(([a], [b]) => a - b)
}

function leastMinimum(kept: readonly number[]): number {
  for (let m = 16; ; m++) if (plainPlan(kept, m).length <= 1024) return m
}

describe('a unit plan', () => {
  it('gives large contributions units of their own and small ones a joint one, in the order of their last contribution', () => {
    expect(planOf([20, 3, 0, 2000, 5, 16])).toEqual({
      contributions: contributionsOf([20, 3, 0, 2000, 5, 16]),
      minimum: 16,
      units: [
        { kind: 'own', kept: 20, members: [{ contribution: 0, from: 0, kept: 20 }] },
        { kind: 'own', kept: 1000, members: [{ contribution: 3, from: 0, kept: 1000 }] },
        { kind: 'own', kept: 1000, members: [{ contribution: 3, from: 1000, kept: 1000 }] },
        {
          kind: 'joint',
          kept: 8,
          members: [
            { contribution: 1, from: 0, kept: 3 },
            { contribution: 2, from: 0, kept: 0 },
            { contribution: 4, from: 0, kept: 5 },
          ],
        },
        { kind: 'own', kept: 16, members: [{ contribution: 5, from: 0, kept: 16 }] },
      ],
    })
  })

  it('splits a contribution as evenly as possible', () => {
    expect(planOf([2050]).units.map(({ kept }) => kept)).toEqual([683, 683, 684])
    expect(planOf([1024, 1025]).units.map(({ kept }) => kept)).toEqual([1024, 512, 513])
  })

  it('fills as few joint units as hold the small ones, as evenly as possible', () => {
    const { units } = planOf(repeated(250, 10))
    expect(units.map(({ kept, members }) => [kept, members.length])).toEqual([
      [840, 84],
      [830, 83],
      [830, 83],
    ])
  })

  it('puts a contribution without kept rows where the one before it is', () => {
    const { units } = planOf([0, ...repeated(110, 15), 0, 0])
    expect(units.map(({ members }) => [members[0]?.contribution, members.at(-1)?.contribution])).toEqual([
      [0, 55],
      [56, 112],
    ])
    expect(planOf([0]).units).toEqual([{ kind: 'joint', kept: 0, members: [{ contribution: 0, from: 0, kept: 0 }] }])
  })

  it('raises the minimum only as far as 1,024 units ask for, and to 332 at most', () => {
    expect(planOf(repeated(1024, 20)).minimum).toBe(16)
    const raised = planOf(repeated(1025, 20))
    expect({ minimum: raised.minimum, units: raised.units.length }).toEqual({ minimum: 21, units: 21 })
    const most = planOf(repeated(1025, 331))
    expect({ minimum: most.minimum, units: most.units.length }).toEqual({ minimum: 332, units: 490 })
    expect(() => planOf(repeated(1025, 332))).toThrow(
      '1025 contributions make more than 1024 units even with a minimum of 332 rows',
    )
  })

  it('is what the protocol says, word by word', () => {
    fc.assert(
      fc.property(keptCounts, (kept) => {
        const { minimum, units } = planOf(kept)
        expect(minimum).toBe(leastMinimum(kept))
        expect(units.map((unit) => [unit.members.at(-1)?.contribution, unit.kept])).toEqual(plainPlan(kept, minimum))
      }),
    )
  })

  it('covers every kept row exactly once, in units of 16 to 1,024', () => {
    fc.assert(
      fc.property(keptCounts, (kept) => {
        const { units } = planOf(kept)
        const reached = kept.map(() => 0)
        for (const { members } of units) {
          for (const { contribution, from, kept: part } of members) {
            expect(from).toBe(reached[contribution])
            reached[contribution] = from + part
          }
        }
        expect(reached).toEqual(kept)
        expect(units.map(({ members }) => members.reduce((sum, member) => sum + member.kept, 0))).toEqual(
          units.map((unit) => unit.kept),
        )
        const joint = units.filter(({ kind }) => kind === 'joint')
        const small = units.filter((unit) => unit.kept < 16)
        expect(units.length).toBeLessThanOrEqual(1024)
        expect(Math.max(...units.map((unit) => unit.kept))).toBeLessThanOrEqual(1024)
        expect(small).toEqual(joint.length === 1 ? small.filter(({ kind }) => kind === 'joint') : [])
      }),
    )
  })

  it('refuses contributions that are none, twice there, out of order, or with more kept rows than items', () => {
    const planning =
      (...contributions: Contribution[]) =>
      () =>
        planUnits(contributions)
    const one = { id: 1, kept: 1, items: 1 }
    expect(planning()).toThrow('A model without contributions has no units')
    expect(planning(one, one)).toThrow('Contribution 1, at place 1, is not above the one before it')
    expect(planning({ ...one, id: 2 }, one)).toThrow('Contribution 1, at place 1, is not above')
    expect(planning({ ...one, id: '0xB0' }, { ...one, id: '0xaf' })).toThrow('Contribution 0xaf, at place 1')
    expect(planning({ ...one, id: '0xAF' }, { ...one, id: '0xb0' })).not.toThrow()
    expect(planning({ id: 1, kept: 2, items: 1 })).toThrow('Contribution 1 cannot have 2 kept rows of 1 items')
    expect(planning({ id: 1, kept: 0, items: 0 })).toThrow('Contribution 1 cannot have 0 kept rows of 0 items')
    expect(planning({ id: 1, kept: 0.5, items: 1 })).toThrow('Contribution 1 cannot have 0.5 kept rows')
  })
})
