import { laterNames } from '../../sdk/blockHeader.ts'
import { NO_BLOOM } from './bloom.ts'

/** The fields of a block as a node tells them. */
export type ToldFields = Readonly<Record<string, unknown>>

/**
 * What a header holds where nodes leave a field out or empty: zero, and the constants of proof of
 * stake. A wrong guess hashes to something else.
 */
const constants: Readonly<Record<string, string>> = {
  logsBloom: NO_BLOOM,
  sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
  difficulty: '0x0',
  number: '0x0',
  gasUsed: '0x0',
  timestamp: '0x0',
  extraData: '0x',
  mixHash: `0x${'00'.repeat(32)}`,
  nonce: `0x${'00'.repeat(8)}`,
}

/** Digits of the fields that some nodes write as numbers, without their leading zeros. */
const digits: Readonly<Record<string, number>> = { logsBloom: 512, mixHash: 64, nonce: 16 }

/**
 * A header's fields as most nodes write them: in lower case, at full length, and absent where a
 * node tells null or nothing.
 */
export function plainFields(told: ToldFields): ToldFields {
  const plain: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(told)) {
    if (value !== null && value !== '0x' && value !== '0X') plain[name] = inLowerCase(value)
  }
  for (const [name, value] of Object.entries(constants)) plain[name] ??= value
  for (const [name, length] of Object.entries(digits)) {
    plain[name] = `0x${String(plain[name]).slice(2).padStart(length, '0')}`
  }
  // Fields of forks come one after the other: what is empty before one that is not means zero.
  let isFollowed = false
  for (const name of laterNames.toReversed()) {
    if (plain[name] !== undefined) isFollowed = true
    else if (isFollowed && (told[name] === '0x' || told[name] === '0X')) plain[name] = '0x0'
  }
  return plain
}

function inLowerCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inLowerCase)
  return typeof value === 'string' ? value.toLowerCase() : value
}
