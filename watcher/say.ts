import type { ModelFile } from './docket.ts'
import type { Metrics } from './metrics.ts'

/** Says what happened, one line an act. */
export type Say = (event: string, facts?: Readonly<Record<string, unknown>>) => void

/** Says it as a line of JSON. */
export function sayJson(write: (line: string) => void, now: () => Date): Say {
  return (event, facts = {}) => {
    const line = { at: now().toISOString(), event, ...facts }
    write(`${JSON.stringify(line, (_, value) => (typeof value === 'bigint' ? `${value}` : value))}\n`)
  }
}

/** Tells of a row index that was read, or is not to be had. */
export function tellExamined({ count }: Metrics, say: Say): (file: ModelFile) => void {
  const known = new Set<string>()
  const once = (key: string, tell: () => void): void => {
    if (known.has(key)) return
    known.add(key)
    tell()
  }
  return (file) => {
    const { model, index } = file.model
    if (file.kind === 'unread') {
      once(`${index.root} ${file.why}`, () => say('index missing', { model, why: file.why }))
      return
    }
    const { checked, absent, foreign } = file
    const rows = checked.raw.units.reduce((sum, unit) => sum + unit.length, 0)
    say('index read', { model, units: checked.headers.length, rows, faults: checked.faults.length })
    for (const { proof, ...places } of checked.faults) {
      count('watcher_faults_found_total', 1, { kind: proof })
      say('fault', { kind: proof, model, ...places })
    }
    for (const place of foreign) {
      count('watcher_faults_found_total', 1, { kind: 'foreign item' })
      say('fault', { kind: 'foreign item', model, ...place })
    }
    // Nothing on chain shows that a row is missing: whoever contributed it may appeal.
    for (const { contribution, items } of absent) say('items absent', { model, contribution, items })
  }
}
