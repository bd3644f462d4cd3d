/**
 * What contributors were paid, beside what they are worth: a dot a contributor. Worth stands by its signed square root, since
 * the few who do harm do a lot of it.
 */
import { html, type Markup } from './markup.ts'

export interface ScatterPoint {
  readonly x: number
  readonly y: number
  readonly kind: string
  readonly label: string
}

const WIDTH = 420
const HEIGHT = 300
const MARGIN = { left: 60, right: 12, top: 10, bottom: 40 }

export function scatterPlot(points: readonly ScatterPoint[], xTitle: string, yTitle: string): Markup {
  const xs = extent(points.map(({ x }) => x))
  const heights = points.map(({ y }) => signedRoot(y))
  const ys = extent(heights)
  const px = (x: number): string => (MARGIN.left + ((x - xs.low) / (xs.high - xs.low)) * innerWidth).toFixed(1)
  const py = (y: number): string =>
    (MARGIN.top + (1 - (signedRoot(y) - ys.low) / (ys.high - ys.low)) * innerHeight).toFixed(1)
  const bottom = MARGIN.top + innerHeight
  const right = MARGIN.left + innerWidth
  const dots = points.map(
    ({ x, y, kind, label }) =>
      html`<circle class="dot ${kind}" cx="${px(x)}" cy="${py(y)}" r="5"><title>${label}</title></circle>`,
  )
  const zero =
    ys.low < 0 && ys.high > 0
      ? [html`<line class="zero" x1="${MARGIN.left}" x2="${right}" y1="${py(0)}" y2="${py(0)}"/>`]
      : []
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${yTitle}, beside ${xTitle}">
<rect class="ground" x="${MARGIN.left}" y="${MARGIN.top}" width="${innerWidth}" height="${innerHeight}" rx="3"/>${zero}${dots}
${ticksOf(xs).map((tick) => html`<text x="${px(tick)}" y="${bottom + 14}" text-anchor="middle">${(100 * tick).toFixed(0)} %</text>`)}
${rootTicksOf(ys).map((tick) => html`<text x="${MARGIN.left - 6}" y="${py(tick)}" dy="4" text-anchor="end">${tidy(tick)}</text>`)}
<text x="${(MARGIN.left + right) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${xTitle}</text>
</svg>`
}

const innerWidth = WIDTH - MARGIN.left - MARGIN.right
const innerHeight = HEIGHT - MARGIN.top - MARGIN.bottom

interface Extent {
  readonly low: number
  readonly high: number
}

/** The values' range, with a little air. */
function extent(values: readonly number[]): Extent {
  const low = Math.min(...values)
  const high = Math.max(...values)
  const air = (high - low || 1) * 0.06
  return { low: low - air, high: high + air }
}

/** Three to seven round numbers within a range. */
function ticksOf({ low, high }: Extent): readonly number[] {
  const rough = (high - low) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  const first = Math.ceil(low / step)
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step)
}

const signedRoot = (value: number): number => Math.sign(value) * Math.sqrt(Math.abs(value))

/** Zero, and on both sides the round numbers whose roots lie well apart within a range of roots. */
function rootTicksOf({ low, high }: Extent): readonly number[] {
  const reach = Math.max(-low, high)
  const power = 10 ** Math.floor(Math.log10(reach ** 2))
  const sizes = [0.1, 0.5, 1, 2, 5].map((factor) => factor * power)
  const all = [...sizes.map((size) => -size).reverse(), 0, ...sizes]
  return all.filter((tick) => signedRoot(tick) >= low && signedRoot(tick) <= high)
}

function tidy(value: number): string {
  const text = String(Number(Math.abs(value).toPrecision(3)))
  return value < 0 ? `−${text}` : text
}
