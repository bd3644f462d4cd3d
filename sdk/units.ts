/** Money is counted in gwei-OPEN on the ledger (1e9 wei of the token) and written in OPEN for people. */

export const WEI_PER_GWEI = 1_000_000_000n
const GWEI_PER_OPEN = 1_000_000_000n

/** `1234567890123n` → `1,234.567890123`: exact, without trailing zeros. */
export function formatOpen(gwei: bigint): string {
  const sign = gwei < 0n ? '-' : ''
  const magnitude = gwei < 0n ? -gwei : gwei
  const whole = (magnitude / GWEI_PER_OPEN).toLocaleString('en-US')
  const fraction = (magnitude % GWEI_PER_OPEN).toString().padStart(9, '0').replace(/0+$/, '')
  return fraction === '' ? `${sign}${whole}` : `${sign}${whole}.${fraction}`
}

/** `0.05` → `50000000n`; refuses what does not fit a gwei exactly. */
export function parseOpen(text: string): bigint {
  const match = /^(\d+)(?:\.(\d{1,9}))?$/.exec(text)
  if (match === null) throw new RangeError(`"${text}" is not an amount of OPEN with at most 9 decimals`)
  const [, whole = '0', fraction = ''] = match
  return BigInt(whole) * GWEI_PER_OPEN + BigInt(fraction.padEnd(9, '0'))
}

/** An amount of a chain's own coin, to four digits: for people, who decide by it and do not calculate with it. */
export function spokenEther(wei: bigint): string {
  const ether = Number(wei) / 1e18
  return ether.toLocaleString('en-US', { maximumSignificantDigits: 4, useGrouping: false })
}
