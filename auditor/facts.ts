import { chainOf } from '../chain/chains.ts'
import { type ContractName, followedOf } from '../chain/events/contracts.ts'
import { decodeLogs } from '../chain/events/decode.ts'
import type { Fact } from '../chain/events/facts.ts'
import { emptyJournals } from '../chain/events/journals.ts'
import { noTerms } from '../chain/events/terms.ts'
import type { Node } from '../chain/node/node.ts'
import type { Header } from '../chain/verify/header.ts'
import { compareJournals, readJournals } from '../chain/verify/verifyJournals.ts'
import type { Deployment } from '../sdk/deployment.ts'
import { Refuted, readHistory } from './history/readHistory.ts'

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

/**
 * Every event of these contracts from the start of the deployment to `head`, decoded. Throws in the
 * end where the events do not add up to the journals of their contracts after that block.
 */
export async function* readFacts({
  node,
  deployment,
  names,
  head: target,
  signal,
}: HistoryRead): AsyncGenerator<FactsOfBlocks> {
  const followed = followedOf(deployment, names)
  const { strongest: verify } = chainOf(deployment.chainId)
  let [terms, journals] = [noTerms, emptyJournals]
  const query = { node, deployment, followed, verify, target, signal, head: undefined, journals }
  for await (const { blocks, logs, journals: after } of readHistory(query)) {
    const decoded = decodeLogs(followed, terms, logs)
    terms = decoded.terms
    journals = after
    yield { blocks, facts: decoded.facts }
  }
  const stored = await readJournals(node, deployment, target, verify)
  const compared = stored.kind === 'unsettled' ? stored : compareJournals(deployment, journals, stored, target)
  if (compared.kind === 'unsettled') throw new Refuted(node.name, compared.contradiction)
}
