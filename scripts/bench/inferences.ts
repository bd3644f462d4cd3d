import { type Hex, keccak256, toHex } from 'viem'
import { weigh } from '../../attribution/attribution.ts'
import { type RandomSource, randomSource } from '../../attribution/random.ts'
import { packSketch, quantise } from '../../attribution/sketch.ts'
import { encodeRecords, type InferenceRecord, type RecordTerms } from '../../sdk/record.ts'

/** A batch as an operator would send it: sketches of normally distributed vectors, random rows, fees that differ. */
export interface BatchShape {
  readonly seed: number
  readonly records: number
  readonly terms: RecordTerms
  readonly payers: readonly number[]
  /** Who contributed a row. */
  readonly contributorOf: (row: number) => number
}

export function inferenceBatch(shape: BatchShape): Hex {
  const random = randomSource(shape.seed)
  const records = Array.from({ length: shape.records }, (_, index) => inference(shape, random, index))
  return toHex(encodeRecords(records, shape.terms))
}

function inference(
  { seed, terms, payers, contributorOf }: BatchShape,
  random: RandomSource,
  index: number,
): InferenceRecord {
  const rows = new Set<number>()
  while (rows.size < terms.topK) rows.add(random() % terms.rowCount)
  const scored = [...rows].map((row) => ({ row, score: 1_000_000 + (random() % 1_000_000) }))
  scored.sort((a, b) => b.score - a.score || a.row - b.row)
  return {
    commitment: keccak256(toHex(`${seed}/${index}`)),
    payer: payers[index % payers.length] ?? 0,
    feeGwei: 2_000_000n + BigInt(random() % 1_000_000),
    rows: weigh(scored).map(({ row, weight }) => ({ row, account: contributorOf(row), weight })),
    sketch:
      terms.dims === 0
        ? new Uint8Array()
        : packSketch(quantise(Float32Array.from({ length: terms.dims }, () => normal(random)))),
  }
}

/** A sum of twelve uniform numbers: near enough to a normal one for counting zero bytes. */
export function normal(random: RandomSource): number {
  let sum = -6
  for (let i = 0; i < 12; i++) sum += random() / 2 ** 32
  return sum
}
