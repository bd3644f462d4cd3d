import type { Deployment } from '../../sdk/deployment.ts'
import { type ChainLog, contractAt, journaled } from '../decode/contracts.ts'
import { type Journals, replayJournals } from '../decode/journals.ts'
import type { Block } from '../store/schema.ts'
import type { Node } from './node.ts'
import type { Contradiction, Step } from './step.ts'
import { verifyJournals } from './verifyJournals.ts'

/**
 * Fetches blocks and logs, and checks that they belong together: parent hashes chain from the block we stand on, every log
 * names a block of this very branch, and the journals that the logs add up to are those in the contracts' storage.
 */
export async function fetchStretch(
  node: Node,
  deployment: Deployment,
  head: Block | undefined,
  journals: Journals,
  from: bigint,
  to: bigint,
): Promise<Step> {
  const addresses = journaled.map((name) => deployment.contracts[name])
  const [blocks, logs] = await Promise.all([node.blocks(from, to), node.logs(addresses, from, to)])
  const last = blocks.at(-1)
  if (last === undefined) return unsettled({ what: 'The node lacks a block below its head', facts: { block: from } })
  const apart = brokenChain(head, blocks, from, to) ?? strayLog(deployment, blocks, logs)
  if (apart !== undefined) return unsettled(apart)

  const replayed = replayJournals(deployment, journals, logs)
  const incomplete = await verifyJournals(node, deployment, replayed.journals, last)
  return incomplete === undefined
    ? { kind: 'blocksAdded', blocks, logs, journals: replayed.journals, journalMoves: replayed.moves }
    : unsettled(incomplete)
}

function unsettled(contradiction: Contradiction): Step {
  return { kind: 'unsettled', contradiction }
}

function brokenChain(
  head: Block | undefined,
  blocks: readonly Block[],
  from: bigint,
  to: bigint,
): Contradiction | undefined {
  let parent = head
  let expected = from
  for (const block of blocks) {
    if (block.number !== expected) {
      return { what: 'A block came under another number', facts: { asked: expected, given: block.number } }
    }
    if (parent !== undefined && block.parentHash !== parent.hash) {
      return {
        what: 'A block does not follow the one before it',
        facts: { block: block.number, parentHash: block.parentHash, expected: parent.hash },
      }
    }
    parent = block
    expected += 1n
  }
  return expected > to ? undefined : { what: 'The node lacks a block below its head', facts: { block: expected } }
}

function strayLog(
  deployment: Deployment,
  blocks: readonly Block[],
  logs: readonly ChainLog[],
): Contradiction | undefined {
  const hashes = new Map(blocks.map(({ number, hash }) => [number, hash]))
  let previous: ChainLog | undefined
  for (const log of logs) {
    const facts = { block: log.block, logIndex: log.logIndex }
    if (contractAt(deployment, log.address) === undefined) {
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
