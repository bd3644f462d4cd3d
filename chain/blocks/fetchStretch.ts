import type { Deployment } from '../../sdk/deployment.ts'
import type { Block } from '../block.ts'
import type { Contradiction } from '../contradiction.ts'
import { type Unsettled, unsettled } from '../contradiction.ts'
import { type ChainLog, type Followed, journaled } from '../events/contracts.ts'
import { type Journals, replayJournals } from '../events/journals.ts'
import type { Meter } from '../meter.ts'
import type { Node } from '../node/node.ts'
import { StateGone } from '../node/nodeError.ts'
import { checkHeaders, type Header } from '../verify/header.ts'
import type { Verdict, Verification } from '../verify/verification.ts'
import { askJournals, heldJournals, isCheckpoint, type JournalsTold } from '../verify/verifyJournals.ts'
import { brokenChain } from './brokenChain.ts'
import { logsOfReceipts, logsToldOf, portionsOf } from './fetchLogs.ts'
import type { Finality } from './finality.ts'
import type { Step } from './step.ts'

/** What is asked of every block. */
export interface Asked {
  readonly deployment: Deployment
  readonly followed: Followed
  readonly verify: Verification
  readonly nodeHead: bigint
  /** The block before, where it is known already. */
  readonly head?: Block | undefined
  readonly comparesLater?: boolean
  readonly meter?: Meter | undefined
}

/** Blocks that follow each other, and all logs of ours in them, whatever comes before. */
export interface Fetched {
  readonly kind: 'fetched'
  readonly blocks: readonly Header[]
  readonly logs: readonly ChainLog[]
  /** What the contracts' storage says just after the last of them; undefined where that is not compared there. */
  readonly journalsTold: JournalsTold | undefined
}

/** What a stretch has to follow. */
export interface StretchStart {
  readonly deployment: Deployment
  readonly followed: Followed
  /** The block before the stretch; none before the first. */
  readonly head: Block | undefined
  readonly journals: Journals
  readonly verify: Verification
  /** Journals are compared once the stretch is stored, where receipts prove it and a comparison spoke for all before it. */
  readonly comparesLater?: boolean
  readonly meter?: Meter | undefined
  /** What is known of finality once the blocks up to `last` are there. */
  readonly finalityAt?: (last: bigint) => Finality
}

const verdicts: Readonly<Record<Verification, Verdict>> = { receipts: 'receipts', bloom: 'bloom', off: 'told' }

/**
 * Fetches blocks and logs, and checks that they belong together: parent hashes chain, and headers and logs are what the block
 * hashes commit to. Where that is too much at once, it comes in several pieces. `known` is the last of the blocks, if it is at hand.
 */
export async function* fetchPieces(
  node: Node,
  asked: Asked,
  from: bigint,
  to: bigint,
  known?: Header,
): AsyncGenerator<Fetched | Unsettled, void> {
  const { followed, verify } = asked
  const headers = known !== undefined && from === to ? [known] : await node.blocks(from, to)
  const begun = performance.now()
  const lie = missing(headers, from, to) ?? brokenChain(asked.head, headers, from) ?? checkHeaders(verify, headers)
  asked.meter?.spent('verify', performance.now() - begun)
  if (lie !== undefined) {
    yield unsettled(lie)
    return
  }
  for (const portion of portionsOf(followed, headers)) {
    const [logged, journals] = await Promise.all([
      verify === 'receipts'
        ? logsOfReceipts(node, followed, portion, asked.meter)
        : logsToldOf(node, followed, portion.blocks, verify, asked.meter),
      journalsAfter(node, asked, portion.blocks),
    ])
    if (logged.kind === 'unsettled') yield logged
    else if (journals?.kind === 'unsettled') yield journals
    else yield { kind: 'fetched', blocks: logged.blocks, logs: logged.logs, journalsTold: journals }
  }
}

/** Holds what was fetched against what it has to follow: the block before it, and the journals as they stood there. */
export function joinStretch(start: StretchStart, { blocks, logs, journalsTold }: Fetched): Step {
  const first = blocks[0] as Header
  const last = blocks.at(-1) as Header
  const lie = brokenChain(start.head, [first], first.number)
  if (lie !== undefined) return unsettled(lie)
  const replayed = replayJournals(start.followed, start.journals, logs)
  const held = journalsTold && heldJournals(start.deployment, replayed.journals, journalsTold, last)
  if (held?.kind === 'unsettled') return held
  return {
    kind: 'blocksAdded',
    blocks,
    logs,
    journals: replayed.journals,
    journalMoves: replayed.moves,
    verdict: verdicts[start.verify],
    journalsBy: held?.by,
    finality: start.finalityAt?.(last.number) ?? {},
  }
}

/** The next stretch from `from` on, fetched and joined. It may end before `to`. */
export async function fetchStretch(
  node: Node,
  start: StretchStart,
  from: bigint,
  to: bigint,
  nodeHead: Header,
): Promise<Step> {
  const known = nodeHead.number === from ? nodeHead : undefined
  for await (const piece of fetchPieces(node, { ...start, nodeHead: nodeHead.number }, from, to, known)) {
    return piece.kind === 'unsettled' ? piece : joinStretch(start, piece)
  }
  throw new Error('A range without a block')
}

async function journalsAfter(
  node: Node,
  { deployment, followed, verify, nodeHead, comparesLater = false }: Asked,
  blocks: readonly Header[],
): Promise<JournalsTold | Unsettled | undefined> {
  const [first, last] = [blocks[0] as Header, blocks.at(-1) as Header]
  const isReplayed = journaled.every((name) => followed.contracts.some((contract) => contract.name === name))
  if (!isReplayed || comparesLater || !isCheckpoint(verify, first.number, last.number, nodeHead)) return undefined
  try {
    return await askJournals(node, deployment, last, verify)
  } catch (error) {
    // Journals add up: where a node has pruned the state, the comparison at its head speaks for these blocks as well.
    if (error instanceof StateGone && last.number < nodeHead) return undefined
    throw error
  }
}

function missing(blocks: readonly Block[], from: bigint, to: bigint): Contradiction | undefined {
  const expected = from + BigInt(blocks.length)
  return expected > to ? undefined : { what: 'The node lacks a block below its head', facts: { block: expected } }
}
