import { bytesToHex, type Hex, numberToHex } from 'viem'
import { dot, fixedNorm } from '../../attribution/codes.ts'
import { fixedWeights, normFloor, totalOf } from '../../attribution/fixedWeights.ts'
import { capOf, multipliersOf } from '../../attribution/multipliers.ts'
import { reaches } from '../../attribution/nearCopies.ts'
import { type RandomSource, randomSource } from '../../attribution/random.ts'
import { packSketch, quantise } from '../../attribution/sketch.ts'
import { planUnits } from '../../attribution/unitPlan.ts'
import { rowsOfUnits } from '../../attribution/unitRows.ts'
import { type CountedRow, type ScaledUnit, scalesOf, unitSketch, unitSum } from '../../attribution/unitSketch.ts'
import { encodeUnitTotal, unitTotalHash } from '../../attribution/unitTotalBytes.ts'
import { codes, integer, nearby } from './draw.ts'

/** Packed sketches, one after the other. */
export function packAll(sketches: readonly Int8Array[]): Hex {
  return bytesToHex(Uint8Array.from(sketches.flatMap((sketch) => [...packSketch(sketch)])))
}

/** Runs of mapped gradients (float32, big-endian), and what each row counts for. */
export function multiplierVectors() {
  const next = randomSource(21)
  const drawn = (n: number, k: number) =>
    Array.from({ length: n }, (_, r) =>
      Float32Array.from({ length: k }, () => (next() / 2 ** 31 - 1) * 4 ** (r - n / 2)),
    )
  const alone = (k: number, value: number) => new Float32Array(k).with(k - 1, value)
  const runs: (readonly Float32Array[])[] = [
    drawn(9, 64),
    drawn(8, 128),
    [alone(64, 1), alone(64, 1), alone(64, 1), alone(64, -(2 ** 40)), alone(64, 2 ** -20), alone(64, 0)],
    [new Float32Array(1024).fill(-3), new Float32Array(1024)],
  ]
  return runs.map((rows) => {
    const width = rows[0]?.length as number
    const sketches = rows.map(quantise)
    const kept = rows.map((_, r) => r % 4 !== 3 || rows.length < 8)
    const values = Float32Array.from(rows.flatMap((row) => [...row]))
    const { helps, multipliers, caps } = multipliersOf({ n: rows.length, width, values }, sketches, kept)
    return {
      k: width,
      mapped: bigEndian(values),
      sketches: packAll(sketches),
      kept,
      helps,
      norms: sketches.map(fixedNorm),
      multipliers: [...multipliers],
      caps: [...caps],
    }
  })
}

function bigEndian(values: Float32Array): Hex {
  const view = new DataView(new ArrayBuffer(4 * values.length))
  values.forEach((value, i) => {
    view.setFloat32(4 * i, value)
  })
  return bytesToHex(new Uint8Array(view.buffer))
}

/** Caps of squared lengths: of 0, of every small one, and of some up to the largest. */
export function capVectors() {
  const all = Array.from({ length: 49 * 1024 }, (_, i) => i + 1)
  const squared = [0, ...all].filter((x) => x < 70 || x % 191 === 0 || x === all.length)
  return [{ squared, caps: squared.map(capOf) }]
}

/**
 * Kept rows and items of contributions, whose ids are their places from 1, and the units that they
 * make up.
 */
export function unitPlanVectors() {
  const next = randomSource(22)
  const repeated = (count: number, kept: number) => new Array<number>(count).fill(kept)
  const drawn = (count: number, below: number) => Array.from({ length: count }, () => integer(next, below))
  const lists = [
    [1],
    [0],
    [0, 0, 5, 0],
    [16],
    [15, 1],
    [20, 3, 0, 2000, 5, 16],
    [1024, 1025, 2050],
    drawn(40, 40),
    drawn(60, 3000),
    repeated(250, 10),
    repeated(1025, 20),
    repeated(1025, 331),
    drawn(1300, 60),
  ]
  return lists.map((kept) => {
    const items = kept.map((count) => Math.max(1, count + integer(next, 3)))
    const contributions = kept.map((count, i) => ({
      id: numberToHex(i + 1, { size: 32 }),
      kept: count,
      items: items[i] as number,
    }))
    const plan = planUnits(contributions)
    const members = plan.units.flatMap((unit, u) => unit.members.map((member) => ({ unit: u, ...member })))
    const rows = contributions.flatMap((contribution, c) =>
      Array.from({ length: contribution.items }, (_, at) => ({
        contribution: c,
        kept: at >= contribution.items - contribution.kept,
      })),
    )
    return {
      kept,
      items,
      minimum: plan.minimum,
      unitKept: plan.units.map((unit) => unit.kept),
      joint: plan.units.map(({ kind }) => kind === 'joint'),
      completeAt: plan.units.map(({ completeAt }) => completeAt),
      memberUnits: members.map(({ unit }) => unit),
      memberContributions: members.map(({ contribution }) => contribution),
      memberFrom: members.map(({ from }) => from),
      memberKept: members.map((member) => member.kept),
      unitRows: rowsOfUnits(plan, rows).rowsOf.map(({ length }) => length),
    }
  })
}

/** Units of rows: their sums, peaks, codes and scales. */
export function unitVectors() {
  const next = randomSource(23)
  const row = (k: number, below: number): CountedRow => ({ multiplier: integer(next, below), codes: codes(next, k) })
  const rowsOf = (count: number, k: number, below = 700) => Array.from({ length: count }, () => row(k, below))
  const models: { k: number; units: readonly (readonly CountedRow[])[] }[] = [
    { k: 64, units: [rowsOf(5, 64), rowsOf(1, 64), rowsOf(3, 64, 65_536), rowsOf(8, 64, 20)] },
    { k: 64, units: [rowsOf(2, 64, 1), rowsOf(2, 64, 1)] },
    { k: 256, units: [rowsOf(6, 256), rowsOf(4, 256)] },
    { k: 1024, units: [rowsOf(2, 1024)] },
    {
      k: 64,
      units: [new Array<CountedRow>(6).fill({ multiplier: 65_535, codes: new Int8Array(64).fill(-7) }), rowsOf(2, 64)],
    },
  ]
  return models.map(({ k, units }) => {
    const sums = units.map((rows) => unitSum(rows, k))
    const sketches = sums.map(unitSketch)
    return {
      k,
      unitRows: units.map((rows) => rows.length),
      multipliers: units.flat().map(({ multiplier }) => multiplier),
      sketches: packAll(units.flat().map((counted) => counted.codes)),
      sums: sums.flatMap((sum) => [...sum]),
      peaks: sketches.map(({ peak }) => peak),
      codes: packAll(sketches.map((sketch) => sketch.codes)),
      scales: scalesOf(sketches.map(({ peak }) => peak)),
    }
  })
}

/** Units of models: T and its bytes, fixed weights and N. */
export function fixedWeightVectors() {
  const next = randomSource(24)
  const models: { k: number; units: readonly ScaledUnit[] }[] = [
    { k: 64, units: drawUnits(next, 64, 1) },
    { k: 64, units: drawUnits(next, 64, 2) },
    { k: 64, units: drawUnits(next, 64, 60) },
    { k: 256, units: drawUnits(next, 256, 12) },
    {
      k: 64,
      units: [7, 7, 7, -7, 0].map((code, u) => ({ scale: u === 2 ? 1 : 65_535, codes: new Int8Array(64).fill(code) })),
    },
    { k: 1024, units: [7, 7, 7].map((code) => ({ scale: 65_535, codes: new Int8Array(1024).fill(code) })) },
    { k: 320, units: drawUnits(next, 320, 3) },
  ]
  return models.map(({ k, units }) => ({
    k,
    scales: units.map(({ scale }) => scale),
    codes: packAll(units.map((unit) => unit.codes)),
    total: [...totalOf(units)],
    totalBytes: bytesToHex(encodeUnitTotal(totalOf(units))),
    totalHash: unitTotalHash(totalOf(units)),
    fixed: fixedWeights(units).map(String),
    norm: String(normFloor(units)),
  }))
}

/** Units of which half point the same way, more or less. */
export function drawUnits(next: RandomSource, k: number, count: number): readonly ScaledUnit[] {
  const common = codes(next, k)
  return Array.from({ length: count }, () => ({
    scale: integer(next, 65_536),
    codes: integer(next, 2) === 0 ? codes(next, k) : nearby(next, nearby(next, common)),
  }))
}

/** Pairs of rows, and which cosines they reach. */
export function nearCopyVectors() {
  const next = randomSource(25)
  const flat = new Int8Array(64).fill(7)
  const turned = [0, 6, 7, 9, 10, 12, 13, 40].map((count) => [flat, flat.map((code, d) => (d < count ? -code : code))])
  const drawn = Array.from({ length: 12 }, (_, i) => {
    const row = codes(next, 64 * (1 + (i % 3)))
    let close = row
    for (let times = 0; times < i; times++) close = nearby(next, close)
    return [row, close]
  })
  return [...turned, ...drawn, [flat, new Int8Array(64)]].map((pair) => {
    const [a, b] = pair as [Int8Array, Int8Array]
    const [product, squaredA, squaredB] = [dot(a, b), dot(a, a), dot(b, b)]
    return {
      a: packAll([a]),
      b: packAll([b]),
      product,
      squaredA,
      squaredB,
      reaches: [60, 70, 80].map((percent) => reaches(percent, product, squaredA, squaredB)),
    }
  })
}
