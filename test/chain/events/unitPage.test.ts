import * as fc from 'fast-check'
import { hexToBytes } from 'viem'
import { describe, expect, it } from 'vitest'
import { registeredPlan } from '../../../attribution/unitPages.ts'
import type { Fact } from '../../../chain/events/facts.ts'
import { begunDraft, draftAfter } from '../../../chain/events/unitDraft.ts'
import { unitPageFacts } from '../../../chain/events/unitPage.ts'
import { decodeRegisteredUnits, membersOf } from '../../../sdk/registeredUnits.ts'
import { anyPaperModel, type PaperModel } from '../../support/anyModel.ts'

/** The facts of all pages, each decoded with what the ones before it left. */
function factsOf({ plan, pages, dims }: PaperModel): readonly Fact[] {
  const { minimumRows, jointRows } = registeredPlan(plan, [])
  let draft = begunDraft({ minimumRows: BigInt(minimumRows), jointRows: BigInt(jointRows) })
  const facts: Fact[] = []
  for (const { firstUnit, isLast, ...page } of pages) {
    const place = { block: 7n, logIndex: 1n, transactionHash: '0x', model: 3 } as const
    const told = unitPageFacts({ ...place, firstUnit, isLast }, page, draft, dims)
    for (const fact of told) {
      if (fact.table === 'unitKept' || fact.table === 'unitMember') draft = draftAfter(draft, fact)
    }
    facts.push(...told)
  }
  return facts
}

const rowsOf = <T extends Fact['table']>(facts: readonly Fact[], table: T) =>
  facts.flatMap((fact) => (fact.table === table ? [fact.row as Extract<Fact, { table: T }>['row']] : []))

describe('pages of units', () => {
  it('tell the units and the members that the plan has, however they are cut', () => {
    fc.assert(
      fc.property(anyPaperModel, (model) => {
        const { plan, pages, units, dims } = model
        const facts = factsOf(model)
        const kept = rowsOf(facts, 'unitKept')
        expect(kept.map(({ unit }) => unit)).toEqual(plan.units.map((_, unit) => unit))
        expect(kept.map(({ payee, kept: rows, scale, fixedWeight }) => [payee, rows, scale, fixedWeight])).toEqual(
          units.map(({ payee, kept: rows, scale, fixed }) => [
            payee === 0 ? null : payee,
            BigInt(rows),
            BigInt(scale),
            fixed,
          ]),
        )
        plan.units.forEach(({ kind, members }, unit) => {
          const own = kind === 'own' ? plan.contributions[members[0]?.contribution ?? 0]?.id : null
          expect(kept[unit]?.contribution).toBe(own)
        })

        const joints = rowsOf(facts, 'unitMember')
        plan.units.forEach((_, unit) => {
          const joint = kept[unit]?.joint
          const ours = joint === null ? [] : joints.filter((member) => member.joint === joint)
          expect(ours.map(({ contribution, kept: rows }) => ({ contribution, kept: Number(rows) }))).toEqual(
            membersOf(plan, unit),
          )
          expect(ours.map(({ member }) => member)).toEqual(ours.map((__, i) => i))
        })
        expect(rowsOf(facts, 'unitSketch').map(({ sketch }) => sketch)).toEqual(
          dims === 0 ? [] : units.map(({ sketch }) => sketch),
        )

        const told = pages.map(({ firstUnit, contributions, units: bytes }) => ({
          firstUnit,
          contributions: hexToBytes(contributions),
          units: hexToBytes(bytes),
        }))
        expect(decodeRegisteredUnits(told, dims).units.map((one) => one.payee)).toEqual(
          kept.map(({ payee }) => payee ?? 0),
        )
      }),
      { numRuns: 300 },
    )
  })
})
