import type { Block } from '../block.ts'
import { type Unsettled, unsettled } from '../contradiction.ts'
import { type ContractName, type Followed, followedOf, type Sources } from '../events/contracts.ts'
import type { Meter } from '../meter.ts'
import type { Node } from '../node/node.ts'
import { RangeTooLarge } from '../node/nodeError.ts'
import type { Nodes, Subject } from '../node/nodes.ts'
import { type Range, rangeAfter, rangeRefused, rangeUpTo } from '../node/range.ts'
import { checkHeaders, type Header } from '../verify/header.ts'
import type { Verification } from '../verify/verification.ts'
import { type Sight, sightOf } from './chainTip.ts'
import { type Ahead, fetchAhead } from './fetchAhead.ts'
import { type Asked, type Fetched, fetchPieces, joinStretch, type StretchStart } from './fetchStretch.ts'
import { type FinalityRule, falseTags, finalityAfter } from './finality.ts'
import { nextStep } from './nextStep.ts'
import type { Position } from './position.ts'
import type { StoredBlocks } from './reorg.ts'
import type { Step } from './step.ts'

export interface LookOptions {
  readonly verify: Verification
  readonly finality: FinalityRule
  /** The most blocks to ask for at once. */
  readonly maxRange: bigint
  readonly meter?: Meter | undefined
}

/** One look at the chain through one node. */
export interface Looked {
  readonly node: Node
  readonly nodeHead: Header
  readonly step: Step
}

/** Looks at the chain, further ahead than is stored, with as few questions as that takes. */
export interface Lookout {
  /**
   * What comes after `from`; undefined where nothing came of the look, and the node has been seen to. Before the database is
   * asked, `isStored` is waited for.
   */
  look(from: Position, isStored: () => Promise<void>): Promise<Looked | undefined>
  /** Pieces of the blocks from `from` to `to` as one contract alone fills them. */
  lookBack(node: Node, followed: Followed, from: bigint, to: bigint): AheadOf
  /** Whether the next look has been under way since before. */
  isAhead(): boolean
  /** Sees to a node that failed over so many blocks. */
  failed(node: Node, about: Subject, error: unknown, asked: bigint): void
  /** What was looked at ahead does not count any more. */
  forget(): void
}

/** What is fetched ahead, and of whom. */
export interface AheadOf extends Ahead {
  readonly node: Node
}

/** What one stretch may weigh, in bytes of JSON: much less costs round trips, much more costs memory. */
const WEIGHT_A_STRETCH = 3 * 2 ** 20
const LOG_BYTES = 600
/** What a log carries comes as hexadecimal, and becomes rows: of a batch, a thousand. */
const COPIES_OF_DATA = 4
const HEADER_BYTES = 1_700
const HASH_BYTES = 69

/** After so long a node is asked for its head anew, so that whoever watches sees how far there is to go. */
const SIGHT_MS = 5_000

export function lookoutOver(
  nodes: Nodes,
  stored: StoredBlocks,
  sources: Sources,
  options: LookOptions,
  /** Whether all that is stored has been found to add up to the contracts' journals. */
  isHeld: () => boolean,
  signal: AbortSignal,
): Lookout {
  const { deployment } = sources
  const { verify, finality: rule, meter } = options
  let range: Range = rangeUpTo(options.maxRange)
  let ahead: (AheadOf & { readonly followed: Followed; sight: Sight; seenAt: number }) | undefined

  const forget = (): void => {
    ahead?.end()
    ahead = undefined
  }

  const startOf = (from: Position, followed: Followed, { nodeHead, tagged }: Sight): StretchStart => ({
    // Live, a commit waits for no more than what proves its own block.
    comparesLater: verify === 'receipts' && isHeld() && nodeHead.number === (from.head?.number ?? nodeHead.number) + 1n,
    deployment,
    followed,
    head: from.head,
    journals: from.journals,
    verify,
    meter,
    finalityAt: (last) => finalityAfter(rule, from.finality, tagged, last),
  })

  const fetchFrom = (node: Node, asked: Asked, from: bigint, to: bigint): AheadOf => ({
    ...fetchAhead(
      node.until(signal),
      (speaking, first, last) => fetchPieces(speaking, asked, first, last),
      from,
      to,
      () => range.size,
    ),
    node,
  })

  const failed: Lookout['failed'] = (node, about, error, asked) => {
    if (signal.aborted) return
    if (error instanceof RangeTooLarge) range = rangeRefused(range, asked, error.limit)
    nodes.failed(node, about, error)
  }

  /** What was fetched meanwhile; undefined where it is over, or the chain has moved and has to be looked at anew. */
  const lookFurther = async (from: Position): Promise<Looked | 'failed' | undefined> => {
    if (ahead === undefined) return undefined
    const { node, followed } = ahead
    try {
      const { sight } = ahead
      const piece = await ahead.next()
      const isOnOurBranch = piece?.kind !== 'fetched' || piece.blocks[0]?.parentHash === from.head?.hash
      if (piece === undefined || !isOnOurBranch) {
        forget()
        return undefined
      }
      const step =
        piece.kind === 'fetched'
          ? (lieAmong(sight, piece.blocks) ?? joinStretch(startOf(from, followed, sight), piece))
          : piece
      if (piece.kind === 'fetched' && step.kind === 'blocksAdded') {
        range = rangeAfter(range, ahead.asked(), weightOf(piece), WEIGHT_A_STRETCH)
      } else forget()
      return { node, nodeHead: sight.nodeHead, step }
    } catch (error) {
      const asked = ahead.asked()
      forget()
      failed(node, 'blocks', error, asked)
      return 'failed'
    }
  }

  const lookAnew = async (from: Position): Promise<Looked | undefined> => {
    const node = await nodes.next(signal)
    if (node === undefined) return undefined
    let asked = range.size
    try {
      const speaking = node.until(signal)
      const sight = await sightOf(speaking, rule)
      const { nodeHead } = sight
      const first = from.head === undefined ? BigInt(deployment.startBlock) : from.head.number + 1n
      if (nodeHead.number >= first && nodeHead.number - first + 1n < asked) asked = nodeHead.number - first + 1n
      const followed = followedFrom(sources, from)
      const step = await nextStep(speaking, nodeHead, {
        ...startOf(from, followed, sight),
        stored,
        finalised: from.finality.finalised,
        range: range.size,
      })
      const lie = await lieOfTags(sight, step)
      if (lie !== undefined) return { node, nodeHead, step: lie }
      if (step.kind === 'blocksAdded') {
        range = rangeAfter(range, BigInt(step.blocks.length), weightOf(step), WEIGHT_A_STRETCH)
        const next = (step.blocks.at(-1)?.number ?? 0n) + 1n
        if (next <= nodeHead.number) {
          const asking = { deployment, followed, verify, nodeHead: nodeHead.number, meter }
          ahead = { ...fetchFrom(node, asking, next, nodeHead.number), followed, sight, seenAt: Date.now() }
        }
      }
      return { node, nodeHead, step }
    } catch (error) {
      failed(node, 'blocks', error, asked)
      return undefined
    }
  }

  /** On our own branch, what a node calls safe or final must be blocks of ours. */
  const lieOfTags = async (sight: Sight, step: Step): Promise<Unsettled | undefined> => {
    const { tagged } = sight
    if (step.kind !== 'blocksAdded' && step.kind !== 'upToDate') return undefined
    const heights = [tagged.safe, tagged.finalised].flatMap((header) => (header === undefined ? [] : [header.number]))
    const ours = (await Promise.all(heights.map((height) => stored(height, height)))).flat()
    return lieAmong(sight, step.kind === 'blocksAdded' ? [...ours, ...step.blocks] : ours)
  }

  const lieAmong = ({ tagged }: Sight, blocks: readonly Block[]): Unsettled | undefined => {
    const hashes = new Map(blocks.map(({ number, hash }) => [number, hash]))
    const lie = falseTags(verify, tagged, (height) => hashes.get(height))
    return lie && unsettled(lie)
  }

  /** Only for whoever watches: nothing that is stored follows from it. */
  const seeAnew = async (): Promise<void> => {
    const seeing = ahead
    if (seeing === undefined || Date.now() - seeing.seenAt < SIGHT_MS) return
    seeing.seenAt = Date.now()
    const nodeHead = await seeing.node.latest().catch(() => undefined)
    if (nodeHead === undefined || checkHeaders(verify, [nodeHead]) !== undefined) return
    seeing.sight = { ...seeing.sight, nodeHead }
  }

  return {
    look: async (from, isStored) => {
      void seeAnew()
      const further = await lookFurther(from)
      if (further === 'failed') return undefined
      if (further !== undefined) return further
      await isStored()
      return await lookAnew(from)
    },
    lookBack: (node, followed, from, to) =>
      fetchFrom(node, { deployment, followed, verify, nodeHead: to, meter }, from, to),
    isAhead: () => ahead !== undefined,
    failed,
    forget,
  }
}

/** The contracts whose facts go on at the head; those that are being caught up stand below it. */
export function followedFrom({ deployment, followed }: Sources, { head, cursors }: Position): Followed {
  if (head === undefined) return followed
  const isThere = (name: ContractName) => cursors.get(name) === head.number
  if (followed.contracts.every(({ name }) => isThere(name))) return followed
  return followedOf(deployment, followed.contracts.map(({ name }) => name).filter(isThere))
}

function weightOf({ blocks, logs }: Pick<Fetched, 'blocks' | 'logs'>): number {
  const headers = blocks.reduce((sum, { transactions }) => sum + HEADER_BYTES + HASH_BYTES * transactions.length, 0)
  return logs.reduce((sum, { data }) => sum + LOG_BYTES + COPIES_OF_DATA * data.length, headers)
}
