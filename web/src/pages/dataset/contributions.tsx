import { count } from '../../format.ts'
import { useReader } from '../../ledger/useReader.ts'
import { sumOf } from '../../money.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { Pill } from '../../parts/pill.tsx'
import { Empty } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import { Who } from '../../parts/who.tsx'
import type { Dataset, DatasetContribution } from '../../queries/dataset.ts'
import { useAct } from '../../wallet/useAct.ts'

const tones = { Submitted: 'wait', Accepted: 'good', Rejected: 'bad', Withdrawn: 'plain' } as const
const words = {
  Submitted: 'Awaits the curator',
  Accepted: 'Accepted',
  Rejected: 'Rejected',
  Withdrawn: 'Consent withdrawn',
} as const

export function Contributions({ of, isCurator }: { of: Dataset; isCurator: boolean }) {
  const { datasets } = useReader().contracts
  const { act, told, isBusy } = useAct()
  const earnedBy = ({ units }: DatasetContribution) => sumOf(units.items, ({ receivedGwei }) => receivedGwei)
  // What awaits a decision first, then those that earned least: they may harm.
  const rank = ({ status }: DatasetContribution) => (status === 'Submitted' ? 0 : 1)
  const rows = of.contributions.items.toSorted(
    (a, b) => rank(a) - rank(b) || (earnedBy(a) < earnedBy(b) ? -1 : earnedBy(a) > earnedBy(b) ? 1 : 0),
  )
  const decide = (contribution: DatasetContribution, isAccepted: boolean) =>
    act(
      isAccepted
        ? { ...datasets, functionName: 'accept', args: [[contribution.contributionId]] }
        : { ...datasets, functionName: 'reject', args: [contribution.contributionId] },
      isAccepted ? 'Accepted. It counts from the next version on.' : 'Rejected. No version takes it.',
    )
  return (
    <Card
      title="Contributions"
      about={
        isCurator
          ? 'Those that await you first, then those that earned least: pay is net of harm, so zero over many answers means that rows hurt or repeat.'
          : 'Lowest earnings first. Pay is net of harm.'
      }
      foot={
        <span role="status">{told ?? 'A decision counts from the next version on, never for what is frozen.'}</span>
      }
    >
      {rows.length === 0 ? (
        <Empty
          title="Nobody contributed yet"
          why="Hash and salt your items with attribution contribution, and hand the bundle to the curator."
        />
      ) : (
        <Table
          caption="Contributions"
          file={`contributions-dataset-${of.datasetId}.csv`}
          rows={rows}
          keyOf={({ contributionId }) => contributionId}
          columns={[
            {
              title: 'Contributor',
              cell: ({ contributor: { accountId, payout } }) => <Who account={accountId} address={payout} />,
              csv: ({ contributor }) => `account ${contributor.accountId}`,
            },
            {
              title: 'Items',
              isNumber: true,
              cell: ({ itemCount }) => count(itemCount),
              csv: ({ itemCount }) => `${itemCount}`,
            },
            {
              title: 'Earned, OPEN',
              isNumber: true,
              cell: (row) => <Amount gwei={earnedBy(row)} />,
              csv: (row) => `${Number(earnedBy(row)) / 1e9}`,
            },
            {
              title: 'State',
              isNumber: true,
              cell: (row) =>
                isCurator && row.status === 'Submitted' ? (
                  <span className="row end">
                    <button type="button" className="btn sm" disabled={isBusy} onClick={() => void decide(row, false)}>
                      Reject
                    </button>
                    <button
                      type="button"
                      className="btn sm pri"
                      disabled={isBusy}
                      onClick={() => void decide(row, true)}
                    >
                      Accept
                    </button>
                  </span>
                ) : (
                  <Pill tone={tones[row.status]}>{words[row.status]}</Pill>
                ),
              csv: ({ status }) => status,
            },
          ]}
        />
      )}
    </Card>
  )
}
