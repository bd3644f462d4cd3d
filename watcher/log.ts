import type { ModelCase } from './caseQueue.ts'
import type { Metrics } from './metrics.ts'

/** Logs an event, one line each. */
export type Log = (event: string, facts?: Readonly<Record<string, unknown>>) => void

/** Logs lines of JSON. */
export function jsonLog(write: (line: string) => void, now: () => Date): Log {
  return (event, facts = {}) => {
    const line = { at: now().toISOString(), event, ...facts }
    write(`${JSON.stringify(line, (_, value) => (typeof value === 'bigint' ? `${value}` : value))}\n`)
  }
}

/** Logs each row index that was read, and each reason why one was not. */
export function logRowIndexes({ count }: Metrics, log: Log): (file: ModelCase) => void {
  const known = new Set<string>()
  return (modelCase) => {
    const { model, index } = modelCase.model
    if (modelCase.kind === 'unread') {
      const { why } = modelCase
      const key = `${index.root} ${why}`
      if (!known.has(key)) log('index missing', { model, why })
      known.add(key)
      return
    }
    const { checked, absent, foreign } = modelCase
    const rows = checked.raw.units.reduce((sum, unit) => sum + unit.length, 0)
    log('index read', { model, units: checked.headers.length, rows, faults: checked.faults.length })
    for (const { proof, ...places } of checked.faults) {
      count('watcher_faults_found_total', 1, { kind: proof })
      log('fault', { kind: proof, model, ...places })
    }
    for (const place of foreign) {
      count('watcher_faults_found_total', 1, { kind: 'foreign item' })
      log('fault', { kind: 'foreign item', model, ...place })
    }
    // Nothing on chain shows that a row is missing: its contributor may appeal.
    for (const { contribution, items } of absent) log('items absent', { model, contribution, items })
  }
}
