/**
 * What payers, operators and owners may try with records and units alone, on the books of a world at peace: nothing is trained for
 * it, since none of it is data. Every figure is a ratio.
 *
 * Sketches are the attackers' own here, as if nobody held them against the requests: receipts, audits and bonds make that dear, and
 * are not counted.
 */
import { signsOf } from '../../attribution/querySketch.ts'
import type { SketchedModel } from '../certify/paidModel.ts'
import { measureSteering } from '../certify/steering.ts'
import { createRandom } from '../math/random.ts'
import { addedUp, FLOORED, sharesOf } from './bookShares.ts'
import { grief, secondOperator, silence, underRecorded } from './recordAttacks.ts'
import { badRows, inventedUnits, secondNames } from './unitAttacks.ts'
import type { World } from './world.ts'

export type LedgerFigures = Readonly<Record<LedgerAttackName, number>>

export const LEDGER_ATTACKS = [
  ['bestDirection', 'a paid call in the best direction: part of its pool to one unit'],
  ['bestDirectionNoFloor', '… without a floor'],
  ['bestDirectionOfFive', '… in a book of five answers'],
  ['bestDirectionAlone', '… in a book of its own'],
  ['coalition', '… five units together'],
  ['coalitionNoFloor', '… five units together, without a floor'],
  ['silence', 'an operator records noise, and one word in a hundred for a friend: the friend’s part of the pool'],
  ['silenceNoFloor', '… without a floor'],
  ['silenceHonest', '… when all is recorded as it was'],
  [
    'secondOperator',
    'a second operator’s words for a friend, a tenth of all fees: part of the first one’s pools that changes hands',
  ],
  ['secondOperatorShared', '… if both had one book'],
  [
    'underRecorded',
    'an operator leaves half of all walk-ins unrecorded, those that suit a friend least: the friend’s pay, over before',
  ],
  ['griefReal', 'a paid call to hurt: what the victim loses of its pool, by the worst real request'],
  ['griefAny', '… by any sketch'],
  ['badRow16', 'one bad row in a joint unit of 16 rows: its mates’ pay, over before'],
  ['badRow64', '… of 64 rows'],
  ['badRow256', '… of 256 rows'],
  ['inventedFree', 'an owner invents a unit of 16 rows, at any scale: its part of the pool (a false unit)'],
  ['inventedAlike', '… 16 equal rows that add up (near-copies that were kept)'],
  ['inventedApart', '… 16 rows that add up and are no near-copies'],
  ['secondName', 'own rows under two names at random, by fixed weights'],
  ['secondNameSorted', '… sorted by what they bring'],
] as const
export type LedgerAttackName = (typeof LEDGER_ATTACKS)[number][0]

export function measureLedgerAttacks(model: SketchedModel, world: World, seed: number): LedgerFigures {
  const random = createRandom(seed, 'ledger attacks')
  const { units, answers } = model
  const signs = answers.map(({ bits }) => signsOf(bits))
  const book = addedUp(signs, model.k)
  const floored = measureSteering(units, answers, 10_000, seed)
  const free = measureSteering(units, answers, 0, seed)
  // Friends and victims are units that an honest book pays.
  const honest = sharesOf(units, FLOORED, book)
  const paidUnits = honest.flatMap((share, unit) => (share > 0 ? [unit] : []))
  return {
    bestDirection: floored.allAnswers,
    bestDirectionNoFloor: free.allAnswers,
    bestDirectionOfFive: floored.fiveAnswers,
    bestDirectionAlone: floored.alone,
    coalition: floored.fiveUnits,
    coalitionNoFloor: free.fiveUnits,
    ...silence(model, book, paidUnits, random),
    silenceHonest: Math.max(...honest),
    ...secondOperator(model, book, paidUnits),
    ...underRecorded(model, book, signs, paidUnits),
    ...grief(model, book, signs, paidUnits),
    ...badRows(model, book, random),
    ...inventedUnits(model, book),
    ...secondNames(model, world, random),
  }
}
