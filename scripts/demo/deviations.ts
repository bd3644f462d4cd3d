import type { DemoSettings } from './settings.ts'
import type { Summary } from './summary.ts'

/** The plan that the demo is held to, and what to say where it went otherwise. */

const MOST_GAS_OVER_FLOOR = 1.25
const MOST_GAS_FOR_A_REPEAT_CLAIM = 60_000
/** Below this many held-out mails an accuracy says little, and below this many rows what a kind of row earns does too. */
const ENOUGH_HELD_OUT = 200
const ENOUGH_ROWS = 1_000

export function deviationsOf(summary: Omit<Summary, 'deviations'>, { heldOut, rows }: DemoSettings): string[] {
  const { accuracy, gas, relativePay, inferences } = summary
  const said: string[] = []
  for (const [kind, { paid, most, asItShould }] of Object.entries(relativePay)) {
    if (!asItShould) {
      said.push(
        `A ${kind} row earned ${paid.toFixed(2)} of what a median honest row did; it should earn at most ${most}.`,
      )
    }
  }
  const last = gas.batches.at(-1)
  const lastRatio = last === undefined ? 0 : last.gasUsed / last.floor
  if (lastRatio > MOST_GAS_OVER_FLOOR) {
    said.push(
      `Recording the last batch cost ${lastRatio.toFixed(2)} times the calldata floor of its bytes; the plan is ` +
        `${MOST_GAS_OVER_FLOOR}. Real sketches hold many zero bytes, which lower the floor, and some accounts were paid for the first time.`,
    )
  }
  const dearest = Math.max(
    0,
    ...gas.claims.filter(({ repeat, act }) => repeat && act === 'claim').map(({ gasUsed }) => gasUsed),
  )
  if (dearest > MOST_GAS_FOR_A_REPEAT_CLAIM) {
    said.push(`A repeat claim cost ${dearest} gas; the plan is ${MOST_GAS_FOR_A_REPEAT_CLAIM}.`)
  }
  if (inferences !== heldOut)
    said.push(`${inferences} inferences were recorded where ${heldOut} mails were asked about.`)
  if (accuracy.fineTuned < accuracy.nf4) {
    said.push(
      `Fine-tuning did not help: ${percent(accuracy.fineTuned)} beside ${percent(accuracy.nf4)} with a head alone.`,
    )
  }
  if (accuracy.fineTuned <= accuracy.majority) said.push('The model answers no better than its majority label would.')
  if (said.length > 0 && (heldOut < ENOUGH_HELD_OUT || (rows !== 'all' && rows < ENOUGH_ROWS))) {
    said.push(`This run is small (${summary.rows} rows, ${heldOut} mails); such figures settle at full size.`)
  }
  return said
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
