import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planUnits } from '../../attribution/unitPlan.ts'
import { type ContributedRow, rowsOfUnits } from '../../attribution/unitRows.ts'
import { contributionsOf, idOf, keptCounts } from './contributions.ts'

const kept = (contribution: number): ContributedRow => ({ contribution, kept: true })
const dropped = (contribution: number): ContributedRow => ({ contribution, kept: false })

/** A run whose rows come contribution by contribution or in turns, with dropped rows anywhere. */
const runs = fc.tuple(keptCounts, fc.boolean(), fc.integer({ min: 0, max: 1000 })).map(([counts, inTurns, seed]) => {
  const contributions = contributionsOf(counts)
  const rows = contributions.flatMap((contribution, c) =>
    Array.from({ length: contribution.items }, (_, at) => {
      const before = (seed + c) % (contribution.items - contribution.kept + 1)
      return { contribution: c, kept: at >= before && at < before + contribution.kept, at }
    }),
  )
  if (inTurns) rows.sort((a, b) => a.at - b.at || a.contribution - b.contribution)
  return { plan: planUnits(contributions), rows: rows.map(({ contribution, kept }) => ({ contribution, kept })) }
})

describe('the rows of units', () => {
  it('are those of their contributions, a dropped row where the kept one before it is', () => {
    const plan = planUnits([
      { id: idOf(1), kept: 2, items: 5 },
      { id: idOf(2), kept: 0, items: 1 },
      { id: idOf(3), kept: 20, items: 20 },
    ])
    const rows = [
      dropped(0),
      kept(2),
      kept(0),
      dropped(1),
      dropped(0),
      kept(0),
      dropped(0),
      ...Array.from({ length: 19 }, () => kept(2)),
    ]
    const { unitOf, rowsOf } = rowsOfUnits(plan, rows)
    expect(rowsOf).toEqual([
      [1, ...Array.from({ length: 19 }, (_, i) => 7 + i)],
      [0, 2, 3, 4, 5, 6],
    ])
    expect([...unitOf]).toEqual([1, 0, 1, 1, 1, 1, 1, ...new Array(19).fill(0)])
  })

  it('of a split contribution go on where the unit before ends, dropped rows with the kept one before them', () => {
    const plan = planUnits([{ id: idOf(1), kept: 1025, items: 1028 }])
    const rows = [
      dropped(0),
      ...Array.from({ length: 512 }, () => kept(0)),
      dropped(0),
      ...Array.from({ length: 513 }, () => kept(0)),
      dropped(0),
    ]
    const { rowsOf } = rowsOfUnits(plan, rows)
    expect(rowsOf.map((unit) => [unit[0], unit.at(-1), unit.length])).toEqual([
      [0, 513, 514],
      [514, 1027, 514],
    ])
  })

  it('are every row once, ascending, with as many kept ones as planned', () => {
    fc.assert(
      fc.property(runs, ({ plan, rows }) => {
        const { unitOf, rowsOf } = rowsOfUnits(plan, rows)
        expect(rowsOf.flat().toSorted((a, b) => a - b)).toEqual(rows.map((_, row) => row))
        expect(rowsOf.map((unit) => unit.filter((row) => rows[row]?.kept).length)).toEqual(
          plan.units.map((unit) => unit.kept),
        )
        const strays = rowsOf.flatMap((unit, u) =>
          unit.filter((row, i) => unitOf[row] !== u || (i > 0 && row <= (unit[i - 1] as number))),
        )
        expect(strays).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  it('must be those that were planned', () => {
    const plan = planUnits([{ id: idOf(7), kept: 1, items: 2 }])
    expect(() => rowsOfUnits(plan, [kept(0), kept(0)])).toThrow(
      `Contribution ${idOf(7)} was planned with 1 kept rows of 2, but has 2 of 2`,
    )
    expect(() => rowsOfUnits(plan, [kept(0)])).toThrow('but has 1 of 1')
    expect(() => rowsOfUnits(plan, [kept(1)])).toThrow('Row 0 is of contribution 1, but the plan has 1')
  })
})
