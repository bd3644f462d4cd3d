import { type Hex, zeroHash } from 'viem'
import type { InferenceRecord } from '../../sdk/record.ts'
import type { Draw } from './draw.ts'
import { fileOf, indexFrauds, rootOfEntries } from './indexFrauds.ts'
import { landscape } from './landscape.ts'
import { accountsOf, candidatesFrom, honestModel, honestRecord, rubbish } from './models.ts'
import { recordFrauds } from './recordFrauds.ts'
import { hashOf, publish, type Stage } from './stage.ts'

export interface SmallModel {
  readonly seed: number
  /** How its index is forged; honest without one. */
  readonly kind?: string
  /** How its first record is. */
  readonly lie?: string
}

const SMALL = { rowsEach: 5, dims: 128, topK: 4 } as const

/** A small model with some calls, its index forged in one way or, without one, honest. */
export async function serveSmallModel(stage: Stage, { kind, seed, lie }: SmallModel, draw: Draw) {
  const { rowsEach, dims, topK } = SMALL
  const land = landscape(seed, dims, 6)
  const { entries: honest, rowCount } = honestModel(stage.contributions, rowsEach, 0, land, draw)
  const { tooLate, withdrawn, contributions } = stage
  const itemOf = (name: Hex): Hex => (name === tooLate.name ? tooLate : withdrawn).items[0] ?? zeroHash
  const outside = { tooLate: tooLate.name, withdrawn: withdrawn.name, itemOf }
  const fraud = kind === undefined ? undefined : indexFrauds[kind]
  const { entries, row, published } = fraud?.({ entries: honest, rowCount, land, outside }, draw) ?? {
    entries: honest,
    row: undefined,
    published: 'file' as const,
  }
  const file =
    published === 'rubbish' ? rubbish(draw) : fileOf(published === 'file' ? entries : honest.slice(1), rowCount, dims)
  const registered = published === 'nothing' ? fileOf(entries, rowCount, dims) : file
  if (published !== 'nothing') publish(stage, file)
  const root = rootOfEntries(entries)
  const model = await stage.register({ root, indexHash: hashOf(registered), rowCount, dims, topK })

  const candidates = candidatesFrom(entries, rowCount, dims)
  const accountOfRow = accountsOf(entries, [...contributions, tooLate, withdrawn], stage.operator)
  const near = candidates.rows.indexOf(row ?? -1)
  const queries = Array.from({ length: 6 }, (_, i) =>
    i % 2 === 0 && near >= 0 ? land.copy(candidates.codes.subarray(near * dims, (near + 1) * dims)) : land.query(),
  )
  const records = queries.map((query) => honestRecord(query, candidates, topK, accountOfRow, stage.payers, draw))
  if (lie !== undefined) {
    const accounts = [...new Set(accountOfRow.values()), stage.operator]
    const served = { candidates, topK, accountOfRow, absentRows: [], accounts }
    const wrong = recordFrauds[lie]?.(records[0] as InferenceRecord, served, draw)
    if (wrong === undefined) throw new Error(`${lie} cannot be done to the first record`)
    records[0] = wrong
  }
  const batch = await stage.record(model, { dims, topK, rowCount }, records)
  return {
    model,
    rows: entries.map((entry) => entry.row),
    records: new Map(records.map((record, index) => [`${batch}/${index}`, record])),
  }
}
