/** Sums in OPEN, percentages and times, as the page writes them. */

const GWEI = 1_000_000_000n

/** `28587058n` → whole "0", decimals "028587058", of which the last `zeros` are trailing zeros. */
export function openParts(gwei: bigint): { readonly digits: string; readonly zeros: string } {
  const sign = gwei < 0n ? '−' : ''
  const size = gwei < 0n ? -gwei : gwei
  const whole = (size / GWEI).toLocaleString('en-US')
  const decimals = (size % GWEI).toString().padStart(9, '0')
  const kept = decimals.replace(/0+$/, '')
  const zeros = decimals.slice(kept.length)
  return kept === '' ? { digits: `${sign}${whole}`, zeros: `.${zeros}` } : { digits: `${sign}${whole}.${kept}`, zeros }
}

/** An estimate shows four decimals, for it can still change. */
export function roughOpen(gwei: bigint): string {
  const [whole, decimals = ''] = (Number(gwei) / 1e9).toFixed(4).split('.')
  return `${Number(whole).toLocaleString('en-US')}.${decimals}`
}

export function count(value: number | bigint): string {
  return value.toLocaleString('en-US')
}

/** `part` of `whole` as a percentage, rounded to some decimals. */
export function percent(part: bigint, whole: bigint, decimals = 2): string {
  if (whole === 0n) return '–'
  const scale = 10n ** BigInt(decimals)
  const size = part < 0n ? -part : part
  const steps = (2n * size * 100n * scale + whole) / (2n * whole)
  const fraction = decimals === 0 ? '' : `.${(steps % scale).toString().padStart(decimals, '0')}`
  return `${part < 0n ? '−' : ''}${steps / scale}${fraction} %`
}

export function bps(value: number): string {
  return `${value / 100} %`
}

export function millionths(value: string): string {
  return `${(Number(value) / 10_000).toFixed(1)}`
}

const DAY: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', timeZone: 'UTC' }
const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'UTC' }

/** `28 Nov` */
export function dayAndMonth(seconds: number): string {
  return new Date(seconds * 1000).toLocaleDateString('en-GB', DAY)
}

/** `28 Nov, 16:42` */
export function dateAndTime(seconds: number): string {
  const at = new Date(seconds * 1000)
  return `${at.toLocaleDateString('en-GB', DAY)}, ${at.toLocaleTimeString('en-GB', CLOCK)}`
}

/** `in 9 h 39 min`, `2 s ago` */
export function distance(seconds: number, now: number): string {
  const size = span(Math.abs(seconds - now))
  return seconds >= now ? `in ${size}` : `${size} ago`
}

export function span(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3_600) return `${Math.floor(whole / 60)} min`
  if (whole < 86_400) return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`
  const days = Math.floor(whole / 86_400)
  return days === 1 ? '1 day' : `${days} days`
}

export function shortHex(hex: string): string {
  return hex.length <= 12 ? hex : `${hex.slice(0, 6)}…${hex.slice(-4)}`
}

export function bytes(size: number): string {
  return size < 10_000 ? `${count(size)} B` : `${Math.round(size / 1000)} kB`
}

const LONGEST_NAME = 80

/** Names are hostile: one line, cut, well-formed, and without characters that steer the text around them. */
export function plainName(name: string | null | undefined, instead: string): string {
  const [line = ''] = (name ?? '')
    .slice(0, 4 * LONGEST_NAME)
    .toWellFormed()
    .split(/[\r\n\u2028\u2029]/)
  const plain = line.replaceAll(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '').trim()
  const letters = [...plain]
  if (letters.length === 0) return instead
  return letters.length <= LONGEST_NAME ? plain : `${letters.slice(0, LONGEST_NAME - 1).join('')}…`
}
