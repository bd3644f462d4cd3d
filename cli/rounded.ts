/** A decimal number to four significant digits, for people who decide by it and do not reckon with it. */
export function rounded(decimal: string): string {
  const value = Number(decimal)
  return value === 0 ? '0' : value.toLocaleString('en-US', { maximumSignificantDigits: 4, useGrouping: false })
}
