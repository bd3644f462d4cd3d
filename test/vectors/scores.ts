import { bytesToHex } from 'viem'
import { attribute, candidatesOf, weigh } from '../../attribution/attribution.ts'
import { isDuplicate } from '../../attribution/duplicates.ts'
import { randomSource } from '../../attribution/random.ts'
import { dot, fixedNorm, score } from '../../attribution/score.ts'
import { packSketch, quantise } from '../../attribution/sketch.ts'
import { codes, integer, nearby } from './draw.ts'

const SCALES = [0.01, 0.1, 1, 10, 100]

/** Float vectors and their codes: ties, zeros, signs, the smallest floats. */
export function sketchVectors() {
  const next = randomSource(1)
  const drawn = Array.from({ length: 8 }, () =>
    Float32Array.from({ length: 64 }, () => (next() / 2 ** 31 - 1) * (SCALES[integer(next, 5)] as number)),
  )
  const chosen = [
    Float32Array.from({ length: 64 }, () => 0),
    // With 14 the largest, every odd number is a tie.
    Float32Array.from({ length: 64 }, (_, d) => (d % 29) - 14),
    Float32Array.from({ length: 64 }, (_, d) => (d === 0 ? -1 : 0)),
    Float32Array.from({ length: 64 }, (_, d) => (d - 32) * 2 ** -149),
  ]
  return [...chosen, ...drawn].map((vector) => ({
    vector: [...vector],
    sketch: bytesToHex(packSketch(quantise(vector))),
  }))
}

/** Query and row, and what Solidity must find of them. */
export function scoreVectors() {
  const next = randomSource(2)
  const flat = (dims: number, code: number) => new Int8Array(dims).fill(code)
  const pairs: (readonly [Int8Array, Int8Array])[] = [
    [flat(64, 0), flat(64, 0)],
    [flat(64, 1), flat(64, 0)],
    [flat(64, 0), flat(64, 1)],
    [flat(64, 7), flat(64, -7)],
    [flat(4096, 7), flat(4096, 7)],
    [flat(4096, 7), Int8Array.from({ length: 4096 }, (_, d) => (d === 0 ? 1 : 0))],
  ]
  for (const dims of [64, 128, 256]) {
    for (let i = 0; i < 5; i++) pairs.push([codes(next, dims), codes(next, dims)])
    for (let i = 0; i < 3; i++) {
      const row = codes(next, dims)
      pairs.push([nearby(next, row), row])
    }
  }
  return pairs.map(([query, row]) => ({
    query: bytesToHex(packSketch(query)),
    row: bytesToHex(packSketch(row)),
    dot: dot(query, row),
    norm: fixedNorm(row),
    score: score(query, row),
    duplicate: isDuplicate(dot(query, row), dot(query, query), dot(row, row)),
  }))
}

/** Scores, highest first, and the weights they are paid by. */
export function weightVectors() {
  const next = randomSource(3)
  const chosen = [
    [],
    [1],
    [1, 1],
    [1, 1, 1],
    Array.from({ length: 16 }, () => 2 ** 25 - 1),
    [2 ** 25 - 1, 1],
    [65_535, 1],
  ]
  const drawn = Array.from({ length: 24 }, () =>
    Array.from({ length: 1 + integer(next, 16) }, () => 1 + integer(next, 2 ** (1 + integer(next, 25)))),
  )
  return [...chosen, ...drawn].map((unsorted) => {
    const scores = [...unsorted].sort((a, b) => b - a)
    return { scores, weights: weigh(scores.map((score, row) => ({ row, score }))).map(({ weight }) => weight) }
  })
}

/** Whole attributions: candidates, a query, and who is credited. Some rows are equal, so that ties are met. */
export function attributionVectors() {
  const next = randomSource(4)
  return Array.from({ length: 12 }, (_, i) => {
    const topK = [1, 2, 8, 16][i % 4] as number
    const distinctRows = Array.from({ length: 12 }, () => codes(next, 64))
    const rows = [...distinctRows, ...distinctRows.slice(0, 6)].map((sketch, at) => ({
      row: at * 3 + 1,
      codes: sketch,
    }))
    const query = i === 11 ? new Int8Array(64) : codes(next, 64)
    return {
      topK,
      query: bytesToHex(packSketch(query)),
      rows: rows.map((row) => ({ row: row.row, sketch: bytesToHex(packSketch(row.codes)) })),
      credited: attribute(query, candidatesOf(rows, 64), topK),
    }
  })
}
