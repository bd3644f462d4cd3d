import { useState } from 'react'
import { count } from '../../format.ts'
import { useInfluences } from '../../influence/useInfluences.ts'
import { sumOf } from '../../money.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { HelpHarm, HelpHarmKey, type Influence, scaleOf } from '../../parts/helpHarm.tsx'
import { Pill } from '../../parts/pill.tsx'
import { Empty } from '../../parts/states.tsx'
import { Table } from '../../parts/table.tsx'
import { Who } from '../../parts/who.tsx'
import type { Dataset, DatasetContribution } from '../../queries/dataset.ts'
import { useAct } from '../../wallet/useAct.ts'
import { type Withdrawal, WithdrawConsent } from '../earnings/withdrawConsent.tsx'
import { ContributionState } from './contributionState.tsx'

interface Row extends DatasetContribution {
  readonly earnedGwei: bigint
  /** In the newest model that uses it. */
  readonly influence: Influence | undefined
}

const net = ({ influence }: Row) => (influence === undefined ? 0 : influence.help - influence.harm)

/** What awaits a decision first, then what harms most, then what earned least. */
function urgency(a: Row, b: Row): number {
  const rank = ({ status }: Row) => (status === 'Submitted' ? 0 : 1)
  return rank(a) - rank(b) || net(a) - net(b) || Number(a.earnedGwei - b.earnedGwei)
}

export function Contributions({ of, isCurator }: { of: Dataset; isCurator: boolean }) {
  const { act, told, isBusy } = useAct()
  const [withdrawal, setWithdrawal] = useState<Withdrawal>()
  const newest = of.contributions.items.flatMap(({ units }) => units.items[0] ?? [])
  const influenceIn = useInfluences(newest.map(({ modelId }) => modelId))
  const rows = of.contributions.items
    .map((contribution): Row => {
      const [unit] = contribution.units.items
      return {
        ...contribution,
        earnedGwei: sumOf(contribution.units.items, ({ receivedGwei }) => receivedGwei),
        influence: unit && influenceIn(unit.modelId, unit.unitId),
      }
    })
    .toSorted(urgency)
  const influences = rows.flatMap(({ influence }) => influence ?? [])
  const scale = scaleOf(influences)
  const harmful = rows.filter((row) => net(row) < 0).length
  return (
    <Card
      title="Contributions"
      about={isCurator ? `Those that await you first, then those that harm most. ${harmWords(harmful)}` : aboutAll}
      aside={influences.length > 0 ? <HelpHarmKey /> : undefined}
      foot={<span role="status">{told ?? footOf(influences.length > 0)}</span>}
    >
      {rows.length === 0 ? (
        <Empty title="Nobody contributed yet" why="Choose a file of your items under Contribute, and be the first." />
      ) : (
        <Table
          caption="Contributions"
          file={`contributions-dataset-${of.datasetId}.csv`}
          pageSize={10}
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
              from: 'tablet',
              cell: ({ itemCount }) => count(itemCount),
              csv: ({ itemCount }) => `${itemCount}`,
            },
            {
              title: 'Help and harm',
              from: 'tablet',
              cell: ({ influence }) => (influence === undefined ? '–' : <HelpHarm of={influence} scale={scale} />),
              csv: (row) => (row.influence === undefined ? '' : net(row).toFixed(4)),
            },
            {
              title: 'Earned, OPEN',
              isNumber: true,
              cell: ({ earnedGwei, units }) => (units.items.length === 0 ? '–' : <Amount gwei={earnedGwei} />),
              csv: ({ earnedGwei }) => `${Number(earnedGwei) / 1e9}`,
            },
            {
              title: 'State',
              isNumber: true,
              cell: (row) => (
                <span className="row end">
                  {net(row) < 0 && <Pill tone="bad">Harms</Pill>}
                  <ContributionState
                    of={row}
                    isCurator={isCurator}
                    act={act}
                    isBusy={isBusy}
                    onWithdraw={() => setWithdrawal(row)}
                  />
                </span>
              ),
              csv: ({ status }) => status,
            },
          ]}
        />
      )}
      {withdrawal && <WithdrawConsent of={withdrawal} onClose={() => setWithdrawal(undefined)} />}
    </Card>
  )
}

const aboutAll = 'Those that harm most first, then those that earned least. Pay is net of harm.'

function harmWords(harmful: number): string {
  if (harmful === 0) return 'None harms on balance.'
  return `${count(harmful)} ${harmful === 1 ? 'harms' : 'harm'} on balance: leave them out of the next version.`
}

function footOf(isKnown: boolean): string {
  const decision = 'A decision counts from the next version on, never for what is frozen.'
  return isKnown
    ? `Help and harm are in the newest model that uses a contribution. Small contributions share joint units (–). ${decision}`
    : decision
}
