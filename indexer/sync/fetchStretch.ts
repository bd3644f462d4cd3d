import type { Deployment } from '../../sdk/deployment.ts'
import type { Followed } from '../decode/contracts.ts'
import { type Journals, replayJournals } from '../decode/journals.ts'
import type { Block } from '../store/schema.ts'
import { brokenChain } from './brokenChain.ts'
import { logsInBloom, logsOfReceipts, logsTold } from './fetchLogs.ts'
import type { Node } from './node.ts'
import { type Contradiction, type Finality, type Step, unsettled, type Verdict } from './step.ts'
import { checkHeaders, type Header } from './verify/header.ts'
import type { Verification } from './verify/verification.ts'
import { askJournals, heldJournals, isCheckpoint } from './verifyJournals.ts'

/** What a stretch has to follow. */
export interface StretchStart {
  readonly deployment: Deployment
  readonly followed: Followed
  /** The block before the stretch; none before the first. */
  readonly head: Block | undefined
  readonly journals: Journals
  readonly verify: Verification
  /** What is known of finality while the stretch is fetched. */
  readonly finality?: Finality
}

const verdicts: Readonly<Record<Verification, Verdict>> = { receipts: 'receipts', bloom: 'bloom', off: 'told' }

/**
 * Fetches blocks and logs, and checks that they belong together: parent hashes chain from the block we stand on, headers and
 * logs are what the block hashes commit to, and the journals that the logs add up to are those in the contracts' storage. It may
 * end before `to`.
 */
export async function fetchStretch(
  node: Node,
  start: StretchStart,
  from: bigint,
  to: bigint,
  nodeHead: bigint,
): Promise<Step> {
  const { deployment, followed, verify } = start
  const told = verify === 'receipts' ? undefined : logsTold(node, followed, from, to)
  // Whichever of the two fails first speaks for both.
  told?.catch(() => {})
  const headers = await node.blocks(from, to)
  const lie = missing(headers, from, to) ?? brokenChain(start.head, headers, from) ?? checkHeaders(verify, headers)
  if (lie !== undefined) return unsettled(lie)

  const fetched =
    told === undefined
      ? await logsOfReceipts(node, followed, headers)
      : await logsInBloom(node, followed, headers, await told, verify)
  if (fetched.kind === 'unsettled') return fetched
  const { blocks, logs } = fetched

  const replayed = replayJournals(followed, start.journals, logs)
  const last = blocks.at(-1) as Header
  if (isCheckpoint(verify, last.number, nodeHead)) {
    const told = await askJournals(node, deployment, last, verify)
    const held = told.kind === 'unsettled' ? told : heldJournals(deployment, replayed.journals, told, last)
    if (held.kind === 'unsettled') return held
  }
  return {
    kind: 'blocksAdded',
    blocks,
    logs,
    journals: replayed.journals,
    journalMoves: replayed.moves,
    verdict: verdicts[verify],
    finality: start.finality ?? {},
  }
}

function missing(blocks: readonly Block[], from: bigint, to: bigint): Contradiction | undefined {
  const expected = from + BigInt(blocks.length)
  return expected > to ? undefined : { what: 'The node lacks a block below its head', facts: { block: expected } }
}
