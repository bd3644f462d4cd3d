import { signsOf, unitTerms, unpackSketch } from '@attribution-ledger/sdk'
import { hexToBytes } from 'viem'
import type { Influence } from '../parts/helpHarm.tsx'
import type { InfluenceData } from '../queries/model.ts'

/**
 * Help and harm of every unit over answers, worked out here from public sketches: the sum of its terms
 * where they are positive, and where they are negative, by fees, as parts of what all units are paid by.
 */
export function influenceOf({ inferences, units }: InfluenceData): ReadonlyMap<number, Influence> {
  const scaled = units.items
    .filter(({ sketch }) => sketch !== '0x')
    .map(({ scale, sketch }) => ({ scale, codes: unpackSketch(hexToBytes(sketch)) }))
  if (scaled.length !== units.items.length) return new Map()
  const sums = units.items.map(() => ({ help: 0, harm: 0 }))
  for (const { feeUnits, sketch } of inferences.items) {
    if (sketch === null) continue
    unitTerms(signsOf(hexToBytes(sketch)), scaled).forEach((term, u) => {
      const sum = sums[u]
      if (sum === undefined) return
      if (term > 0) sum.help += feeUnits * term
      else sum.harm -= feeUnits * term
    })
  }
  const whole = sums.reduce((sum, { help, harm }) => sum + Math.max(0, help - harm), 0) || 1
  return new Map(
    units.items.map(({ unitId }, u) => {
      const { help = 0, harm = 0 } = sums[u] ?? {}
      return [unitId, { help: (100 * help) / whole, harm: (100 * harm) / whole }]
    }),
  )
}
