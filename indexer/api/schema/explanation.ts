import { type Hex, hexToBytes, zeroHash } from 'viem'
import { unitTerms } from '../../../attribution/explanation.ts'
import { MalformedError } from '../../../attribution/malformed.ts'
import { checkSigns, signsOf } from '../../../attribution/querySketch.ts'
import { unpackSketch } from '../../../attribution/sketch.ts'
import type { ModelUnits } from '../computed/modelUnits.ts'
import { type FoundRow, MOST_ROWS, type RowsFound } from '../computed/rowExplainer.ts'
import { unit } from '../entities/unit.ts'
import type { AsOf } from '../query/asOf.ts'
import { BadRequest } from '../query/badRequest.ts'
import type { Context } from '../query/context.ts'
import type { Row } from '../query/entity.ts'
import { listOf } from './lists.ts'
import { unitsOf } from './pay.ts'

/**
 * Which rows moved an answer: an explanation and not money, computed on request. docs/protocol.md,
 * "Explanations".
 */

export const explanationSdl = `
"What a unit’s sketch says of an answer."
type UnitTerm {
  "The unit’s number."
  unitId: UInt!
  "The unit."
  unit: Unit!
  "scale · (query · sketch), which may be negative; or the fixed weight, or the kept rows."
  term: BigInt!
}
"A row that moved an answer, towards it or away."
type RowTerm {
  "The unit’s number."
  unitId: UInt!
  "Its place within the unit, from 0."
  row: UInt!
  "The unit that it is of."
  unit: Unit!
  "min(mult, cap) · (query · codes)."
  term: BigInt!
  "keccak256 of its item, salted: who holds the item and its salt knows it by that."
  itemHash: Bytes!
}
"Units that moved an answer."
type UnitTermPage {
  "Largest term first."
  items: [UnitTerm!]!
  "How many there are in all."
  totalCount: UInt!
}
"Rows that moved an answer."
type RowTermPage {
  "Those that moved it most, first."
  items: [RowTerm!]!
  "How many were found."
  totalCount: UInt!
}
"Which rows and units moved an answer: an explanation and not money."
type Explanation {
  "What it comes from."
  source: ExplanationSource!
  "In a sentence: what this is, and why it is no more."
  note: String!
  "Largest term first."
  units("1 to 500." limit: UInt = 50): UnitTermPage!
  "Rows that moved the answer most towards it, best first; none without the row index."
  for("1 to ${MOST_ROWS}." limit: UInt = 10): RowTermPage!
  "Rows that moved it most away, best first."
  against("1 to ${MOST_ROWS}." limit: UInt = 10): RowTermPage!
}
extend type Inference {
  "Which rows and units moved the answer. With the receipt's int4 sketch, which says more than the record's bits, it is the more exact."
  explanation("The packed int4 sketch of the query." sketch: Bytes): Explanation!
}
`

interface Explained {
  readonly source: 'RowIndex' | 'Units' | 'FixedWeights' | 'KeptRows'
  readonly note: string
  readonly terms: readonly bigint[]
  readonly rows: Extract<RowsFound, { kind: 'found' }>
  readonly at: AsOf
  readonly model: bigint
}

interface Limited {
  readonly limit: bigint
}

export const explanationResolvers = {
  Inference: { explanation: explain },
  Explanation: {
    units: ({ terms, at, model }: Explained, { limit }: Limited) => {
      const numbered = terms.map((term, number) => ({ number, term, at, model }))
      const best = numbered.toSorted((a, b) => (a.term === b.term ? a.number - b.number : a.term > b.term ? -1 : 1))
      return listOf(best, limit)
    },
    for: ({ rows, at, model }: Explained, { limit }: Limited) => rowsOf(rows.for, at, model, limit),
    against: ({ rows, at, model }: Explained, { limit }: Limited) => rowsOf(rows.against, at, model, limit),
  },
  UnitTerm: { unitId, unit: unitAt },
  RowTerm: { unitId, unit: unitAt },
}

const NO_ROWS: Explained['rows'] = { kind: 'found', for: [], against: [] }

async function explain(inference: Row, { sketch }: { sketch?: Hex | null }, context: Context): Promise<Explained> {
  const { at, model } = inference
  const found = await unitsOf(context, model as bigint, at)
  const { terms, units } = found
  const of = { at, model: model as bigint, rows: NO_ROWS }
  if (!terms.sketched) {
    const isEqual = units.every(({ fixed }) => fixed === 0n)
    return isEqual
      ? { ...of, source: 'KeptRows', note: EQUAL, terms: units.map(({ kept }) => BigInt(kept)) }
      : { ...of, source: 'FixedWeights', note: FIXED, terms: units.map(({ fixed }) => fixed) }
  }
  const query = queryOf(inference.sketch as Hex, sketch ?? undefined)
  const own = unitTerms(query, units).map(BigInt)
  const rows = await rowsBehind(context, found, query)
  return rows.kind === 'found'
    ? { ...of, source: 'RowIndex', note: ROWS, terms: own, rows }
    : { ...of, source: 'Units', note: `${UNITS}: ${rows.why}.`, terms: own }
}

const EQUAL = 'This model pays every kept row alike, whatever is asked: terms are kept rows.'
const FIXED = 'What this model pays does not follow answers: terms are the units’ fixed weights.'
const ROWS =
  'Rows are of the model’s row index, whose keccak256 is the registered one; terms of units are of the chain.'
const UNITS = 'Only the units’ own terms, of the chain, since rows are missing'

/** Bits of the record, or the receipt's codes, which must be of the same answer. */
function queryOf(bits: Hex, codes: Hex | undefined): Int8Array {
  const recorded = hexToBytes(bits)
  if (codes === undefined) return signsOf(recorded)
  try {
    const query = unpackSketch(hexToBytes(codes))
    checkSigns(recorded, query)
    return query
  } catch (error) {
    if (error instanceof MalformedError) throw new BadRequest(error.message)
    throw error
  }
}

async function rowsBehind({ computed }: Context, model: ModelUnits, query: Int8Array): Promise<RowsFound> {
  const { indexHash, units, terms } = model
  if (indexHash === zeroHash) return { kind: 'missing', why: 'the model was registered without a row index' }
  return await computed.rows.rowsOf({ index: indexHash, k: terms.dims, unitCount: units.length, query })
}

function rowsOf(rows: readonly FoundRow[], at: AsOf, model: bigint, limit: bigint) {
  const shown = rows.map(({ unit: number, row, term, itemHash }) => ({ number, row, term, itemHash, at, model }))
  return listOf(shown, limit, BigInt(MOST_ROWS))
}

function unitAt({ at, model, number }: { at: AsOf; model: bigint; number: number }, _: object, context: Context) {
  return context.linkedOne(unit, at, ['model', 'unit'], [model, BigInt(number)])
}

function unitId({ number }: { number: number }): number {
  return number
}
