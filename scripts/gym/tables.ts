import { markdownTable } from '../documentTables.ts'
import type { Gain, GymSummary } from './summary.ts'

/** What the gym measured → the tables of docs/gym.md. */

export function tablesOf(summary: GymSummary): string {
  const { tasks, attacks, rules, seeds, attackers } = summary
  const [asPaid] = rules
  if (asPaid === undefined) throw new Error('The gym pays by a rule')
  const seedNames = `${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}`
  return `### With data, as paid

${summary.rows.toLocaleString('en-US')} rows of ${summary.contributors} contributors, ${summary.calls} paid calls, ${seedNames}, ${attackers} attackers at a time.

${markdownTable(
  ['attack', ...tasks, 'at most', 'holds'],
  attacks.map(({ name, title, most }) => {
    const gains = tasks.map((task) => gainIn(summary, task, name, asPaid.name))
    return [title, ...gains.map(spoken), most?.toFixed(2) ?? '', verdictOf(most, gains)]
  }),
  'right',
)}

### With records and units alone, as paid

On the books of the same worlds while nobody attacks with data: the mean over the seeds, and the worst.

${ledgerTable(summary)}

${tasks.map((task) => ruleTable(summary, task)).join('\n\n')}

Of honest rows, ${summary.dropped.map(({ task, honest }) => `${(100 * honest).toFixed(1)} % on ${task}`).join(' and ')} are dropped as near-copies while nobody attacks.`
}

function ledgerTable({ tasks, ledgerAttacks, ledgerGains }: GymSummary): string {
  return markdownTable(
    ['attack', ...tasks],
    ledgerAttacks.map(({ name, title }) => [
      title,
      ...tasks.map((task) => {
        const gain = ledgerGains.find((one) => one.task === task && one.attack === name)
        return gain === undefined ? '' : `${signed(gain.mean)}, ${signed(gain.most)}`
      }),
    ]),
    'right',
  )
}

function ruleTable(summary: GymSummary, task: string): string {
  const { attacks, rules } = summary
  return `### By other rules, ${task}

${markdownTable(
  ['attack', ...rules.map(({ title }) => title)],
  attacks.map(({ name, title }) => [
    title,
    ...rules.map((rule) => signed(gainIn(summary, task, name, rule.name).estimate)),
  ]),
  'right',
)}`
}

function gainIn({ gains }: GymSummary, task: string, attack: string, rule: string): Gain {
  const found = gains.find((gain) => gain.task === task && gain.attack === attack && gain.rule === rule)
  if (found === undefined) throw new Error(`The gym has no gain of ${attack} on ${task} by ${rule}`)
  return found
}

/** Whether the bound holds on every task: for the whole interval, or for the estimate alone. */
function verdictOf(most: number | undefined, gains: readonly Gain[]): string {
  if (most === undefined) return ''
  if (gains.some(({ estimate }) => estimate > most)) return '**no**'
  return gains.some(({ high }) => high > most) ? 'on average' : 'yes'
}

function spoken({ estimate, low, high, feesBack, victims }: Gain): string {
  const gain = `${signed(estimate)} [${signed(low)}, ${signed(high)}]`
  const paid = feesBack === undefined ? '' : `, ${(100 * feesBack).toFixed(0)} % of fees back`
  const hurt = victims === undefined ? '' : `, victims ${signed(victims.estimate)}`
  return `${gain}${paid}${hurt}`
}

const signed = (gain: number): string => gain.toFixed(2).replace('-', '−')
