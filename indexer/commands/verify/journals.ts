import { StateGone } from '../../../chain/node/nodeError.ts'
import type { JournalsBy } from '../../../chain/verify/verification.ts'
import { compareJournals, readJournals } from '../../../chain/verify/verifyJournals.ts'
import type { Deployment } from '../../../sdk/deployment.ts'
import type { Before } from './before.ts'
import { branchOf, type OtherBranch } from './branch.ts'
import type { Asker } from './provenStretch.ts'

export interface Compared {
  readonly kind: 'compared'
  /** Undefined where the state is gone. */
  readonly by: JournalsBy | undefined
}

/** Holds the journals that all proven logs add up to against storage at the last block. Undefined where it was asked to end. */
export async function compareAtHead(
  asker: Asker,
  deployment: Deployment,
  { head, journals }: Pick<Before, 'head' | 'journals'>,
): Promise<Compared | OtherBranch | undefined> {
  if (head === undefined) return { kind: 'compared', by: undefined }
  const asked = await asker.ask<Compared | OtherBranch>(async (node) => {
    const branch = await branchOf(node, head)
    if (branch.kind !== 'sameBranch') return branch
    const { header } = branch
    try {
      const told = await readJournals(node, deployment, header, 'receipts')
      const held = told.kind === 'unsettled' ? told : compareJournals(deployment, journals, told, header)
      return held.kind === 'unsettled' ? held : { kind: 'compared', by: held.by }
    } catch (error) {
      if (error instanceof StateGone) return { kind: 'compared', by: undefined }
      throw error
    }
  })
  return asked?.answer
}
