/** Entries of a list by their places in it, as a resample names them, and means over places. */
export function pick(values: Float64Array, at: Uint32Array): Float64Array {
  const picked = new Float64Array(at.length)
  for (let i = 0; i < at.length; i++) picked[i] = values[at[i] as number] as number
  return picked
}

export function pickIndices(values: Uint32Array, at: Uint32Array): Uint32Array {
  return Uint32Array.from(at, (i) => values[i] as number)
}

export function average(indices: Iterable<number>, of: (index: number) => number): number {
  let sum = 0
  let count = 0
  for (const index of indices) {
    sum += of(index)
    count++
  }
  return sum / count
}
