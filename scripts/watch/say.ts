import type { BatchFile, ModelFile } from './docket.ts'
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

/** Tells of a batch that was judged. */
export function tellJudged({ count }: Metrics, say: Say): (batch: BatchFile) => void {
  return ({ batch, records, faults }) => {
    count('watcher_records_checked_total', records.length)
    faults.forEach((fault, index) => {
      if (fault === undefined || fault.kind === 'StruckRow') return
      const { header } = batch
      count('watcher_faults_found_total', 1, { kind: fault.kind })
      say('fault', {
        kind: fault.kind,
        batch: Number(header.batch),
        index,
        model: header.model,
        operator: header.operator,
      })
    })
  }
}

/** Tells of an index that was examined. */
export function tellExamined({ count }: Metrics, say: Say): (file: ModelFile) => void {
  const known = new Set<string>()
  return (file) => {
    const { model } = file.model
    if (file.kind === 'unread') {
      say('index missing', { model, why: file.why })
      return
    }
    if (file.faults.length === 0) say('index read', { model, entries: file.judged.index.entries.length })
    for (const { kind, row, reason } of file.faults) {
      const key = `${file.model.root} ${kind} ${row}`
      if (known.has(key)) continue
      known.add(key)
      count('watcher_faults_found_total', 1, { kind })
      say('fault', { kind, model, row, reason })
    }
  }
}
