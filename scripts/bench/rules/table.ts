import { markdownTable } from '../../documentTables.ts'
import type { RuleFigures } from './judge.ts'

const FIGURES = ['answer', 'loss', 'halves', 'flipped', 'noise', 'outlier', 'copied'] as const
const HEADINGS = ['answer worth', 'loss worth', 'answer worth of halves', 'flipped', 'noise', 'outlier', 'copied']

/** The mean over the splits of every rule's figures, in Markdown. */
export function tableOf(task: string, splits: readonly (readonly RuleFigures[])[]): string {
  const [first = []] = splits
  const lines = first.map(({ name }, at) => {
    const cells = FIGURES.map((figure) => {
      const values = splits.map((rules) => rules[at]?.[figure] ?? Number.NaN)
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      return Number.isFinite(mean) ? mean.toFixed(2).replace('-', '−') : '–'
    })
    return [name, ...cells]
  })
  return `### ${task}, mean of ${splits.length} splits\n\n${markdownTable(['rule', ...HEADINGS], lines)}`
}
