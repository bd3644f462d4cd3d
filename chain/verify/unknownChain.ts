import { type Facts, StopError } from '../../sdk/errors.ts'
import type { Chain } from '../chains.ts'
import { type Verification, verifications } from './verification.ts'

/**
 * Blocks that this version cannot check: of a chain that it does not know, or of a fork that is
 * newer than it. Nothing says that the node is wrong.
 */
export class UnknownChain extends StopError {
  constructor({ name, isListed }: Chain, what: string, facts: Facts) {
    const is = isListed ? 'has become' : 'is'
    super(
      `${name} ${is} a chain that this version does not know: ${what}`,
      facts,
      'Nothing of it was stored, and no node is at fault. Use a version that knows it; until then only verification "off" takes its blocks: logs come as the node gives them, and the journals are compared with its storage.',
    )
  }
}

/** The blocks of a chain prove less than was asked for. */
export class UnprovableChain extends StopError {}

const why: Readonly<Record<Verification, string>> = {
  receipts: '',
  bloom: 'it hashes headers in its own way, and its receipts were not tried on real blocks',
  off: 'its block hashes cover neither logs nor state',
}

const left: Readonly<Record<Verification, string>> = {
  receipts: '',
  bloom:
    'verification "bloom", which hashes headers, proves the journals, and notices hidden and invented logs where bloom filters show them; or "off"',
  off: 'verification "off": logs come as the node gives them, and the journals are compared with its storage, so use a node that you trust',
}

/** Throws where the chain's blocks do not allow a verification: that is the chain's way, and no lie. */
export function mustAllow({ name, strongest }: Chain, verify: Verification): void {
  if (verifications.indexOf(verify) >= verifications.indexOf(strongest)) return
  throw new UnprovableChain(
    `${name} is not supported with verification "${verify}": ${why[strongest]}`,
    {},
    `No node is at fault. What is left is ${left[strongest]}.`,
  )
}
