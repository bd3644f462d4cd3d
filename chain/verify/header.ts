import type { Hex } from 'viem'
import { headerHash, unknownFields } from '../../sdk/blockHeader.ts'
import type { Block } from '../block.ts'
import type { Chain } from '../chains.ts'
import type { Contradiction } from '../contradiction.ts'
import { headerHashes } from './headerHashes.ts'
import { mustAllow, UnknownChain } from './unknownChain.ts'
import type { Verification } from './verification.ts'

/** A block with all fields of its hash. */
export interface Header extends Block {
  /** The chain whose rules it follows. */
  readonly chain: Chain
  readonly stateRoot: Hex
  readonly receiptsRoot: Hex
  /** 256 bytes. */
  readonly logsBloom: Hex
  readonly gasUsed: bigint
  /** Hashes, in order. No header commits to them as such. */
  readonly transactions: readonly Hex[]
  /** All fields as the node gave them, for hashing. */
  readonly fields: Readonly<Record<string, unknown>>
}

/**
 * The first header that does not hash to its block's hash, unless verification is off. Throws
 * `UnknownChain` where it may be this version that does not know how.
 */
export function checkHeaders(verify: Verification, headers: readonly Header[]): Contradiction | undefined {
  if (verify === 'off') return undefined
  for (const header of headers) {
    mustAllow(header.chain, verify)
    if (!isReproduced(header)) return notReproduced(header)
  }
  const last = headers.at(-1)
  if (last !== undefined) reproduced.add(shapeOf(last))
  return undefined
}

function isReproduced({ chain, hash, fields }: Header): boolean {
  // The common case, and the fastest.
  if (chain.header === 'standard' && headerHash(fields) === hash) return true
  return headerHashes(chain.header, fields).includes(hash)
}

function notReproduced(header: Header): Contradiction {
  const { chain, number, hash, fields } = header
  const unknown = unknownIn(header)
  const hashOfHeader = headerHashes(chain.header, fields)[0] ?? hash
  const facts = { block: number, hash, hashOfHeader }
  const isKnown = (chain.isListed && unknown.length === 0) || reproduced.has(shapeOf(header))
  if (isKnown) return { what: 'The header of a block does not hash to its hash', facts }
  if (unknown.length === 0) throw new UnknownChain(chain, 'it hashes headers in a way of its own', facts)
  const named = `the header of block ${number} has ${unknown.join(', ')}`
  throw new UnknownChain(chain, named, { ...facts, fieldsUnknownToThisIndexer: unknown.join(', ') })
}

/**
 * Chains with the unknown fields of headers that were reproduced: those fields are not hashed, and
 * the rule holds. The next header of that kind that does not hash to its hash is false.
 */
const reproduced = new Set<string>()

function shapeOf(header: Header): string {
  return [header.chain.id, ...unknownIn(header)].join(' ')
}

function unknownIn({ chain, fields }: Header): readonly string[] {
  return unknownFields(fields).filter(
    (name) => !unhashed.has(name) && !hashedBy[chain.header]?.has(name) && !nothing.has(fields[name]),
  )
}

const nothing: ReadonlySet<unknown> = new Set([undefined, null, '0x'])

/** What nodes of one chain or another tell beside the header. */
const unhashed = new Set([
  ...['author', 'sealFields', 'l1BlockNumber', 'sendRoot', 'sendCount', 'milliTimestamp', 'blockExtraData'],
  ...['l1BatchNumber', 'l1BatchTimestamp', 'randomness', 'epochSnarkData', 'withdrawalRequests', 'requests'],
])

const hashedBy: Readonly<Partial<Record<Chain['header'], ReadonlySet<string>>>> = {
  aura: new Set(['auraStep', 'auraSeal', 'step', 'signature']),
  avalanche: new Set(['extDataHash', 'extDataGasUsed', 'blockGasCost', 'timestampMilliseconds', 'minDelayExcess']),
}
