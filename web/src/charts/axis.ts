/** Round numbers for an axis from 0 to at least `most`: the steps between them, and the last. */
export function axisOf(most: number, steps = 4): { readonly ticks: readonly number[]; readonly top: number } {
  if (most <= 0) return { ticks: [0, 1], top: 1 }
  const rough = most / steps
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 2.5, 5, 10].find((nice) => nice * power >= rough) ?? 10) * power
  const count = Math.ceil(most / step - 1e-9)
  return { ticks: Array.from({ length: count + 1 }, (_, i) => i * step), top: count * step }
}

/** As many decimals as the steps of an axis need. */
export function tick(value: number, ticks: readonly number[]): string {
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0)
  const decimals = Math.max(0, Math.min(6, 1 - Math.floor(Math.log10(step) + 1e-9) - (Number.isInteger(step) ? 1 : 0)))
  return Number.isInteger(step) ? value.toLocaleString('en-US') : value.toFixed(decimals)
}
