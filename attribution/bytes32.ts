import { type Hex, hexToBytes } from 'viem'
import { MalformedError } from './malformed.ts'

/** The bytes of a hash. viem would fill a short one up with zeros; here that is refused. */
export function bytes32(hash: Hex): Uint8Array {
  if (/^0x[0-9a-fA-F]{64}$/.test(hash)) return hexToBytes(hash)
  throw new MalformedError(`"${hash}" is not a hash`, { hash }, 'A hash is 0x and 64 hexadecimal digits.')
}
