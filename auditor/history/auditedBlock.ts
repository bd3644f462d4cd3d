import type { Hex } from 'viem'
import { DEPTH_WITHOUT_TAG } from '../../chain/blocks/finality.ts'
import type { Node } from '../../chain/node/node.ts'
import { checkHeaders, type Header } from '../../chain/verify/header.ts'
import type { Verification } from '../../chain/verify/verification.ts'
import type { Reader } from '../../sdk/chain.ts'
import { StopError } from '../../sdk/errors.ts'

/** Which block to audit: one by number, the newest, or the newest that counts as final. */
export type At = bigint | 'latest' | 'finalized'

/** The block up to which history is audited, and why its hash is believed. */
export interface AuditedBlock {
  readonly header: Header
  readonly trust: string
}

/** @param trust The hash of the block, from a source of the auditor's own. */
export async function auditedBlock(
  node: Node,
  reader: Reader,
  verify: Verification,
  at: At,
  trust: Hex | undefined,
): Promise<AuditedBlock> {
  const header = trust === undefined ? await blockAt(node, at) : await blockNamed(node, reader, trust, at)
  const lie = checkHeaders(verify, [header])
  if (lie !== undefined) throw new StopError(lie.what, lie.facts, 'Ask another node.')
  if (trust !== undefined) return { header, trust: 'its hash was given' }
  if (typeof at === 'bigint') return { header, trust: 'the node says that it is on its chain' }
  return { header, trust: at === 'latest' ? 'the node says that it is the newest' : 'the node says that it is final' }
}

async function blockAt(node: Node, at: At): Promise<Header> {
  if (at === 'latest') return await node.latest()
  if (at === 'finalized') {
    const tagged = await node.tagged('finalized')
    if (tagged !== undefined) return tagged
    const latest = await node.latest()
    return await numbered(node, latest.number > DEPTH_WITHOUT_TAG ? latest.number - DEPTH_WITHOUT_TAG : 0n)
  }
  return await numbered(node, at)
}

async function blockNamed(node: Node, reader: Reader, trust: Hex, at: At): Promise<Header> {
  const number = typeof at === 'bigint' ? at : await numberOf(reader, trust)
  const header = await numbered(node, number)
  if (header.hash === trust.toLowerCase()) return header
  throw new StopError(
    `Block ${number} of this node is not the trusted one`,
    { hash: header.hash, trusted: trust },
    'The node is on another branch, or the hash is of another block: ask another node, or check --at and --trust.',
  )
}

async function numberOf(reader: Reader, blockHash: Hex): Promise<bigint> {
  const block = await reader.getBlock({ blockHash }).catch((cause: unknown) => {
    throw new StopError(`This node knows no block ${blockHash}`, {}, 'Give its number too, with --at.', cause)
  })
  return block.number
}

async function numbered(node: Node, number: bigint): Promise<Header> {
  const [header] = await node.blocks(number, number)
  if (header !== undefined) return header
  throw new StopError(
    `The node at ${node.name} has no block ${number}`,
    {},
    'Audit an earlier block, or ask another node.',
  )
}
