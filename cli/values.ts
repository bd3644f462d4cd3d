/** Parsers for what is typed: each refuses with a sentence that commander puts behind the option's name. */
import { InvalidArgumentError } from 'commander'
import { type Address, getAddress, isAddress, isHex, parseEther } from 'viem'
import { parseOpen } from '../sdk/units.ts'

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new InvalidArgumentError(`It takes a whole number from ${min} to ${max}.`)
  }
}

/** The number of an account, a dataset, a model or the like. */
export const id = wholeNumber(1, 2 ** 32 - 1)

/** An amount of OPEN, in gwei. */
export function openAmount(text: string): bigint {
  try {
    return parseOpen(text)
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}

/** An amount of the chain's own coin, in wei. */
export function etherAmount(text: string): bigint {
  if (/^\d{1,9}(\.\d{1,18})?$/.test(text)) return parseEther(text)
  throw new InvalidArgumentError('It takes an amount of ETH, such as 0.01.')
}

export function addressValue(text: string): Address {
  if (isAddress(text, { strict: false })) {
    const address = getAddress(text)
    if (text === address || text === text.toLowerCase() || text === text.toUpperCase().replace('0X', '0x'))
      return address
    throw new InvalidArgumentError('Its capitals do not fit its checksum: a digit may be wrong.')
  }
  throw new InvalidArgumentError('It takes an address: 0x and 40 hex digits.')
}

export function bytes32Value(text: string): `0x${string}` {
  if (isHex(text) && text.length === 66) return text
  throw new InvalidArgumentError('It takes a hash: 0x and 64 hex digits.')
}

/** Seconds from "90s", "15m", "12h" or "3d". */
export function durationSeconds(text: string): number {
  const [, number, unit] = /^(\d{1,9})(s|m|h|d)$/.exec(text) ?? []
  if (number === undefined) throw new InvalidArgumentError('It takes a duration such as 90s, 15m, 12h or 3d.')
  return Number(number) * (SECONDS[unit as string] as number)
}

/** As it would be typed, in the largest unit that divides it. */
export function durationText(seconds: number): string {
  const [unit, length] = Object.entries(SECONDS).findLast(([, one]) => seconds % one === 0) as [string, number]
  return seconds === 0 ? '0s' : `${seconds / length}${unit}`
}

/** The shortest first. */
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** A decimal number in ten-thousandths, as contracts take it. */
export function tenThousandths(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,3}(\.\d{1,4})?$/.test(text) ? Math.round(Number(text) * 10_000) : Number.NaN
    if (value >= min && value <= max) return value
    throw new InvalidArgumentError(`It takes a number from ${min / 10_000} to ${max / 10_000}.`)
  }
}

/** A percentage in basis points. */
export function percentage(max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,3}(\.\d{1,2})? ?%?$/.test(text) ? Math.round(Number.parseFloat(text) * 100) : Number.NaN
    if (value <= max * 100) return value
    throw new InvalidArgumentError(`It takes a percentage from 0 to ${max}.`)
  }
}

/** For arguments and options that may be repeated. */
export function collected<T>(
  parse: (text: string) => T,
): (text: string, earlier: readonly T[] | undefined) => readonly T[] {
  return (text, earlier = []) => [...earlier, parse(text)]
}
