import { readFileSync } from 'node:fs'
import { type Certificate, type IntervalFigure, isAbsent, MEASURE_NAMES } from '../../pipeline/certify/certificate.ts'
import { spoken } from '../../pipeline/certify/page/intervalPlot.ts'
import { RULE_NAMES } from '../../pipeline/certify/rules/outcome.ts'
import { writeWhole } from '../../pipeline/publish/writeWhole.ts'
import { StopError } from '../../sdk/errors.ts'

/** Certificates of several splits → the tables of docs/certificate.md. */

export interface Certified {
  /** As in `mail:2`. */
  readonly split: string
  readonly certificate: Certificate
}

const BEGIN = '<!-- tables: written by npm run certify -- --write-docs -->'
const END = '<!-- end of tables -->'

export function tablesOf(all: readonly Certified[]): string {
  const tasks = [...new Set(all.map(({ split }) => split.split(':')[0] ?? ''))]
  return tasks
    .map((task) =>
      taskTables(
        task,
        all.filter(({ split }) => split.startsWith(`${task}:`)),
      ),
    )
    .join('\n')
}

/** Replaces what stands between the marks. */
export function writeTables(page: string, tables: string): void {
  const text = readFileSync(page, 'utf8')
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (from < 0 || to < from)
    throw new StopError(`${page} has no place for the tables`, { begin: BEGIN, end: END }, 'Put the two marks back.')
  writeWhole(page, `${text.slice(0, from + BEGIN.length)}\n${tables}\n${text.slice(to)}`)
}

function taskTables(task: string, certified: readonly Certified[]): string {
  const splits = certified.map(({ split }) => split.split(':')[1]).join(', ')
  const verdicts = certified.map(
    ({ split, certificate: { verdict } }) => `- \`${split}\`: ${verdict.recommended}. ${verdict.because.join(' ')}`,
  )
  return `### ${task}, split seeds ${splits}

Correlations of pay with worth, and the linear datamodelling score; the mean over the splits, and its 95 % interval.

${correlationTable(certified)}

Earnings of a row beside one of the median honest contributor, mean over the splits.

${earningsTable(certified)}

Flipped labels by self-influence: ${meanOf(certified, ({ flippedBySelfInfluence: auc }) => (isAbsent(auc) ? undefined : auc))}. Four bits keep: ${meanOf(certified, ({ rounding }) => rounding.correlation)}.

${verdicts.join('\n')}
`
}

function correlationTable(certified: readonly Certified[]): string {
  const figure =
    (measure: string, rule: string) =>
    ({ worth }: Certificate): IntervalFigure | undefined =>
      isAbsent(worth)
        ? undefined
        : worth.find(({ name }) => name === measure)?.rules.find((one) => one.rule === rule)?.figure
  const ceiling = (measure: string): string => {
    const all = certified.flatMap(({ certificate: { worth } }) =>
      isAbsent(worth) ? [] : (worth.find(({ name }) => name === measure)?.ceiling ?? []),
    )
    return all.length === 0 ? '' : spoken(mean(all))
  }
  return table(
    ['rule', ...MEASURE_NAMES],
    [
      ...RULE_NAMES.map((rule) => [
        rule === 'ledger' ? '**ledger**' : rule,
        ...MEASURE_NAMES.map((measure) => meanOf(certified, figure(measure, rule))),
      ]),
      ['ceiling', ...MEASURE_NAMES.map(ceiling)],
    ],
  )
}

function earningsTable(certified: readonly Certified[]): string {
  const kinds = ['flipped', 'noise', 'outlier', 'copied'] as const
  const ratio =
    (kind: string, rule: string) =>
    ({ earnings }: Certificate): IntervalFigure | undefined =>
      isAbsent(earnings)
        ? undefined
        : earnings.find((one) => one.kind === kind)?.rules.find((one) => one.rule === rule)?.ratio
  return table(
    ['rule', ...kinds],
    RULE_NAMES.map((rule) => [
      rule === 'ledger' ? '**ledger**' : rule,
      ...kinds.map((kind) => {
        const all = certified.flatMap(({ certificate }) => ratio(kind, rule)(certificate)?.estimate ?? [])
        return all.length === 0 ? '' : spoken(mean(all))
      }),
    ]),
  )
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Mean over splits; its interval from theirs, which are independent but for the corpus that they are drawn from. */
function meanOf(
  certified: readonly Certified[],
  figure: (certificate: Certificate) => IntervalFigure | undefined,
): string {
  const all = certified.flatMap(({ certificate }) => {
    const { estimate = null, low = null, high = null } = figure(certificate) ?? {}
    return estimate === null || low === null || high === null ? [] : [{ estimate, half: (high - low) / 2 }]
  })
  if (all.length === 0) return ''
  const estimate = mean(all.map((one) => one.estimate))
  const half = Math.sqrt(all.reduce((sum, one) => sum + one.half ** 2, 0)) / all.length
  return `${spoken(estimate)} ± ${spoken(half)}`
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
