import type { DemoSettings } from './settings.ts'
import type { Summary, TaskSummary } from './summary.ts'

/** What the demo should come to, and what to say where it came to something else. */

const MOST_GAS_A_CALL = 4_300
const MOST_GAS_FOR_A_REPEAT_CLAIM = 50_000
/** Smaller batches share a transaction's own cost among too few. */
const ENOUGH_A_BATCH = 200
/** Below this many held-out texts an accuracy says little, and below this many rows what a kind of row earns does too. */
const ENOUGH_HELD_OUT = 200
const ENOUGH_ROWS = 800

type Unjudged = Omit<Summary, 'audit' | 'deviations' | 'seconds'>

export function deviationsOf(summary: Unjudged, settings: DemoSettings): string[] {
  const said = [...gasDeviations(summary), ...summary.tasks.flatMap((task) => taskDeviations(task))]
  const small = settings.tasks.filter(
    ({ heldOut, rows }) => heldOut < ENOUGH_HELD_OUT || (rows !== 'all' && rows < ENOUGH_ROWS),
  )
  if (said.length > 0 && small.length > 0)
    said.push('This run is small: at full size such figures come closer to the plan.')
  return said
}

function gasDeviations({ gas }: Unjudged): string[] {
  const said: string[] = []
  const last = gas.batches.findLast(({ inferences }) => inferences >= ENOUGH_A_BATCH)
  if (last !== undefined && last.gasUsed / last.inferences > MOST_GAS_A_CALL) {
    said.push(
      `Recording a call of the last large batch cost ${Math.round(last.gasUsed / last.inferences)} gas; the plan is ${MOST_GAS_A_CALL}.`,
    )
  }
  const repeats = gas.claims.filter(({ repeat, act }) => repeat && act === 'claim').map(({ gasUsed }) => gasUsed)
  const dearest = Math.max(0, ...repeats)
  if (dearest > MOST_GAS_FOR_A_REPEAT_CLAIM)
    said.push(`A repeat claim cost ${dearest} gas; the plan is ${MOST_GAS_FOR_A_REPEAT_CLAIM}.`)
  return said
}

function taskDeviations({ task, relativePay, inferences, accuracy }: TaskSummary): string[] {
  const said = Object.entries(relativePay).flatMap(([kind, { paid, most, asItShould }]) =>
    asItShould
      ? []
      : [
          `${task}: a ${kind} row earned ${paid.toFixed(2)} of what a median honest row did; the plan is at most ${most}.`,
        ],
  )
  if (inferences !== accuracy.heldOut)
    said.push(`${task}: ${inferences} calls were recorded of ${accuracy.heldOut} that were asked.`)
  if (accuracy.fineTuned < accuracy.nf4)
    said.push(
      `${task}: fine-tuning did not help: ${percent(accuracy.fineTuned)} right, and ${percent(accuracy.nf4)} with a head alone.`,
    )
  if (accuracy.fineTuned <= accuracy.majority)
    said.push(`${task}: the model answers no better than its majority label would.`)
  return said
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
