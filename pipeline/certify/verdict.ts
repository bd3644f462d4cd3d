/**
 * Which terms a model should be registered with. A fee pays for an answer, so answer worth decides: net influence where it follows
 * that better than an equal split does, outside the interval; fixed weights where only they do; half of it by rows where net
 * influence is ahead, perhaps by chance; an equal split elsewhere. The floor is the smallest at which no party gains by paying itself.
 */
import type { Certificate, Measure } from './certificate.ts'
import type { RuleName } from './rules/outcome.ts'

export type Verdict = Certificate['verdict']
export type Terms = NonNullable<Verdict['recommended']>
type Steering = Certificate['steering'][number]

/** Floors that a model can be registered with. */
export const FLOORS: readonly number[] = [5_000, 10_000, 20_000, 40_000]
const DEFAULT_FLOOR = 10_000
const HALF = 5_000
const WHOLE = 10_000

/** Of fewer contributors a rank correlation says nothing. */
export const FEWEST_CONTRIBUTORS = 8

export function judge(measures: readonly Measure[], steering: readonly Steering[]): Verdict {
  const answerWorth = measures.find(({ name }) => name === 'answer worth')
  const net = ruleOf(answerWorth, 'net influence')
  const fixed = ruleOf(answerWorth, 'fixed weights')
  const equal = ruleOf(answerWorth, 'equal split')
  if (answerWorth === undefined || net === undefined || fixed === undefined || equal === undefined)
    return notMeasured('What contributors are worth was not measured.', steering)
  const floorBps = floorFor(steering)
  const netTerms = (baseBps: number): Terms => ({ rule: 'net-influence', baseBps, floorBps, sketched: true })
  const decided = (terms: Terms, rule: Measure['rules'][number], advice: string): Verdict => ({
    recommended: terms,
    sentences: [whoIsPaid(terms, rule, equal, answerWorth), advice],
    because: [netInfluence(net), fixedWeights(fixed)],
    warning: warningFor(terms, steering),
  })

  const worse = measures.filter(
    ({ name, rules }) =>
      name !== 'answer worth' &&
      rules.find(({ rule }) => rule === 'net influence')?.lessEqualSplit?.verdict === 'worse',
  )
  if (net.lessEqualSplit?.verdict === 'beats' && worse.length === 0)
    return decided(
      netTerms(0),
      net,
      `Register it with ${spell(netTerms(0))}: it follows worth better than an equal split, beyond chance.`,
    )
  if (net.lessEqualSplit?.verdict === 'beats')
    return decided(
      netTerms(HALF),
      net,
      `Register it with ${spell(netTerms(HALF))}: on ${worse.map(({ name }) => name).join(' and ')} it is worse than an equal split, so half goes by rows.`,
    )
  if (fixed.lessEqualSplit?.verdict === 'beats') {
    const terms: Terms = { rule: 'fixed-weights', baseBps: 0, floorBps, sketched: false }
    return decided(
      terms,
      fixed,
      `Register it with ${spell(terms)}: they follow worth better than an equal split, beyond chance; net influence does not.`,
    )
  }
  if ((net.lessEqualSplit?.difference.estimate ?? 0) > 0)
    return decided(
      netTerms(HALF),
      net,
      `Register it with ${spell(netTerms(HALF))}: it follows worth better than an equal split, but perhaps by chance, so half goes by rows.`,
    )
  const terms: Terms = { rule: 'equal-split', baseBps: WHOLE, floorBps, sketched: false }
  return decided(terms, equal, `Register it with ${spell(terms)}: nothing that was measured follows worth better.`)
}

export function notMeasured(reason: string, steering: readonly Steering[]): Verdict {
  return {
    recommended: null,
    sentences: [
      `How far pay follows what contributors are worth is not known here: ${lowered(reason)}`,
      `Choose terms by what is known of the contributors: net influence punishes harm, an equal split needs no trust in sketches.`,
    ],
    because: [reason],
    warning:
      steering.length === 0
        ? null
        : warningFor({ rule: 'net-influence', baseBps: 0, floorBps: floorFor(steering), sketched: true }, steering),
  }
}

/** The smallest floor at which no sketch moves a whole fee's pool. */
function floorFor(steering: readonly Steering[]): number {
  const safe = FLOORS.find((floor) => {
    const own = steering.find(({ floorBps }) => floorBps === floor)
    return own !== undefined && lambdaOf(own) < 1
  })
  return safe ?? (steering.length === 0 ? DEFAULT_FLOOR : Math.max(...FLOORS))
}

/** λ as it decides: of one unit and of five, in large books and in small ones. */
export function lambdaOf({ allAnswers, fiveAnswers, alone, fiveUnits }: Steering): number {
  return Math.max(allAnswers, fiveAnswers, alone, fiveUnits)
}

/** The treasury's part of a fee by default. */
const TREASURY = 0.02

/**
 * The contributors' part of a fee from which λ times that, and all other parts but the treasury's, are the whole fee: a party that is
 * contributor, operator and owner at once then gains by paying itself. At most 1.
 */
export function shareThatPaysItself(lambda: number): number {
  return lambda > 1 ? Math.min(1, TREASURY / (lambda - 1)) : 1
}

function warningFor({ sketched, floorBps }: Terms, steering: readonly Steering[]): string | null {
  const own = steering.find((one) => one.floorBps === floorBps)
  if (!sketched || own === undefined || lambdaOf(own) < 1) return null
  const lambda = lambdaOf(own)
  const share = shareThatPaysItself(lambda)
  const where =
    share === 1
      ? 'only if contributors get the whole fee'
      : `if contributors get ${(100 * share).toFixed(1)} % of a fee or more`
  return `A paid call can move up to ${lambda.toFixed(2)} times the contributors’ part of its fee to one party. A party that is contributor, operator and owner at once then gains by paying itself, ${where} (with a treasury of ${100 * TREASURY} %).`
}

type RuleFigures = Measure['rules'][number]

function ruleOf(measure: Measure | undefined, name: RuleName): RuleFigures | undefined {
  return measure?.rules.find(({ rule }) => rule === name)
}

const PAID_FOR: Readonly<Record<Terms['rule'], string>> = {
  'net-influence': 'how much surer their rows made the given answers, harm netted against help',
  'fixed-weights': 'how far their rows push the way that the other rows push, harm netted against help',
  'equal-split': 'every row alike, whatever it did',
}

function whoIsPaid({ rule }: Terms, own: RuleFigures, equal: RuleFigures, { ceiling }: Measure): string {
  const most = ceiling === null ? '' : `, of at most ${ceiling.toFixed(2)}`
  const beside = rule === 'equal-split' ? '' : `; an equal split follows it at ${written(equal.figure)}`
  return `Contributors are paid for ${PAID_FOR[rule]}: that follows what they are worth to answers at ${written(own.figure)}${most}${beside}.`
}

/** Terms as words. */
export function spell({ rule, baseBps, floorBps }: Terms): string {
  switch (rule) {
    case 'net-influence':
      return `net influence, a base of ${baseBps / 100} % and a floor of ${floorBps / WHOLE}`
    case 'fixed-weights':
      return `fixed weights and a base of ${baseBps / 100} %`
    case 'equal-split':
      return 'an equal split'
  }
}

function netInfluence({ lessEqualSplit }: RuleFigures): string {
  return `On answer worth, net influence less an equal split: ${compared(lessEqualSplit)}.`
}

function fixedWeights({ lessEqualSplit }: RuleFigures): string {
  return `On answer worth, fixed weights less an equal split: ${compared(lessEqualSplit)}.`
}

function compared(comparison: RuleFigures['lessEqualSplit']): string {
  return comparison === null ? 'the same' : `${written(comparison.difference)}, ${comparison.verdict}`
}

function written({ estimate, low, high }: RuleFigures['figure']): string {
  const signed = (x: number | null): string => (x === null ? '?' : `${x < 0 ? '−' : ''}${Math.abs(x).toFixed(2)}`)
  return `${signed(estimate)} [${signed(low)}, ${signed(high)}]`
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
