import { Link } from '@tanstack/react-router'
import { count, plainName } from '../../format.ts'
import { useReader } from '../../ledger/useReader.ts'
import { Card } from '../../parts/card.tsx'
import { Table } from '../../parts/table.tsx'
import type { Dataset } from '../../queries/dataset.ts'
import { useAct } from '../../wallet/useAct.ts'

export function Versions({ of, isCurator }: { of: Dataset; isCurator: boolean }) {
  const { datasets } = useReader().contracts
  const { act, told, isBusy } = useAct()
  const freeze = () =>
    act({ ...datasets, functionName: 'freeze', args: [of.datasetId] }, 'Frozen. Models can be trained on this version.')
  return (
    <Card title="Versions" about="A frozen version never changes: models name the versions that they were trained on.">
      <div className="stack">
        {of.versions.items.length === 0 ? (
          <p className="muted">No version is frozen yet.</p>
        ) : (
          <Table
            caption="Versions"
            rows={of.versions.items}
            keyOf={({ id }) => id}
            columns={[
              { title: 'Version', cell: ({ number }) => <strong>{number}</strong> },
              { title: 'Contributions', isNumber: true, cell: ({ contributionCount }) => count(contributionCount) },
              { title: 'Items', isNumber: true, from: 'tablet', cell: ({ itemCount }) => count(BigInt(itemCount)) },
              {
                title: 'Used by',
                cell: ({ models }) =>
                  models.items.length === 0
                    ? 'nobody yet'
                    : models.items.map(({ modelId, name }) => (
                        <Link key={modelId} to="/models/$id" params={{ id: `${modelId}` }}>
                          <bdi>{plainName(name, `Model ${modelId}`)}</bdi>{' '}
                        </Link>
                      )),
              },
            ]}
          />
        )}
        {isCurator && (
          <div className="row">
            <button type="button" className="btn pri" disabled={isBusy} onClick={() => void freeze()}>
              Freeze version {of.versionCount + 1}
            </button>
            <span role="status" className="small muted">
              {told}
            </span>
          </div>
        )}
      </div>
    </Card>
  )
}
