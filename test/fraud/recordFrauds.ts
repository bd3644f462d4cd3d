import { attribute, type Candidates, scoreAll, weigh } from '../../attribution/attribution.ts'
import { packSketch, unpackSketch } from '../../attribution/sketch.ts'
import type { InferenceRecord, RecordRow } from '../../sdk/record.ts'
import type { Draw } from './draw.ts'

/** Everything that an operator can write into a record that the Ledger takes and that is not the attribution. */
export interface Served {
  readonly candidates: Candidates
  readonly topK: number
  readonly accountOfRow: ReadonlyMap<number, number>
  /** Rows without a leaf: near-copies. */
  readonly absentRows: readonly number[]
  readonly accounts: readonly number[]
}

/** A record changed into a wrong one; none where this fraud cannot be done to it. */
export type RecordFraud = (honest: InferenceRecord, served: Served, draw: Draw) => InferenceRecord | undefined

const TOTAL = 65_535

export const recordFrauds: Readonly<Record<string, RecordFraud>> = {
  'weights off by one': ({ rows, ...rest }, _, draw) => {
    const last = rows.length - 1
    if (last < 1 || (rows[last]?.weight ?? 0) < 1) return undefined
    const from = 1 + draw.below(last)
    return keepOrder({ ...rest, rows: rows.map((row, i) => shifted(row, i === 0 ? 1 : i === from ? -1 : 0)) })
  },
  'weights drawn at random': ({ rows, ...rest }, _, draw) => {
    if (rows.length < 2) return undefined
    const weights = partition(rows.length, draw)
    return { ...rest, rows: rows.map((row, i) => ({ ...row, weight: weights[i] ?? 0 })) }
  },
  'everything to the first row': ({ rows, ...rest }) =>
    rows.length < 2 ? undefined : { ...rest, rows: rows.map((row, i) => ({ ...row, weight: i === 0 ? TOTAL : 0 })) },
  'two rows swapped': ({ rows, ...rest }, _, draw) => {
    if (rows.length < 2) return undefined
    const i = draw.below(rows.length - 1)
    const places = rows.map((_, k) => (k === i ? i + 1 : k === i + 1 ? i : k))
    return {
      ...rest,
      rows: places.map((place, k) => ({ ...(rows[place] as RecordRow), weight: rows[k]?.weight ?? 0 })),
    }
  },
  'a row dropped': (honest, served, draw) => {
    if (honest.rows.length < 2) return undefined
    const dropped = draw.pick(honest.rows).row
    return {
      ...honest,
      rows: weighed(
        honest,
        served,
        honest.rows.map(({ row }) => row).filter((row) => row !== dropped),
      ),
    }
  },
  'fewer rows than moved the answer': (honest, served, draw) => {
    if (honest.rows.length < 3) return undefined
    const kept = honest.rows.slice(0, 1 + draw.below(honest.rows.length - 2)).map(({ row }) => row)
    return { ...honest, rows: weighed(honest, served, kept) }
  },
  'no rows at all': (honest) => (honest.rows.length === 0 ? undefined : { ...honest, rows: [] }),
  'a lesser row in a better one’s place': (honest, served, draw) => {
    const { rows } = honest
    const more = attribute(unpackSketch(honest.sketch), served.candidates, rows.length + 8).slice(rows.length)
    if (rows.length < served.topK || more.length === 0) return undefined
    const out = draw.pick(rows).row
    const listed = [...rows.map(({ row }) => row).filter((row) => row !== out), draw.pick(more).row]
    return { ...honest, rows: weighed(honest, served, listed) }
  },
  'a row that moved nothing': (honest, served, draw) => {
    const { rows } = honest
    if (rows.length < 2) return undefined
    const scores = scoreAll(unpackSketch(honest.sketch), served.candidates)
    const silent = [...served.candidates.rows].filter((_, i) => scores[i] === 0)
    if (silent.length === 0) return undefined
    const row = draw.pick(silent)
    const account = served.accountOfRow.get(row) ?? 0
    return { ...honest, rows: rows.map((listed, i) => (i === rows.length - 1 ? { ...listed, row, account } : listed)) }
  },
  'the rows of another answer': (honest, _, draw) => {
    if (honest.rows.length === 0) return undefined
    const other = packSketch(unpackSketch(honest.sketch).map((code) => (draw.below(2) === 0 ? -code : code)))
    return { ...honest, sketch: other }
  },
  'a sketch altered afterwards': (honest, _, draw) => {
    if (honest.rows.length === 0) return undefined
    const codes = unpackSketch(honest.sketch)
    for (let i = 0; i < 4; i++) codes[draw.below(codes.length)] = draw.below(15) - 7
    return { ...honest, sketch: packSketch(codes) }
  },
  'a row credited to another account': (honest, served, draw) => {
    if (honest.rows.length === 0) return undefined
    const i = draw.below(honest.rows.length)
    const others = served.accounts.filter((account) => account !== honest.rows[i]?.account)
    const account = draw.pick(others)
    return { ...honest, rows: honest.rows.map((row, k) => (k === i ? { ...row, account } : row)) }
  },
  'every row credited to one account': (honest, served, draw) => {
    const account = draw.pick(served.accounts)
    if (honest.rows.every((row) => row.account === account)) return undefined
    return { ...honest, rows: honest.rows.map((row) => ({ ...row, account })) }
  },
  'a row without a leaf': (honest, served, draw) => {
    if (honest.rows.length === 0 || served.absentRows.length === 0) return undefined
    const i = draw.below(honest.rows.length)
    const row = draw.pick(served.absentRows)
    return { ...honest, rows: honest.rows.map((listed, k) => (k === i ? { ...listed, row } : listed)) }
  },
}

/** Rows by their scores, weighed as the rules weigh them. */
function weighed(
  { sketch }: InferenceRecord,
  { candidates, accountOfRow }: Served,
  rows: readonly number[],
): readonly RecordRow[] {
  const scores = scoreAll(unpackSketch(sketch), candidates)
  const scored = rows
    .map((row) => ({ row, score: scores[candidates.rows.indexOf(row)] ?? 0 }))
    .sort((a, b) => b.score - a.score || a.row - b.row)
  return weigh(scored).map(({ row, weight }) => ({ row, account: accountOfRow.get(row) ?? 0, weight }))
}

function shifted(row: RecordRow, by: number): RecordRow {
  return { ...row, weight: row.weight + by }
}

/** The Ledger takes descending weights only. */
function keepOrder(record: InferenceRecord): InferenceRecord | undefined {
  const descend = record.rows.every(({ weight }, i) => i === 0 || weight <= (record.rows[i - 1]?.weight ?? 0))
  return descend ? record : undefined
}

/** Descending numbers that sum to the whole. */
function partition(parts: number, draw: Draw): readonly number[] {
  const cuts = Array.from({ length: parts - 1 }, () => draw.below(TOTAL + 1)).sort((a, b) => a - b)
  const ends = [...cuts, TOTAL]
  return ends.map((end, i) => end - (ends[i - 1] ?? 0)).sort((a, b) => b - a)
}
