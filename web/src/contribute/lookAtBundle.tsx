import { contributionId } from '@attribution-ledger/sdk'
import { useState } from 'react'
import { Card } from '../parts/card.tsx'
import { Note } from '../parts/note.tsx'
import { Pill } from '../parts/pill.tsx'
import type { Dataset } from '../queries/dataset.ts'
import type { Bundle } from './bundle.ts'
import { ChooseItems } from './chooseItems.tsx'

/** For the curator, before a decision: whose contribution the files are that somebody handed over, and what is in them. */
export function LookAtBundle({ of }: { of: Dataset }) {
  const [bundle, setBundle] = useState<Bundle>()
  return (
    <Card
      title="Look at a bundle"
      span={6}
      aside={<Pill icon="lock">Files stay on this machine</Pill>}
      about="Choose the items and the salts that a contributor gave you: they are hashed here, and compared with what is on chain."
    >
      <div className="stack">
        <ChooseItems bundle={bundle} choose={setBundle} />
        {bundle !== undefined && <WhoseIsIt of={of} bundle={bundle} />}
      </div>
    </Card>
  )
}

function WhoseIsIt({ of: { datasetId, contributions }, bundle }: { of: Dataset; bundle: Bundle }) {
  if (!bundle.isRestored)
    return <Note tone="wait">Choose its .commitment.json with it: without the salts nothing can be compared.</Note>
  const { itemsRoot, items } = bundle.commitment
  const found = contributions.items.find(
    ({ contributor, contributionId: id }) =>
      contributionId(datasetId, contributor.accountId, itemsRoot, items.length) === id,
  )
  return found === undefined ? (
    <Note tone="bad">
      No contribution to this dataset commits to these items. Ask for the files that were contributed.
    </Note>
  ) : (
    <Note tone="good">
      <strong>Hashes match the contribution of account {found.contributor.accountId}.</strong> It is{' '}
      {found.status.toLowerCase()}.
    </Note>
  )
}
