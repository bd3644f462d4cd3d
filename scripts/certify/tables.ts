import {
  type Certificate,
  type Comparison,
  type IntervalFigure,
  isAbsent,
  MEASURE_NAMES,
} from '../../pipeline/certify/certificate.ts'
import { spoken } from '../../pipeline/certify/page/numbers.ts'
import { REFERENCE, RULE_NAMES } from '../../pipeline/certify/rules/outcome.ts'
import { spell } from '../../pipeline/certify/verdict.ts'
import { markdownTable } from '../documentTables.ts'

/** Certificates of several splits → the tables of docs/certificate-measured.md. */

export interface Certified {
  /** As in `mail:2`, `mail:2:market` or `definitions:2:400`. */
  readonly split: string
  readonly certificate: Certificate
}

/** @param asked The splits that should be there; those that are not are named. */
export function tablesOf(all: readonly Certified[], asked: readonly string[] = []): string {
  const missing = asked.filter((name) => !all.some(({ split }) => split === name))
  const byWorld = Map.groupBy(all, ({ split }) => worldOf(split))
  return [
    overview([...byWorld]),
    ...(missing.length === 0 ? [] : [`Not measured yet: ${missing.map((name) => `\`${name}\``).join(', ')}.\n`]),
    ...[...byWorld].map(([world, certified]) => worldTables(world, certified)),
  ].join('\n')
}

/** The task, and how its corpus was dealt. */
function worldOf(split: string): string {
  const [task, , ...world] = split.split(':')
  const [how = ''] = world.filter((word) => word === 'market')
  const [many] = world.filter((word) => word !== 'market')
  return [`${task}`, how, many === undefined ? '' : `${many} contributors`].filter((part) => part !== '').join(', ')
}

/** A line a world: what matters most of the tables below. */
function overview(worlds: readonly (readonly [string, readonly Certified[]])[]): string {
  const figure = (certified: readonly Certified[], measure: string, rule: string): string =>
    written(everywhere(certified, (certificate) => ruleIn(measure, rule, certificate)?.figure))
  return `### All worlds

${markdownTable(
  [
    'world',
    'questions',
    'answer worth: net influence',
    '… rated',
    '… equal split',
    'ceiling on others',
    'loss worth: net influence',
    '… rated',
    '… equal split',
    'ceiling on others',
  ],
  worlds.map(([world, certified]) => [
    `${world} (${certified.length})`,
    [...new Set(certified.map(({ certificate }) => certificate.sample.answers))].join(', '),
    ...['answer worth', 'loss worth'].flatMap((measure) => [
      figure(certified, measure, REFERENCE),
      figure(certified, measure, 'net influence, rated'),
      figure(certified, measure, 'equal split'),
      ceilingOf(certified, measure, 'ceilingOverAnswers'),
    ]),
  ]),
)}
`
}

function ceilingOf(certified: readonly Certified[], measure: string, of: 'ceiling' | 'ceilingOverAnswers'): string {
  const all = certified.flatMap(({ certificate: { worth } }) =>
    isAbsent(worth) ? [] : (worth.find(({ name }) => name === measure)?.[of] ?? []),
  )
  return all.length === 0 ? '' : spoken(mean(all))
}

function worldTables(world: string, certified: readonly Certified[]): string {
  const seeds = certified.map(({ split }) => split.split(':')[1]).join(', ')
  const flipped = pooled(certified, ({ flippedBySelfInfluence: auc }) => (isAbsent(auc) ? undefined : auc))
  const kept = pooled(certified, ({ rounding }) => rounding ?? undefined)
  const less = (rule: string): string =>
    written(pooled(certified, (certificate) => ruleIn('answer worth', rule, certificate)?.lessEqualSplit?.difference))
  return `### ${world}, seeds ${seeds}

Correlations of pay with worth, and the linear datamodelling score. ▾ marks what net influence beats, ▴ what beats net influence.

${correlationTable(certified)}

On answer worth, over these splits together: net influence less an equal split ${less(REFERENCE)}, fixed weights less an equal split ${less('fixed weights')}.

Earnings of a row beside one of the median honest contributor, mean over the splits.

${earningsTable(certified)}

The largest part of a fee's pool that a query sketch moves (λ), the worst of the splits.

${steeringTable(certified)}

Flipped labels by self-influence: ${written(flipped)}. Pay with and without rounding: ${written(kept)}.

${certified.map(verdictLine).join('\n')}
`
}

function verdictLine({ split, certificate: { verdict } }: Certified): string {
  const { recommended, because } = verdict
  return `- \`${split}\`: ${recommended === null ? 'nothing is recommended' : spell(recommended)}. ${because.join(' ')}`
}

function ruleIn(measure: string, rule: string, { worth }: Certificate) {
  if (isAbsent(worth)) return undefined
  return worth.find(({ name }) => name === measure)?.rules.find((one) => one.rule === rule)
}

function correlationTable(certified: readonly Certified[]): string {
  const measures = MEASURE_NAMES.filter((name) =>
    certified.some(({ certificate: { worth } }) => !isAbsent(worth) && worth.some((measure) => measure.name === name)),
  )
  const cell = (measure: string, rule: string): string => {
    const own = everywhere(certified, (certificate) => ruleIn(measure, rule, certificate)?.figure)
    const less = pooled(
      certified,
      (certificate): Comparison['difference'] | undefined =>
        ruleIn(measure, rule, certificate)?.referenceLess?.difference,
    )
    const mark = less === undefined || Math.abs(less.estimate) <= less.half ? '' : less.estimate > 0 ? ' ▾' : ' ▴'
    return `${written(own)}${mark}`
  }
  return markdownTable(
    ['rule', ...measures],
    [
      ...RULE_NAMES.map((rule) => [titled(rule), ...measures.map((measure) => cell(measure, rule))]),
      ['ceiling on these answers', ...measures.map((measure) => ceilingOf(certified, measure, 'ceiling'))],
      ['ceiling on others', ...measures.map((measure) => ceilingOf(certified, measure, 'ceilingOverAnswers'))],
    ],
  )
}

const titled = (rule: string): string => (rule === REFERENCE ? '**net influence**' : rule)

function earningsTable(certified: readonly Certified[]): string {
  const kinds = (['flipped', 'noise', 'outlier', 'copied'] as const).filter((kind) =>
    certified.some(({ certificate: { earnings } }) => !isAbsent(earnings) && earnings.some((one) => one.kind === kind)),
  )
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

function steeringTable(certified: readonly Certified[]): string {
  const floors = [...new Set(certified.flatMap(({ certificate: { steering } }) => steering.map((one) => one.floorBps)))]
  const figures = ['allAnswers', 'fiveAnswers', 'alone', 'fiveUnits'] as const
  return markdownTable(
    ['floor', 'in all answers', 'in five answers', 'in a book of its own', 'five units together'],
    floors.map((floor) => {
      const own = certified.flatMap(({ certificate: { steering } }) =>
        steering.filter(({ floorBps }) => floorBps === floor),
      )
      return [`${floor / 10_000}`, ...figures.map((figure) => spoken(Math.max(...own.map((one) => one[figure]))))]
    }),
  )
}

interface Pooled {
  readonly estimate: number
  /** Half of the 95 % interval. */
  readonly half: number
}

/** The pooled figure of a rule that every split has: certificates made before a rule was added do not. */
function everywhere(
  certified: readonly Certified[],
  figure: (certificate: Certificate) => IntervalFigure | undefined,
): Pooled | undefined {
  return certified.every(({ certificate }) => figure(certificate) !== undefined) ? pooled(certified, figure) : undefined
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
