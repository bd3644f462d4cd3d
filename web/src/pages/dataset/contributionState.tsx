import { useConnection } from 'wagmi'
import { useReader } from '../../ledger/useReader.ts'
import { Pill } from '../../parts/pill.tsx'
import type { DatasetContribution } from '../../queries/dataset.ts'
import type { useAct } from '../../wallet/useAct.ts'

const tones = { Submitted: 'wait', Accepted: 'good', Rejected: 'bad', Withdrawn: 'plain' } as const
const words = {
  Submitted: 'Awaits the curator',
  Accepted: 'Accepted',
  Rejected: 'Rejected',
  Withdrawn: 'Consent withdrawn',
} as const

interface ContributionStateProps {
  readonly of: DatasetContribution
  readonly isCurator: boolean
  readonly act: ReturnType<typeof useAct>['act']
  readonly isBusy: boolean
  readonly onWithdraw: () => void
}

/** Where a contribution is, and what the viewer may do about it: the curator decides, its contributor withdraws. */
export function ContributionState({ of, isCurator, act, isBusy, onWithdraw }: ContributionStateProps) {
  const { address } = useConnection()
  const { datasets } = useReader().contracts
  const { contributionId, contributor, status } = of
  const isOwn = address?.toLowerCase() === contributor.payout.toLowerCase()
  const accept = () =>
    act(
      { ...datasets, functionName: 'accept', args: [[contributionId]] },
      'Accepted. It counts from the next version on.',
    )
  const reject = () =>
    act({ ...datasets, functionName: 'reject', args: [contributionId] }, 'Rejected. No version takes it.')
  if (isCurator && status === 'Submitted') {
    return (
      <span className="row end">
        <button type="button" className="btn sm" disabled={isBusy} onClick={() => void reject()}>
          Reject
        </button>
        <button type="button" className="btn sm pri" disabled={isBusy} onClick={() => void accept()}>
          Accept
        </button>
      </span>
    )
  }
  return (
    <span className="row end">
      <Pill tone={tones[status]}>{words[status]}</Pill>
      {isOwn && (status === 'Submitted' || status === 'Accepted') && (
        <button type="button" className="btn sm danger" onClick={onWithdraw}>
          Withdraw consent
        </button>
      )}
    </span>
  )
}
