import { markdownTable } from '../documentTables.ts'
import type { Gain, GymSummary } from './summary.ts'

/** What the gym measured → the tables of docs/gym.md. */

export function tablesOf(summary: GymSummary): string {
  const { tasks, attacks, entrances, seeds, attackers } = summary
  const [asPaid] = entrances
  if (asPaid === undefined) throw new Error('The gym has an entrance')
  const seedNames = `${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}`
  return `### As paid

${summary.rows.toLocaleString('en-US')} rows of ${summary.contributors} contributors, ${summary.calls} paid calls, ${seedNames}, ${attackers} attackers at a time.

${markdownTable(
  ['attack', ...tasks, 'at most', 'holds'],
  attacks.map(({ name, title, most }) => {
    const gains = tasks.map((task) => gainIn(summary, task, name, asPaid.name))
    return [title, ...gains.map(spoken), most?.toFixed(2) ?? '', verdictOf(most, gains)]
  }),
  'right',
)}

${tasks.map((task) => entranceTable(summary, task)).join('\n\n')}`
}

function entranceTable(summary: GymSummary, task: string): string {
  const { attacks, entrances } = summary
  return `### Other entrances, ${task}

${markdownTable(
  ['attack', ...entrances.map(({ title }) => title)],
  [
    ...attacks.map(({ name, title }) => [
      title,
      ...entrances.map((entrance) => spoken(gainIn(summary, task, name, entrance.name))),
    ]),
    ['honest rows without a leaf, in peace', ...entrances.map(({ name }) => percent(tollIn(summary, task, name)))],
  ],
  'right',
)}`
}

function gainIn({ gains }: GymSummary, task: string, attack: string, entrance: string): Gain {
  const found = gains.find((gain) => gain.task === task && gain.attack === attack && gain.entrance === entrance)
  if (found === undefined) throw new Error(`The gym has no gain of ${attack} on ${task} under ${entrance}`)
  return found
}

function tollIn({ tolls }: GymSummary, task: string, entrance: string): number {
  const found = tolls.find((toll) => toll.task === task && toll.entrance === entrance)
  if (found === undefined) throw new Error(`The gym has no toll on ${task} under ${entrance}`)
  return found.honest
}

/** Whether the bound holds on every task: for the whole interval, or for the estimate alone. */
function verdictOf(most: number | undefined, gains: readonly Gain[]): string {
  if (most === undefined) return ''
  if (gains.some(({ estimate }) => estimate > most)) return '**no**'
  return gains.some(({ high }) => high > most) ? 'on average' : 'yes'
}

function spoken({ estimate, low, high, feesBack }: Gain): string {
  const gain = `${signed(estimate)} [${signed(low)}, ${signed(high)}]`
  return feesBack === undefined ? gain : `${gain}, ${(100 * feesBack).toFixed(0)} % of fees back`
}

const signed = (gain: number): string => gain.toFixed(2).replace('-', '−')
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
