import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useConnection } from 'wagmi'
import { count } from '../../format.ts'
import type { ChainAccount } from '../../ledger/useAccount.ts'
import { Card } from '../../parts/card.tsx'
import { Pill } from '../../parts/pill.tsx'
import { Fact, Facts } from '../../parts/statement.tsx'
import { Who } from '../../parts/who.tsx'
import type { AccountContribution } from '../../queries/account.ts'
import { AddToken } from './addToken.tsx'
import { ChangePayout } from './changePayout.tsx'
import { type Withdrawal, WithdrawConsent } from './withdrawConsent.tsx'

const tones = { Submitted: 'wait', Accepted: 'good', Rejected: 'bad', Withdrawn: 'plain' } as const

interface YourAccountProps {
  readonly account: ChainAccount
  readonly contributions: readonly AccountContribution[]
}

/** What only the payout address may do, and the data that it consented to. */
export function YourAccount({ account, contributions }: YourAccountProps) {
  const { address } = useConnection()
  const [withdrawal, setWithdrawal] = useState<Withdrawal>()
  const isOwner = address?.toLowerCase() === account.payout.toLowerCase()
  return (
    <Card
      title="Account and consent"
      about="Withdrawing consent stops new models from using your rows, 30 days later at the latest. What you earned stays yours."
    >
      <Facts>
        <Fact name="Payout address">
          <Who address={account.payout} copy />
        </Fact>
        {contributions.map(({ contributionId, datasetId, itemCount, status }) => (
          <Fact key={contributionId} name={`Contribution of ${count(itemCount)} items`}>
            <span className="row end">
              <Link to="/datasets/$id" params={{ id: `${datasetId}` }}>
                Dataset {datasetId}
              </Link>
              <Pill tone={tones[status]}>{status === 'Accepted' ? 'Consent given' : status}</Pill>
              {isOwner && (status === 'Accepted' || status === 'Submitted') && (
                <button
                  type="button"
                  className="btn sm danger"
                  onClick={() => setWithdrawal({ contributionId, itemCount })}
                >
                  Withdraw consent
                </button>
              )}
            </span>
          </Fact>
        ))}
      </Facts>
      {withdrawal && <WithdrawConsent of={withdrawal} onClose={() => setWithdrawal(undefined)} />}
      <div className="row door">
        <ChangePayout account={account} isOwner={isOwner} />
        <AddToken />
      </div>
      {!isOwner && (
        <p className="small muted door">
          {address === undefined
            ? 'Connect the payout address to change it or to withdraw consent.'
            : 'Your wallet is connected with another address, so you can look, and claim for this account, only.'}
        </p>
      )}
    </Card>
  )
}
