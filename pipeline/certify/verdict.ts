/**
 * Which rule a model should be registered with. A fee pays for an answer, so answer worth decides: attribution is recommended
 * where it follows that better than equal split does, outside the interval, and follows no other worth less well.
 *
 * Equal split is meant both ways: each row alike, which is what the contracts pay, and each contributor alike.
 */
import type { Certificate, Measure } from './certificate.ts'
import type { RuleName } from './rules/outcome.ts'

const EQUAL_SPLITS: readonly RuleName[] = ['count of rows', 'equal split']

export function judge(measures: readonly Measure[]): Certificate['verdict'] {
  const compared = measures.flatMap(({ name, rules }) =>
    rules.flatMap(({ rule, ledgerLess }) =>
      ledgerLess !== null && EQUAL_SPLITS.includes(rule) ? [{ measure: name, rule, ...ledgerLess }] : [],
    ),
  )
  const decisive = compared.filter(({ measure }) => measure === 'answer worth')
  const unbeaten = decisive.filter(({ verdict }) => verdict !== 'beats')
  const worse = compared.filter(({ measure, verdict }) => measure !== 'answer worth' && verdict === 'worse')
  const reasons = [...unbeaten, ...worse]
  if (decisive.length === 0) return notMeasured('What contributors are worth was not measured.')
  return reasons.length === 0
    ? {
        recommended: 'attribution',
        because: decisive.map((found) => `On ${found.measure} attribution beats ${found.rule}: ${written(found)}.`),
      }
    : {
        recommended: 'equal-split',
        because: reasons.map((found) =>
          found.verdict === 'worse'
            ? `On ${found.measure} attribution is worse than ${found.rule}: ${written(found)}.`
            : `On ${found.measure} attribution is not told apart from ${found.rule}: ${written(found)}.`,
        ),
      }
}

export function notMeasured(reason: string): Certificate['verdict'] {
  return { recommended: 'not measured', because: [reason] }
}

function written({ difference }: { readonly difference: Measure['rules'][number]['figure'] }): string {
  const signed = (x: number | null): string => (x === null ? '?' : `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(2)}`)
  return `${signed(difference.estimate)} [${signed(difference.low)}, ${signed(difference.high)}]`
}
