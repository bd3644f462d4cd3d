import type { Deployment } from '../../../sdk/deployment.ts'
import type { Journals } from '../../decode/journals.ts'
import type { Block } from '../../store/schema.ts'
import { StateGone } from '../../sync/nodeError.ts'
import { unsettled } from '../../sync/step.ts'
import { checkHeaders } from '../../sync/verify/header.ts'
import { askJournals, heldJournals, type JournalsBy } from '../../sync/verifyJournals.ts'
import type { Asker } from './provenStretch.ts'

/** Holds the journals that all proven logs add up to against storage at `head`; undefined where its state is gone. */
export async function compareJournals(
  asker: Asker,
  deployment: Deployment,
  head: Block,
  journals: Journals,
): Promise<JournalsBy | undefined> {
  const asked = await asker.ask<{ readonly kind: 'compared'; readonly by: JournalsBy | undefined }>(async (node) => {
    const [header] = await node.blocks(head.number, head.number)
    if (header === undefined || header.hash !== head.hash) {
      return unsettled({ what: 'A block is not the one that was proven before', facts: { block: head.number } })
    }
    const lie = checkHeaders('receipts', [header])
    if (lie !== undefined) return unsettled(lie)
    try {
      const told = await askJournals(node, deployment, header, 'receipts')
      const held = told.kind === 'unsettled' ? told : heldJournals(deployment, journals, told, header)
      return held.kind === 'unsettled' ? held : { kind: 'compared', by: held.by }
    } catch (error) {
      if (error instanceof StateGone) return { kind: 'compared', by: undefined }
      throw error
    }
  })
  return asked?.answer.by
}
