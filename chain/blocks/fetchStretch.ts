import type { Deployment } from '../../sdk/deployment.ts'
import type { Block } from '../block.ts'
import { mayPass, type Unsettled, unsettled } from '../contradiction.ts'
import { type ChainLog, type Followed, journaled } from '../events/contracts.ts'
import { type Journals, replayJournals } from '../events/journals.ts'
import type { Meter } from '../meter.ts'
import type { Node } from '../node/node.ts'
import { NotThereYet, StateGone } from '../node/nodeError.ts'
import { checkHeaders, type Header } from '../verify/header.ts'
import type { Verdict, Verification } from '../verify/verification.ts'
import { compareJournals, isCheckpoint, readJournals, type StoredJournals } from '../verify/verifyJournals.ts'
import { brokenChain } from './brokenChain.ts'
import { logsOfReceipts, portionsOf, unprovenLogs } from './fetchLogs.ts'
import type { Finality } from './finality.ts'
import type { Step } from './step.ts'
import { whenThere } from './whenThere.ts'

/** What is fetched of every block, and how it is checked. */
export interface PieceQuery {
  readonly deployment: Deployment
  readonly followed: Followed
  readonly verify: Verification
  readonly nodeHead: bigint
  /** The block before the first one, where it is known already. */
  readonly head?: Block | undefined
  readonly comparesLater?: boolean
  readonly meter?: Meter | undefined
}

/**
 * Consecutive blocks and every log of the followed contracts in them. What they follow is not
 * checked yet.
 */
export interface Piece {
  readonly kind: 'piece'
  readonly blocks: readonly Header[]
  readonly logs: readonly ChainLog[]
  /**
   * The journals in the contracts' storage after the last block; undefined where they are not
   * compared there.
   */
  readonly journalsTold: StoredJournals | undefined
}

/** What a stretch must follow. */
export interface StretchStart {
  readonly deployment: Deployment
  readonly followed: Followed
  /** The block before the stretch; none before the first. */
  readonly head: Block | undefined
  readonly journals: Journals
  readonly verify: Verification
  /**
   * Compare journals only after storing: receipts prove this stretch, and an earlier comparison
   * covers all before it.
   */
  readonly comparesLater?: boolean
  readonly meter?: Meter | undefined
  /** The finality once the blocks up to `last` are stored. */
  readonly finalityAt?: (last: bigint) => Finality
}

const verdicts: Readonly<Record<Verification, Verdict>> = { receipts: 'receipts', bloom: 'bloom', off: 'told' }

/**
 * Fetches blocks and logs and checks that they belong together: parent hashes chain, and the block
 * hashes commit to headers and logs. A range too large for memory comes in several pieces. `known`
 * is the last block, if known already.
 */
export async function* fetchPieces(
  node: Node,
  query: PieceQuery,
  from: bigint,
  to: bigint,
  known?: Header,
): AsyncGenerator<Piece | Unsettled, void> {
  const { followed, verify } = query
  const headers = await headersThere(node, from, to, known)
  const begun = performance.now()
  const lie = brokenChain(query.head, headers, from) ?? checkHeaders(verify, headers)
  query.meter?.spent('verify', performance.now() - begun)
  if (lie !== undefined) {
    yield unsettled(lie)
    return
  }
  for (const portion of portionsOf(followed, headers)) {
    const [logged, journals] = await Promise.all([
      verify === 'receipts'
        ? logsOfReceipts(node, followed, portion, query.meter)
        : unprovenLogs(node, followed, portion.blocks, verify, query.meter),
      journalsAfter(node, query, portion.blocks),
    ])
    if (logged.kind === 'unsettled') yield logged
    else if (journals?.kind === 'unsettled') yield journals
    else yield { kind: 'piece', blocks: logged.blocks, logs: logged.logs, journalsTold: journals }
  }
}

/**
 * Checks a piece against what it must follow: the block before it, and the journals after that
 * block.
 */
export function joinStretch(start: StretchStart, { blocks, logs, journalsTold }: Piece): Step {
  const first = blocks[0] as Header
  const last = blocks.at(-1) as Header
  const lie = brokenChain(start.head, [first], first.number)
  if (lie !== undefined) return unsettled(lie)
  const replayed = replayJournals(start.followed, start.journals, logs)
  const held = journalsTold && compareJournals(start.deployment, replayed.journals, journalsTold, last)
  // Logs that no receipt proves may be missing only for now.
  if (held?.kind === 'unsettled') return start.verify === 'receipts' ? held : unsettled(mayPass(held.contradiction))
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

/** Fetches and checks the next stretch from `from` on. It may end before `to`. */
export async function fetchStretch(
  node: Node,
  start: StretchStart,
  from: bigint,
  to: bigint,
  nodeHead: Header,
): Promise<Step> {
  const known = nodeHead.number === to ? nodeHead : undefined
  for await (const piece of fetchPieces(node, { ...start, nodeHead: nodeHead.number }, from, to, known)) {
    return piece.kind === 'unsettled' ? piece : joinStretch(start, piece)
  }
  throw new Error('The range has no block')
}

async function journalsAfter(
  node: Node,
  { deployment, followed, verify, nodeHead, comparesLater = false }: PieceQuery,
  blocks: readonly Header[],
): Promise<StoredJournals | Unsettled | undefined> {
  const [first, last] = [blocks[0] as Header, blocks.at(-1) as Header]
  const isReplayed = journaled.every((name) => followed.contracts.some((contract) => contract.name === name))
  if (!isReplayed || comparesLater || !isCheckpoint(verify, first.number, last.number, nodeHead)) return undefined
  try {
    return await readJournals(node, deployment, last, verify)
  } catch (error) {
    // Journals accumulate: where a node has pruned this state, the comparison at its head covers
    // these blocks too.
    if (error instanceof StateGone && last.number < nodeHead) return undefined
    throw error
  }
}

/** The headers from `from` to `to`, the last of which may be known; asked for again while some are not there. */
async function headersThere(
  node: Node,
  from: bigint,
  to: bigint,
  known: Header | undefined,
): Promise<readonly Header[]> {
  const isLastKnown = known?.number === to
  let headers: readonly Header[] = []
  const next = () => from + BigInt(headers.length)
  const isWhole = () => next() === (isLastKnown ? to : to + 1n)
  const ask = async () => {
    const last = isLastKnown ? to - 1n : to
    if (next() <= last) headers = [...headers, ...(await node.blocks(next(), last))]
  }
  await whenThere(node, ask, isWhole)
  if (!isWhole()) throw new NotThereYet(node.name, 'a block below its head', { block: next() })
  return isLastKnown ? [...headers, known] : headers
}
