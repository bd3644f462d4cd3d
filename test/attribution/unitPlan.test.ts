import fc from 'fast-check'
import { type Hex, zeroHash } from 'viem'
import { describe, expect, it } from 'vitest'
import { type Contribution, planUnits, type UnitPlan, unitContributions } from '../../attribution/unitPlan.ts'
import { contributionsOf, idOf, keptCounts } from './contributions.ts'

const planOf = (kept: readonly number[]): UnitPlan => planUnits(contributionsOf(kept))
const repeated = (count: number, kept: number) => new Array<number>(count).fill(kept)

type Told = { readonly own: boolean; readonly kept: number; readonly completeAt: number }

/**
 * A model's units as they are told one contribution after the other, without looking ahead further
 * than the sum of all small ones: as contracts do it (UnitPages.sol).
 */
function toldUnits(kept: readonly number[], m: number): readonly Told[] {
  const s = kept.reduce((sum, count) => (count < m ? sum + BigInt(count) : sum), 0n)
  const capacity = BigInt(1025 - m)
  const J = s <= capacity ? 1n : (s + capacity - 1n) / capacity
  const units: Told[] = []
  let done = 0n
  let open: bigint | undefined
  const close = (completeAt: number) => {
    if (open !== undefined) units.push({ own: false, kept: Number(open), completeAt })
    open = undefined
  }
  kept.forEach((count, i) => {
    if (count >= m) {
      const n = Math.ceil(count / 1024)
      for (let t = 0; t < n; t++) {
        const size = Math.floor(((t + 1) * count) / n) - Math.floor((t * count) / n)
        units.push({ own: true, kept: size, completeAt: i })
      }
      return
    }
    const isNext = count > 0 && (open ?? 0n) > 0n && (done * J) / s !== ((done - (open ?? 0n)) * J) / s
    if (isNext) close(i)
    open = (open ?? 0n) + BigInt(count)
    done += BigInt(count)
  })
  close(kept.length - 1)
  return units
}

function leastMinimum(kept: readonly number[]): number {
  for (let m = 16; ; m++) if (toldUnits(kept, m).length <= 1024) return m
}

describe('a unit plan', () => {
  it('gives large contributions units of their own and small ones a joint one, which is complete at the end', () => {
    expect(planOf([20, 3, 0, 2000, 5, 16])).toEqual({
      contributions: contributionsOf([20, 3, 0, 2000, 5, 16]),
      minimum: 16,
      units: [
        { kind: 'own', kept: 20, members: [{ contribution: 0, from: 0, kept: 20 }], completeAt: 0 },
        { kind: 'own', kept: 1000, members: [{ contribution: 3, from: 0, kept: 1000 }], completeAt: 3 },
        { kind: 'own', kept: 1000, members: [{ contribution: 3, from: 1000, kept: 1000 }], completeAt: 3 },
        { kind: 'own', kept: 16, members: [{ contribution: 5, from: 0, kept: 16 }], completeAt: 5 },
        {
          kind: 'joint',
          kept: 8,
          members: [
            { contribution: 1, from: 0, kept: 3 },
            { contribution: 2, from: 0, kept: 0 },
            { contribution: 4, from: 0, kept: 5 },
          ],
          completeAt: 5,
        },
      ],
    })
  })

  it('numbers a joint unit when the first contribution with kept rows of the next one comes', () => {
    const { units } = planOf([...repeated(68, 15), 0, 20, 0, 15, 0, 30])
    expect(units.map(({ kind, members, completeAt }) => [kind, members.length, completeAt])).toEqual([
      ['joint', 35, 35],
      ['own', 1, 69],
      ['own', 1, 73],
      ['joint', 37, 73],
    ])
    // Between the last contribution of a joint unit and the first of the next one.
    const between = planOf([...repeated(35, 15), 0, 20, 0, ...repeated(34, 15)]).units
    expect(between.map(({ kind, members, completeAt }) => [kind, members.length, completeAt])).toEqual([
      ['own', 1, 36],
      ['joint', 37, 38],
      ['joint', 34, 71],
    ])
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
    expect(planOf([0]).units).toEqual([
      { kind: 'joint', kept: 0, members: [{ contribution: 0, from: 0, kept: 0 }], completeAt: 0 },
    ])
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

  it('is what a contract is told, contribution by contribution', () => {
    fc.assert(
      fc.property(keptCounts, (kept) => {
        const { minimum, units } = planOf(kept)
        expect(minimum).toBe(leastMinimum(kept))
        expect(
          units.map((unit) => ({ own: unit.kind === 'own', kept: unit.kept, completeAt: unit.completeAt })),
        ).toEqual(toldUnits(kept, minimum))
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
    const one = { id: idOf(1), kept: 1, items: 1 }
    expect(planning()).toThrow('A model without contributions has no units')
    expect(planning(one, one)).toThrow(`Contribution ${one.id}, at place 1, is not above the one before it`)
    expect(planning({ ...one, id: idOf(2) }, one)).toThrow(`Contribution ${one.id}, at place 1, is not above`)
    expect(planning({ ...one, id: idOf(0) })).toThrow(`Contribution ${idOf(0)}, at place 0, is not above`)
    expect(planning({ ...one, id: '0x01' })).toThrow('"0x01" is not a hash')
    const [lower, upper] = [idOf(0xaf), idOf(0xb0).replace('b', 'B') as Hex]
    expect(planning({ ...one, id: upper }, { ...one, id: lower })).toThrow(`Contribution ${lower}, at place 1`)
    expect(planning({ ...one, id: lower }, { ...one, id: upper })).not.toThrow()
    expect(planning({ ...one, kept: 2 })).toThrow(`Contribution ${one.id} cannot have 2 kept rows of 1 items`)
    expect(planning({ ...one, kept: 0, items: 0 })).toThrow(`Contribution ${one.id} cannot have 0 kept rows of 0 items`)
    expect(planning({ ...one, kept: 0.5 })).toThrow(`Contribution ${one.id} cannot have 0.5 kept rows`)
  })
})

describe('the contributions of units', () => {
  it('are whose they are alone, and 0 of joint ones', () => {
    expect(unitContributions(planOf([3, 2000, 0, 16]))).toEqual([idOf(2), idOf(2), idOf(4), zeroHash])
  })
})
