/** So many items by chance, the same for the same seed: a smaller draw is the beginning of a larger one. */
export function drawn<T>(items: readonly T[], size: number, seed: number): readonly T[] {
  const next = generator(seed)
  const places = items.map((_, place) => place)
  for (let last = places.length - 1; last > 0; last -= 1) {
    const other = Math.floor(next() * (last + 1))
    const [a, b] = [places[last], places[other]]
    if (a === undefined || b === undefined) continue
    places[last] = b
    places[other] = a
  }
  return places.slice(0, size).flatMap((place) => items[place] ?? [])
}

/** Mulberry32: numbers in [0, 1) that are the same everywhere. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
