import { StateGone } from '../../../chain/node/nodeError.ts'
import type { JournalsBy } from '../../../chain/verify/verification.ts'
import { compareJournals, readJournals } from '../../../chain/verify/verifyJournals.ts'
import type { Deployment } from '../../../sdk/deployment.ts'
import { branchOf, type OtherBranch } from './branch.ts'
import type { PriorState } from './priorState.ts'
import type { Asker } from './provenStretch.ts'

export interface Compared {
  readonly kind: 'compared'
  /** Undefined if no node has the state. */
  readonly by: JournalsBy | undefined
}

/** Compares the replayed journals with storage at the last block. Undefined if aborted. */
export async function compareAtHead(
  asker: Asker,
  deployment: Deployment,
  { head, journals }: Pick<PriorState, 'head' | 'journals'>,
): Promise<Compared | OtherBranch | undefined> {
  if (head === undefined) return { kind: 'compared', by: undefined }
  const asked = await asker.ask<Compared | OtherBranch>(async (node) => {
    const branch = await branchOf(node, head)
    if (branch.kind !== 'sameBranch') return branch
    const { header } = branch
    try {
      const stored = await readJournals(node, deployment, header, 'receipts')
      const held = stored.kind === 'unsettled' ? stored : compareJournals(deployment, journals, stored, header)
      return held.kind === 'unsettled' ? held : { kind: 'compared', by: held.by }
    } catch (error) {
      if (error instanceof StateGone) return { kind: 'compared', by: undefined }
      throw error
    }
  })
  return asked?.answer
}
