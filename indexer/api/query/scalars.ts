import { GraphQLScalarType, Kind, type ValueNode } from 'graphql'
import { BadRequest } from './badRequest.ts'

/** Money and other wide integers: a string in answers, a string or integer in arguments. */
export const BigIntScalar = new GraphQLScalarType({
  name: 'BigInt',
  description: 'An integer of any size, always a string in answers, such as "50000000".',
  serialize: (value) => String(value),
  parseValue: toBigInt,
  parseLiteral: (node) => toBigInt(literal(node)),
})

/** Numbers and counts: Solidity's types up to uint48, block numbers and times. */
export const UIntScalar = new GraphQLScalarType({
  name: 'UInt',
  description: 'An unsigned integer below 2^53, a JSON number.',
  serialize: (value) => {
    const number = Number(value)
    if (!Number.isSafeInteger(number)) throw new TypeError(`${value} does not fit a UInt`)
    return number
  },
  parseValue: toUInt,
  parseLiteral: (node) => toUInt(literal(node)),
})

export const BytesScalar = new GraphQLScalarType({
  name: 'Bytes',
  description: 'Bytes, hashes and addresses as 0x and lower-case hexadecimal digits; any case is understood.',
  serialize: (value) => String(value),
  parseValue: toBytes,
  parseLiteral: (node) => toBytes(literal(node)),
})

function literal(node: ValueNode): unknown {
  return node.kind === Kind.STRING || node.kind === Kind.INT ? node.value : undefined
}

function toBigInt(value: unknown): bigint {
  if (typeof value === 'string' && /^-?\d{1,78}$/.test(value)) return BigInt(value)
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  throw new BadRequest(`${shown(value)} is not an integer of up to 78 digits; give "50000000" or 50000000`)
}

function toUInt(value: unknown): bigint {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return BigInt(number)
  throw new BadRequest(`${shown(value)} is not an unsigned integer below 2^53; give one such as 7`)
}

function toBytes(value: unknown): string {
  if (typeof value === 'string' && /^0x([0-9a-fA-F]{2})*$/.test(value)) return value.toLowerCase()
  throw new BadRequest(`${shown(value)} is not 0x and pairs of hexadecimal digits; give bytes such as "0x12ab"`)
}

const LONGEST_SHOWN = 100

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'This value'
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`
}
