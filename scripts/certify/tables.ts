import { type Certificate, type IntervalFigure, isAbsent, MEASURE_NAMES } from '../../pipeline/certify/certificate.ts'
import { spoken } from '../../pipeline/certify/page/numbers.ts'
import { RULE_NAMES } from '../../pipeline/certify/rules/outcome.ts'
import { markdownTable } from '../documentTables.ts'

/** Certificates of several splits → the tables of docs/certificate.md. */

export interface Certified {
  /** As in `mail:2`. */
  readonly split: string
  readonly certificate: Certificate
}

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

function taskTables(task: string, certified: readonly Certified[]): string {
  const splits = certified.map(({ split }) => split.split(':')[1]).join(', ')
  const verdicts = certified.map(
    ({ split, certificate: { verdict } }) => `- \`${split}\`: ${verdict.recommended}. ${verdict.because.join(' ')}`,
  )
  const flipped = pooled(certified, ({ flippedBySelfInfluence: auc }) => (isAbsent(auc) ? undefined : auc))
  const kept = pooled(certified, ({ rounding }) => rounding.correlation)
  return `### ${task}, split seeds ${splits}

Correlations of pay with worth, and the linear datamodelling score. ▾ marks what the ledger beats, ▴ what beats the ledger.

${correlationTable(certified)}

Earnings of a row beside one of the median honest contributor, mean over the splits.

${earningsTable(certified)}

Flipped labels by self-influence: ${written(flipped)}. Four bits keep: ${written(kept)}.

${verdicts.join('\n')}
`
}

function correlationTable(certified: readonly Certified[]): string {
  const ofRule = (measure: string, rule: string, { worth }: Certificate) =>
    isAbsent(worth) ? undefined : worth.find(({ name }) => name === measure)?.rules.find((one) => one.rule === rule)
  const cell = (measure: string, rule: string): string => {
    const own = pooled(certified, (certificate) => ofRule(measure, rule, certificate)?.figure)
    const less = pooled(certified, (certificate) => ofRule(measure, rule, certificate)?.ledgerLess?.difference)
    const mark = less === undefined || Math.abs(less.estimate) <= less.half ? '' : less.estimate > 0 ? ' ▾' : ' ▴'
    return `${written(own)}${mark}`
  }
  const ceiling = (measure: string): string => {
    const all = certified.flatMap(({ certificate: { worth } }) =>
      isAbsent(worth) ? [] : (worth.find(({ name }) => name === measure)?.ceiling ?? []),
    )
    return all.length === 0 ? '' : spoken(mean(all))
  }
  return markdownTable(
    ['rule', ...MEASURE_NAMES],
    [
      ...RULE_NAMES.map((rule) => [titled(rule), ...MEASURE_NAMES.map((measure) => cell(measure, rule))]),
      ['ceiling', ...MEASURE_NAMES.map(ceiling)],
    ],
  )
}

const titled = (rule: string): string => (rule === 'ledger' ? '**ledger**' : rule)

function earningsTable(certified: readonly Certified[]): string {
  const kinds = ['flipped', 'noise', 'outlier', 'copied'] as const
  const ratio =
    (kind: string, rule: string) =>
    ({ earnings }: Certificate): IntervalFigure | undefined =>
      isAbsent(earnings)
        ? undefined
        : earnings.find((one) => one.kind === kind)?.rules.find((one) => one.rule === rule)?.ratio
  return markdownTable(
    ['rule', ...kinds],
    RULE_NAMES.map((rule) => [
      titled(rule),
      ...kinds.map((kind) => {
        const all = certified.flatMap(({ certificate }) => ratio(kind, rule)(certificate)?.estimate ?? [])
        return all.length === 0 ? '' : spoken(mean(all))
      }),
    ]),
  )
}

interface Pooled {
  readonly estimate: number
  /** Half of the 95 % interval. */
  readonly half: number
}

/** Mean over splits; its interval from theirs, which are independent but for the corpus that they are drawn from. */
function pooled(
  certified: readonly Certified[],
  figure: (certificate: Certificate) => IntervalFigure | undefined,
): Pooled | undefined {
  const all = certified.flatMap(({ certificate }) => {
    const { estimate = null, low = null, high = null } = figure(certificate) ?? {}
    return estimate === null || low === null || high === null ? [] : [{ estimate, half: (high - low) / 2 }]
  })
  if (all.length === 0) return undefined
  const half = Math.sqrt(all.reduce((sum, one) => sum + one.half ** 2, 0)) / all.length
  return { estimate: mean(all.map(({ estimate }) => estimate)), half }
}

function written(figure: Pooled | undefined): string {
  return figure === undefined ? '' : `${spoken(figure.estimate)} ± ${spoken(figure.half)}`
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
