/** A decimal number to four significant digits, for people to read. */
export function rounded(decimal: string): string {
  const value = Number(decimal)
  return value === 0 ? '0' : value.toLocaleString('en-US', { maximumSignificantDigits: 4, useGrouping: false })
}
