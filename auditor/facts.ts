import { pause } from '../chain/backoff.ts'
import { nextStep } from '../chain/blocks/nextStep.ts'
import type { Stretch } from '../chain/blocks/step.ts'
import { NodeContradictsItself } from '../chain/contradiction.ts'
import { type ContractName, followedOf } from '../chain/events/contracts.ts'
import { decodeLogs } from '../chain/events/decode.ts'
import type { Fact } from '../chain/events/facts.ts'
import { emptyJournals } from '../chain/events/journals.ts'
import { noTerms } from '../chain/events/terms.ts'
import type { Node } from '../chain/node/node.ts'
import { RangeTooLarge } from '../chain/node/nodeError.ts'
import { rangeRefused, rangeUpTo } from '../chain/node/range.ts'
import type { Header } from '../chain/verify/header.ts'
import type { Deployment } from '../sdk/deployment.ts'
import { StopError } from '../sdk/errors.ts'

export interface HistoryRead {
  readonly node: Node
  readonly deployment: Deployment
  readonly names: readonly ContractName[]
  /** The last block to read. */
  readonly head: Header
  readonly signal: AbortSignal
}

/** Facts of consecutive blocks, and those blocks. */
export interface FactsOfBlocks {
  readonly blocks: readonly Header[]
  readonly facts: readonly Fact[]
}

const LARGEST_RANGE = 2_000n
const MOST_CONTRADICTIONS = 5
const SETTLE_MS = 500

/**
 * Every event of these contracts from the start of the deployment to `head`, decoded. Headers are
 * hashed, logs come from receipts that hash to them, and every journal equals its contract's.
 */
export async function* readFacts(asked: HistoryRead): AsyncGenerator<FactsOfBlocks> {
  const followed = followedOf(asked.deployment, asked.names)
  let terms = noTerms
  for await (const { blocks, logs } of stretchesOf(asked)) {
    const decoded = decodeLogs(followed, terms, logs)
    terms = decoded.terms
    yield { blocks, facts: decoded.facts }
  }
}

async function* stretchesOf({ node, deployment, names, head, signal }: HistoryRead): AsyncGenerator<Stretch> {
  const followed = followedOf(deployment, names)
  let last: Header | undefined
  let journals = emptyJournals
  let range = rangeUpTo(LARGEST_RANGE)
  for (let contradictions = 0; ; ) {
    signal.throwIfAborted()
    const at = { deployment, followed, verify: 'receipts', head: last, journals, finalised: last?.number } as const
    try {
      const step = await nextStep(node, head, { ...at, stored: async () => [], range: range.size })
      if (step.kind === 'upToDate') return
      if (step.kind === 'reorged' || step.kind === 'behind') throw movedAway(node, head)
      if (step.kind === 'unsettled') {
        contradictions += 1
        if (contradictions >= MOST_CONTRADICTIONS) throw new NodeContradictsItself(node.name, step.contradiction)
        await pause(SETTLE_MS, signal)
        continue
      }
      contradictions = 0
      last = step.blocks.at(-1)
      journals = step.journals
      yield step
      if (last?.hash === head.hash) return
    } catch (error) {
      if (!(error instanceof RangeTooLarge) || range.size === 1n) throw error
      range = rangeRefused(range, range.size, error.limit)
    }
  }
}

function movedAway(node: Node, { number, hash }: Header): StopError {
  return new StopError(
    `${node.name} left the branch of the block that is read up to`,
    { block: number, hash },
    'Read up to an older block, which no reorg reaches.',
  )
}
