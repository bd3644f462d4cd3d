import { hexToBytes } from 'viem'
import { unitTerms } from '../../attribution/explanation.ts'
import { type Explainer, explainerOf } from '../../attribution/fast/explainer.ts'
import { decodeRowIndex, type RowIndex } from '../../attribution/rowIndex.ts'
import { unpackSketch } from '../../attribution/sketch.ts'
import type { Receipt } from '../../sdk/receipt.ts'
import type { OfferedModel } from '../gateway.ts'

/** Which rows and units moved an answer. An explanation, not money: anybody computes the same from receipt and published rows. */

const BEST = 8

interface Rows {
  readonly explain: Explainer
  readonly index: RowIndex
}

const loaded = new WeakMap<OfferedModel, Rows>()

export function explainAnswer(model: OfferedModel, { querySketch }: Receipt): object {
  const { indexFile, serving } = model
  if (indexFile === undefined || serving.k === 0) return {}
  const query = unpackSketch(hexToBytes(querySketch))
  const { explain, index } = rowsOf(model, indexFile)
  const found = explain(query, BEST)
  const named = ({ unit, row, term }: (typeof found.for)[number]) => ({
    unit,
    row,
    term,
    item_hash: index.units[unit]?.[row]?.itemHash,
  })
  return {
    explanation: { for: found.for.map(named), against: found.against.map(named) },
    units: unitTerms(query, serving.model.registered.units),
  }
}

function rowsOf(model: OfferedModel, file: Uint8Array): Rows {
  const found = loaded.get(model)
  if (found !== undefined) return found
  const index = decodeRowIndex(file)
  const rows = { index, explain: explainerOf(index.units, index.k) }
  loaded.set(model, rows)
  return rows
}
