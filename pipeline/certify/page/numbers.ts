/** A figure in two decimals or three digits, with a true minus; a dash where there is none. */
export function spoken(value: number | null): string {
  return value === null ? '–' : written(Math.abs(value) >= 10 ? Math.round(value) : Number(value.toFixed(2)), 2)
}

/** A number with a true minus, in so many decimals where it is below ten. */
export function written(value: number, decimals = 0): string {
  const size = Math.abs(value)
  const digits = size >= 10 || decimals === 0 ? String(size) : size.toFixed(decimals)
  return value < 0 ? `−${digits}` : digits
}
