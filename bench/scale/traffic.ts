import { randomSource } from '../../attribution/random.ts'
import { normal, roundedAtRandom, zipfShares } from './draw.ts'
import { MOST_UNITS, type Scenario } from './scenario.ts'

/** What one operator serves of one model: the calls of one book after the other. */
export interface Trade {
  readonly model: number
  readonly operator: number
  /** Calls a day. */
  readonly calls: number
  readonly channels: number
  /** Units of its model. */
  readonly units: number
}

const STREAM = 1
/** Operators of a model whose share of calls is the average. */
const USUAL_OPERATORS = 1.5

/** Models by popularity, each served by as many operators as the root of its share asks for. */
export function tradesOf(scenario: Scenario, seed: number): readonly Trade[] {
  const { inferences, models, operators, channels, popularity } = scenario
  const next = randomSource(seed, STREAM)
  return [...zipfShares(models, popularity)].flatMap((share, model) => {
    const units = unitsOf(scenario.units, normal(next))
    const wanted = roundedAtRandom(next, USUAL_OPERATORS * Math.sqrt(share * models))
    const count = Math.min(operators, Math.max(1, wanted))
    const first = next() % operators
    return [...zipfShares(count, popularity)].map((part, i): Trade => {
      const calls = inferences * share * part
      const payers = Math.round((channels * calls) / inferences)
      return {
        model,
        operator: (first + i) % operators,
        calls,
        channels: Math.max(1, Math.min(payers, Math.ceil(calls))),
        units,
      }
    })
  })
}

function unitsOf({ median, sigma }: Scenario['units'], z: number): number {
  return Math.min(MOST_UNITS, Math.max(1, Math.round(median * Math.exp(sigma * z))))
}
