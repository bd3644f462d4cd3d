/** Figures with their intervals, a line a rule, on one scale. Positions are percentages, so lines stretch and letters do not. */
import type { IntervalFigure } from '../certificate.ts'
import { REFERENCE, type RuleName } from '../rules/outcome.ts'
import { html, type Markup, NOTHING } from './markup.ts'
import { spoken, written } from './numbers.ts'
import { RULE_WORDS } from './words.ts'

export interface Scale {
  /** A value's place, from 0 to 1. */
  readonly place: (value: number) => number
  readonly ticks: readonly number[]
}

export interface IntervalPlot {
  readonly scale: Scale
  readonly lines: readonly { readonly rule: RuleName; readonly figure: IntervalFigure }[]
  /** Where a dashed line stands, and of which sort. */
  readonly mark?: { readonly at: number; readonly sort: 'ceiling' | 'most' }
  readonly zero: number
}

export const CORRELATIONS: Scale = { place: (value) => (value + 1) / 2, ticks: [-1, -0.5, 0, 0.5, 1] }

const FEWEST = 0.01
const MOST = 100
/** Ratios over four powers of ten; what lies beyond stands at the edge. */
export const RATIOS: Scale = {
  place: (value) => Math.log10(Math.min(MOST, Math.max(FEWEST, value)) / FEWEST) / Math.log10(MOST / FEWEST),
  ticks: [0.01, 0.1, 1, 10, 100],
}

export function intervalPlot({ scale, lines, mark, zero }: IntervalPlot): Markup {
  const x = (value: number): string => `${(100 * Math.min(1, Math.max(0, scale.place(value)))).toFixed(2)}%`
  const upright = (value: number, sort: string): Markup =>
    html`<line class="${sort}" x1="${x(value)}" x2="${x(value)}" y1="0" y2="100%"/>`
  const marked = mark === undefined ? NOTHING : upright(mark.at, mark.sort)
  const line = ({ rule, figure: { estimate, low, high } }: IntervalPlot['lines'][number]): Markup => {
    const own = rule === REFERENCE
    const sort = own ? 'reference' : 'other'
    const drawn =
      estimate === null || low === null || high === null
        ? NOTHING
        : html`<line class="${sort} reach" x1="${x(low)}" x2="${x(high)}" y1="50%" y2="50%"/><circle class="${sort}" cx="${x(estimate)}" cy="50%" r="${own ? 5 : 3.5}"/>`
    return html`<span class="name ${own ? 'own' : ''}">${RULE_WORDS[rule]}</span>
<svg role="img" aria-label="${RULE_WORDS[rule]}: ${spoken(estimate)}, from ${spoken(low)} to ${spoken(high)}"><rect class="ground" width="100%" height="100%" rx="3"/>${upright(zero, 'zero')}${marked}${drawn}</svg>
<span class="value ${own ? 'own' : ''}">${spoken(estimate)}</span>`
  }
  const ticks = scale.ticks.map((tick, i) => {
    const anchor = i === 0 ? 'start' : i === scale.ticks.length - 1 ? 'end' : 'middle'
    return html`<text class="${i % 2 === 1 ? 'minor' : ''}" x="${x(tick)}" y="14" text-anchor="${anchor}">${written(tick)}</text>`
  })
  return html`<div class="intervals">${lines.map(line)}<span></span><span class="axis"><svg aria-hidden="true">${ticks}</svg></span><span></span></div>`
}
