/** `certificate.html`: a certificate for people, in one file that asks nobody for anything. */
import {
  CERTIFICATE_FILES,
  type Certificate,
  type IntervalFigure,
  isAbsent,
  type KindEarned,
  type Measure,
} from '../certificate.ts'
import { REFERENCE } from '../rules/outcome.ts'
import { CORRELATIONS, intervalPlot, RATIOS } from './intervalPlot.ts'
import { html, type Markup, NOTHING } from './markup.ts'
import { spoken } from './numbers.ts'
import { scatterPlot } from './scatterPlot.ts'
import { STYLE } from './style.ts'
import { MEASURE_WORDS, RECOMMENDED_WORDS, RULE_WORDS } from './words.ts'

export function formatPage(certificate: Certificate): string {
  const { markup } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Quality certificate</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<main>
${heading(certificate)}
${verdict(certificate)}
${plainWords(certificate)}
${contributors(certificate)}
${facts(certificate)}
${worth(certificate)}
${earnings(certificate)}
${steering(certificate)}
${figures(certificate)}
${method(certificate)}
</main>
</body>
</html>
`
  return markup
}

function heading({ run }: Certificate): Markup {
  const task = run.task === null ? '' : ` for the task “${run.task}”`
  return html`<h1>Does pay follow worth?</h1>
<p class="quiet">Quality certificate of a fine-tune of ${run.base}${task}, adapter <code>${run.adapterHash}</code></p>`
}

function verdict({ verdict: { recommended, sentences, because, warning } }: Certificate): Markup {
  const rule = recommended?.rule ?? 'none'
  const warned = warning === null ? NOTHING : html`<p class="warning"><strong>Beware.</strong> ${warning}</p>`
  return html`<section class="verdict ${rule}"><strong>${RECOMMENDED_WORDS[rule]}</strong>
${sentences.map((sentence) => html`<p>${sentence}</p>`)}
${warned}
<ul class="quiet">${because.map((reason) => html`<li>${reason}</li>`)}</ul></section>`
}

function plainWords({ run, worth: measures, contributors: all }: Certificate): Markup {
  const ceiling = isAbsent(measures)
    ? undefined
    : measures.find(({ name }) => name === 'loss worth')?.ceilingOverAnswers
  const harmful = isAbsent(all) ? [] : all.filter(({ net }) => net < 0)
  const paidNothing = harmful.filter(({ paid }) => paid < 0.0005)
  const points = [
    'A contributor’s worth is measured by training the model again without them. Worth to answers is how much less sure the given answers then are; worth to the loss is how much worse the model does on texts that it never saw.',
    'Net influence adds up, over all answers, what a contributor’s rows did to them, help and harm together. Who did more harm than good gets none of it, but never owes anything.',
    `Of ${run.rows} rows ${run.rows - run.kept} are near-copies of others. They were dropped before the last training, and count for nothing.`,
    ...(ceiling === undefined || ceiling === null
      ? []
      : [
          ceiling < 0.5
            ? `Who helps the model on unseen texts is mostly chance here: measured on other texts it comes out otherwise, so no rule can be expected to follow it beyond ${spoken(ceiling)}.`
            : `Who helps the model on unseen texts carries over to other texts: a rule could follow it up to ${spoken(ceiling)}.`,
        ]),
    ...(harmful.length === 0
      ? []
      : [
          `${harmful.length} of ${isAbsent(all) ? 0 : all.length} contributions did more harm than good, ${paidNothing.length} of them earn nothing; the curator can leave them out of the next version.`,
        ]),
    'A correlation of 1 means that pay ranks contributors exactly as their worth does, 0 that it says nothing of it, −1 the reverse. An interval is where 95 of 100 other draws of contributors and answers would lie; one of a difference of two correlations may reach beyond 1.',
  ]
  return html`<h2>In plain words</h2>
<ul class="plain">${points.map((point) => html`<li>${point}</li>`)}</ul>`
}

function facts({ run, sample, queries, flippedBySelfInfluence, rounding, steering: floors }: Certificate): Markup {
  const fact = (term: string, value: string, detail: string): Markup =>
    html`<div><dt>${term}</dt><dd>${value}<small>${detail}</small></dd></div>`
  const whole = (count: number): string => count.toLocaleString('en-US')
  const lambda = floors.find(({ floorBps }) => floorBps === 10_000)
  return html`<h2>In figures</h2><dl class="facts">
${fact('rows', whole(run.rows), `of ${run.contributions} contributions, in ${run.units} units`)}
${fact('near-copies', whole(run.rows - run.kept), 'dropped before the last training')}
${fact('paid for', whole(sample.answers), `${queries}, in one bit a dimension of ${run.sketch.dims}`)}
${
  rounding === null
    ? NOTHING
    : fact('rounding keeps', spoken(rounding.estimate), `rank correlation of pay, ${range(rounding)}`)
}
${
  lambda === undefined
    ? NOTHING
    : fact('λ', spoken(lambda.allAnswers), 'of a fee’s pool, at most, a call moves to one unit, at floor 1')
}
${
  isAbsent(flippedBySelfInfluence)
    ? NOTHING
    : fact(
        'flipped labels found',
        spoken(flippedBySelfInfluence.estimate),
        `area under the curve of self-influence, ${range(flippedBySelfInfluence)}`,
      )
}
</dl>`
}

function steering({ steering: floors }: Certificate): Markup {
  const line = ({ floorBps, allAnswers, fiveAnswers, alone, fiveUnits }: Certificate['steering'][number]): Markup =>
    html`<tr><td>${floorBps / 10_000}</td>${[allAnswers, fiveAnswers, alone, fiveUnits].map((x) => html`<td>${spoken(x)}</td>`)}</tr>`
  return html`<h2>What a paid call can move</h2>
<p class="quiet">λ is the largest part of a fee’s pool that any query sketch moves to one unit. It may be above 1 in a book that holds other calls, whose fees the sketch then moves too. Where contributors’ share times λ, with the operator’s, the owner’s and royalties, stays below 1, no party gains by paying itself.</p>
<div class="scroll"><table><thead><tr><th>floor</th><th>in all answers</th><th>in five answers</th><th>in a book of its own</th><th>five units together</th></tr></thead>
<tbody>${floors.map(line)}</tbody></table></div>`
}

function worth({ worth: measures }: Certificate): Markup {
  const title = html`<h2>By each rule, how far pay follows worth</h2>`
  if (isAbsent(measures)) return html`${title}<p>${measures.absent}</p>`
  return html`${title}
<p class="quiet">Dots are estimates, lines 95 % intervals by the bootstrap. The dashed line is the ceiling that the noise of training sets.</p>
<div class="panels">${measures.map(measurePanel)}</div>`
}

function measurePanel({ name, ceiling, rules }: Measure): Markup {
  const { title, meaning } = MEASURE_WORDS[name]
  const plot = intervalPlot({
    scale: CORRELATIONS,
    zero: 0,
    lines: rules,
    ...(ceiling === null ? {} : { mark: { at: ceiling, sort: 'ceiling' as const } }),
  })
  return html`<figure><h3>${title}</h3><figcaption>${meaning}</figcaption>${plot}</figure>`
}

/** So many contributors can be read as a list. */
const MOST_LISTED = 12

function contributors({ contributors: all }: Certificate): Markup {
  if (isAbsent(all)) return NOTHING
  const title = html`<h2>Each contributor’s pay beside their worth</h2>`
  if (all.length <= MOST_LISTED)
    return html`${title}
<p class="quiet">Worth is in nats an answer: how much the log-odds of given answers, or the held-out loss, change without the contributor.</p>
<div class="scroll"><table><thead><tr><th>contribution</th><th>rows</th><th>kept</th><th>share of pay</th><th>net influence</th><th>answer worth</th><th>loss worth</th></tr></thead>
<tbody>${all.map(
      (one) =>
        html`<tr><td><code>${one.contribution.slice(0, 10)}…</code></td><td>${one.rows}</td><td>${one.kept}</td><td>${(100 * one.paid).toFixed(1)} %</td><td>${(100 * one.net).toFixed(1)} %</td><td>${spoken(one.answerWorth)}</td><td>${one.lossWorth.toPrecision(2)}</td></tr>`,
    )}</tbody></table></div>`
  const kinds = [...new Set(all.map(({ kind }) => kind ?? 'unknown'))]
  const plot = (of: 'answerWorth' | 'lossWorth', name: string): Markup => {
    const points = all.map((one) => ({
      x: one.paid,
      y: one[of],
      kind: one.kind ?? 'unknown',
      label: `${one.contribution.slice(0, 10)}…, ${one.rows} rows`,
    }))
    return html`<figure class="scatter"><h3>${name}</h3><figcaption>Nats an answer, beside the share of contributors’ pay by net influence</figcaption>${scatterPlot(points, 'share of pay', name)}</figure>`
  }
  return html`${title}
<div class="panels">${plot('answerWorth', 'Answer worth')}${plot('lossWorth', 'Loss worth')}</div>
<p class="legend">${kinds.map((kind) => html`<span><i class="${kind}"></i>${kind}</span>`)}</p>`
}

function earnings({ earnings: kinds }: Certificate): Markup {
  const title = html`<h2>What rows earn that add little or do harm</h2>`
  if (isAbsent(kinds)) return html`${title}<p>${kinds.absent}</p>`
  return html`${title}
<p class="quiet">Beside a row of the median honest contributor, who stands at 1. The scale is logarithmic.</p>
<div class="panels">${kinds.map(kindPanel)}</div>
<p class="legend"><span><i class="dash"></i>what such a row should earn at most</span></p>`
}

function kindPanel({ kind, rows, most, rules }: KindEarned): Markup {
  const lines = rules.map(({ rule, ratio }) => ({ rule, figure: ratio }))
  const plot = intervalPlot({ scale: RATIOS, zero: 1, lines, mark: { at: most, sort: 'most' } })
  return html`<figure><h3>${KIND_WORDS[kind]}</h3><figcaption>${rows} rows; at most ${spoken(most)}</figcaption>${plot}</figure>`
}

const KIND_WORDS: Readonly<Record<KindEarned['kind'], string>> = {
  flipped: 'The label flipped',
  noise: 'Words in no order',
  outlier: 'Texts from nowhere, rightly labelled',
  copied: 'Near-copies of another’s rows',
}

function figures({ worth: measures }: Certificate): Markup {
  if (isAbsent(measures)) return NOTHING
  const cell = (figure: IntervalFigure | undefined): Markup =>
    figure === undefined ? html`<td>–</td>` : html`<td>${spoken(figure.estimate)} ${range(figure)}</td>`
  const ofRule = (rule: keyof typeof RULE_WORDS): Markup =>
    html`<tr class="${rule === REFERENCE ? 'own' : ''}"><td>${RULE_WORDS[rule]}</td>${measures.map(({ rules }) =>
      cell(rules.find((one) => one.rule === rule)?.figure),
    )}</tr>`
  return html`<details><summary>All correlations in figures</summary><div class="scroll"><table>
<thead><tr><th></th>${measures.map(({ name }) => html`<th>${MEASURE_WORDS[name].title}</th>`)}</tr></thead>
<tbody>${(measures[0]?.rules ?? []).map(({ rule }) => ofRule(rule))}
<tr><td>ceiling, on these answers</td>${measures.map(({ ceiling }) => html`<td>${spoken(ceiling)}</td>`)}</tr>
<tr><td>ceiling, on others</td>${measures.map(({ ceilingOverAnswers }) => html`<td>${spoken(ceilingOverAnswers)}</td>`)}</tr>
<tr><td>reliability of the truth</td>${measures.map(({ reliability }) => cell(reliability))}</tr></tbody>
</table></div></details>`
}

function method({ sample, worth: measures }: Certificate): Markup {
  const trained = isAbsent(measures)
    ? NOTHING
    : html`<p>Every contributor was left out once and the model trained anew, with ${sample.seeds} seeds; so was every one of ${sample.halves} random halves, with ${sample.halfSeeds}. The run itself came out again to the last bit.</p>`
  return html`<h2>How this was measured</h2>
${trained}
<p>Net influence, fixed weights and an equal split are paid here as the chain pays them: units of rows in four bits, answers in one, integers to the last gwei. Intervals come from ${sample.replicates} resamples of contributors or halves, answers and training seeds, drawn from seed ${sample.seed}. All figures stand in ${CERTIFICATE_FILES.json}, whose hash the run’s manifest carries and the chain with it; anyone who has the items can make the same bytes again.</p>`
}

function range({ low, high }: IntervalFigure): string {
  return `[${spoken(low)}, ${spoken(high)}]`
}
