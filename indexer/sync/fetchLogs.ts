import { type ChainLog, contractOf, type Followed, type FollowedContract } from '../decode/contracts.ts'
import type { Node } from './node.ts'
import { type Contradiction, type Unsettled, unsettled } from './step.ts'
import { type BloomBits, bloomBits, mayHold } from './verify/bloom.ts'
import { bytesOf } from './verify/bytes.ts'
import { falseReceipts } from './verify/falseReceipts.ts'
import type { Header } from './verify/header.ts'
import type { Receipt } from './verify/receipt.ts'
import type { Verification } from './verify/verification.ts'

/** Blocks, and all logs of our contracts in them. */
export interface Logged {
  readonly kind: 'logged'
  readonly blocks: readonly Header[]
  readonly logs: readonly ChainLog[]
}

/** So much gas pays for at most 37 MB of logged data: what one stretch of receipts may hold in memory. */
const GAS_A_STRETCH = 300_000_000n

/** The logs as the node tells them when asked for our contracts' only. */
export async function logsTold(node: Node, followed: Followed, from: bigint, to: bigint): Promise<readonly ChainLog[]> {
  const logs = await node.logs(
    followed.contracts.map(({ address }) => address),
    from,
    to,
  )
  // What else a followed contract tells is not indexed; what is of another contract must not be here, and is found later.
  return logs.filter((log) => !followed.byAddress.has(log.address) || contractOf(followed, log) !== undefined)
}

/** The logs by receipts that hash to the headers' receiptsRoot; blocks whose bloom filter excludes us need none. */
export async function logsOfReceipts(
  node: Node,
  followed: Followed,
  headers: readonly Header[],
): Promise<Logged | Unsettled> {
  const bits = followed.contracts.map(bitsOf)
  const asked: Header[] = []
  let gas = 0n
  let taken = 0
  for (const header of headers) {
    const bloom = bytesOf(header.logsBloom)
    if (bits.some((ours) => mayHold(bloom, ours))) {
      gas += header.gasUsed
      if (gas > GAS_A_STRETCH && asked.length > 0) break
      asked.push(header)
    }
    taken += 1
  }
  const proven = await provenLogs(node, followed, asked)
  return proven.kind === 'unsettled' ? proven : { ...proven, blocks: headers.slice(0, taken) }
}

/** The logs that were told, once nothing in the headers speaks against them. */
export async function logsInBloom(
  node: Node,
  followed: Followed,
  headers: readonly Header[],
  logs: readonly ChainLog[],
  verify: Verification,
): Promise<Logged | Unsettled> {
  const stray = strayLog(followed, headers, logs)
  if (stray !== undefined) return unsettled(stray)
  if (verify === 'off') return { kind: 'logged', blocks: headers, logs }

  const told = Map.groupBy(logs, ({ block }) => block)
  const contracts = followed.contracts.map((contract) => ({ address: contract.address, bits: bitsOf(contract) }))
  const suspicious = headers.filter(({ number, logsBloom }) => {
    const bloom = bytesOf(logsBloom)
    const addresses = new Set(told.get(number)?.map(({ address }) => address))
    return contracts.some(({ address, bits }) => mayHold(bloom, bits) !== addresses.has(address))
  })
  const proven = await provenLogs(node, followed, suspicious)
  if (proven.kind === 'unsettled') return proven
  const found = Map.groupBy(proven.logs, ({ block }) => block)
  for (const { number } of suspicious) {
    const facts = { block: number, logs: count(told.get(number)), logsInReceipts: count(found.get(number)) }
    if (facts.logs === facts.logsInReceipts) continue
    return unsettled({ what: 'The logs of a block are not those of its receipts', facts })
  }
  return { kind: 'logged', blocks: headers, logs }
}

async function provenLogs(node: Node, followed: Followed, headers: readonly Header[]): Promise<Logged | Unsettled> {
  const answers = await Promise.all(headers.map((header) => node.receipts(header)))
  const logs: ChainLog[] = []
  for (const [i, header] of headers.entries()) {
    const receipts = answers[i]
    if (receipts === undefined) {
      return unsettled({ what: 'The node lacks the receipts of a block', facts: { block: header.number } })
    }
    const lie = falseReceipts(header, receipts)
    if (lie !== undefined) return unsettled(lie)
    logs.push(...logsOf(followed, header, receipts))
  }
  return { kind: 'logged', blocks: headers, logs }
}

/** What a log says of its place is derived from where it stands: the receipts' hashes cover that, and not what nodes add. */
function logsOf(followed: Followed, header: Header, receipts: readonly Receipt[]): readonly ChainLog[] {
  const block = { block: header.number, blockHash: header.hash }
  return receipts
    .flatMap(({ transactionHash, logs }) => logs.map((log) => ({ ...log, transactionHash })))
    .map((log, i) => ({ ...log, ...block, logIndex: BigInt(i) }))
    .filter((log) => contractOf(followed, log) !== undefined)
}

/** What a block's bloom filter must hold where the contract told something that is indexed. */
function bitsOf({ address, topic }: FollowedContract): BloomBits {
  return topic === undefined ? bloomBits(address) : [...bloomBits(address), ...bloomBits(topic)]
}

function count(logs: readonly ChainLog[] | undefined): bigint {
  return BigInt(logs?.length ?? 0)
}

function strayLog(followed: Followed, blocks: readonly Header[], logs: readonly ChainLog[]): Contradiction | undefined {
  const hashes = new Map(blocks.map(({ number, hash }) => [number, hash]))
  let previous: ChainLog | undefined
  for (const log of logs) {
    const facts = { block: log.block, logIndex: log.logIndex }
    if (!followed.byAddress.has(log.address)) {
      return { what: 'A log is of a contract that was not asked about', facts: { ...facts, address: log.address } }
    }
    if (hashes.get(log.block) !== log.blockHash) {
      return { what: 'A log names a block of another branch', facts: { ...facts, blockHash: log.blockHash } }
    }
    if (previous?.block === log.block && previous.logIndex === log.logIndex) {
      return { what: 'A log came twice', facts }
    }
    previous = log
  }
  return undefined
}
