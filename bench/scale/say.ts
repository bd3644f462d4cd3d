/** A number as tables show it: whole, with commas. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** Three digits of it, with commas where it has more. */
export function rounded(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value === 0) return '0'
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: Math.min(digits, 6) })
}

const MILLION = 1e6
const BILLION = 1e9

/** A large number in words. */
export function large(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value >= BILLION) return `${rounded(value / BILLION)} billion`
  if (value >= MILLION) return `${rounded(value / MILLION)} million`
  return rounded(value)
}

const LEAST_PERCENT = 0.01

export function percent(part: number): string {
  if (part > 0 && 100 * part < LEAST_PERCENT) return `under ${LEAST_PERCENT} %`
  return `${rounded(100 * part)} %`
}

/** Bytes in the unit that suits them. */
export function bytesOf(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)))
  return `${rounded(bytes / 1_000 ** power)} ${units[power]}`
}
