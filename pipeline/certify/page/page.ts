/** `certificate.html`: a certificate for people, in one file that asks nobody for anything. */
import {
  CERTIFICATE_FILES,
  type Certificate,
  type IntervalFigure,
  isAbsent,
  type KindEarned,
  type Measure,
} from '../certificate.ts'
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
${facts(certificate)}
${worth(certificate)}
${contributors(certificate)}
${earnings(certificate)}
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
  return html`<h1>Do payouts follow worth?</h1>
<p class="quiet">Quality certificate of a fine-tune of ${run.base}${task}, adapter <code>${run.adapterHash}</code></p>`
}

function verdict({ verdict: { recommended, because } }: Certificate): Markup {
  return html`<section class="verdict ${recommended}"><strong>${RECOMMENDED_WORDS[recommended]}</strong>
<ul>${because.map((reason) => html`<li>${reason}</li>`)}</ul></section>`
}

function facts({ run, sample, flippedBySelfInfluence, rounding }: Certificate): Markup {
  const fact = (term: string, value: string, detail: string): Markup =>
    html`<div><dt>${term}</dt><dd>${value}<small>${detail}</small></dd></div>`
  const whole = (count: number): string => count.toLocaleString('en-US')
  const queries = rounding.queries === 'served answers' ? 'answers' : 'training rows as queries'
  return html`<dl class="facts">
${fact('rows', whole(run.rows), `of ${run.contributions} contributions`)}
${fact('not credited', whole(run.duplicates + run.flagged), `${run.duplicates} near-copies, ${run.flagged} that fight all that was learnt`)}
${fact('paid for', whole(sample.answers), `${queries}, top ${run.sketch.topK} of ${run.sketch.dims} × 4 bits`)}
${fact('four bits keep', spoken(rounding.correlation.estimate), `rank correlation of rows’ pay, ${range(rounding.correlation)}`)}
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

function worth({ worth: measures }: Certificate): Markup {
  const title = html`<h2>By each rule, how far pay follows worth</h2>`
  if (isAbsent(measures)) return html`${title}<p>${measures.absent}</p>`
  return html`${title}
<p class="quiet">Dots are estimates, lines 95 % intervals by the bootstrap. The dashed line is the ceiling that the truth’s own noise sets.</p>
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

function contributors({ contributors: all }: Certificate): Markup {
  if (isAbsent(all)) return NOTHING
  const kinds = [...new Set(all.map(({ kind }) => kind ?? 'unknown'))]
  const plot = (of: 'answerWorth' | 'lossWorth', title: string): Markup => {
    const points = all.map((one) => ({
      x: one.paid,
      y: one[of],
      kind: one.kind ?? 'unknown',
      label: `${one.contribution.slice(0, 10)}…, ${one.rows} rows`,
    }))
    return html`<figure class="scatter"><h3>${title}</h3><figcaption>Nats an answer, beside the share of all contributors’ fees</figcaption>${scatterPlot(points, 'share of fees', title)}</figure>`
  }
  return html`<h2>Each contributor’s pay beside their worth</h2>
<div class="panels">${plot('answerWorth', 'Answer worth')}${plot('lossWorth', 'Loss worth')}</div>
<p class="legend">${kinds.map((kind) => html`<span><i class="${kind}"></i>${kind}</span>`)}</p>`
}

function earnings({ earnings: kinds }: Certificate): Markup {
  const title = html`<h2>What rows earn that deserve little</h2>`
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
    html`<tr class="${rule === 'ledger' ? 'own' : ''}"><td>${RULE_WORDS[rule]}</td>${measures.map(({ rules }) =>
      cell(rules.find((one) => one.rule === rule)?.figure),
    )}</tr>`
  return html`<details><summary>All correlations in figures</summary><div class="scroll"><table>
<thead><tr><th></th>${measures.map(({ name }) => html`<th>${MEASURE_WORDS[name].title}</th>`)}</tr></thead>
<tbody>${(measures[0]?.rules ?? []).map(({ rule }) => ofRule(rule))}
<tr><td>ceiling</td>${measures.map(({ ceiling }) => html`<td>${spoken(ceiling)}</td>`)}</tr>
<tr><td>reliability of the truth</td>${measures.map(({ reliability }) => cell(reliability))}</tr></tbody>
</table></div></details>`
}

function method({ sample, worth: measures }: Certificate): Markup {
  const trained = isAbsent(measures)
    ? NOTHING
    : html`<p>Every contributor was left out once and the model trained anew, with ${sample.seeds} seeds; so was every one of ${sample.halves} random halves, with ${sample.halfSeeds}. The run itself came out again to the last bit.</p>`
  return html`<h2>How this was measured</h2>
${trained}
<p>The rule under test is the one that is paid: unit rows, clipped, top K, four bits, near-copies under their original. Intervals come from ${sample.replicates} resamples of contributors or halves, answers and training seeds, drawn from seed ${sample.seed}. All figures stand in ${CERTIFICATE_FILES.json}, whose hash the run’s manifest carries and the chain with it; whoever has the items can make the same bytes again.</p>`
}

function range({ low, high }: IntervalFigure): string {
  return `[${spoken(low)}, ${spoken(high)}]`
}
