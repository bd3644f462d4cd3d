import type { AccountEarnings } from '@attribution-ledger/sdk'
import { useConnection } from 'wagmi'
import { count, openParts } from '../format.ts'
import type { ChainAccount } from '../ledger/useAccount.ts'
import { Amount } from '../parts/amount.tsx'
import { Pill } from '../parts/pill.tsx'
import { Who } from '../parts/who.tsx'
import { SwitchChain, useIsElsewhere } from '../wallet/switchChain.tsx'
import { ClaimSteps } from './claimSteps.tsx'
import { OtherWays } from './otherWays.tsx'
import type { Claiming } from './useClaim.ts'
import { type Simulation, useSimulation } from './useSimulation.ts'
import { Why } from './why.tsx'

interface ClaimCardProps {
  readonly account: ChainAccount
  readonly claiming: Claiming
  readonly claimableGwei: bigint | undefined
  readonly shares: AccountEarnings['shares']
  readonly block: bigint | undefined
  /** What the index says, where it says anything. */
  readonly indexedGwei: bigint | undefined
  readonly firstSettles: string | undefined
}

/** What can be claimed, by the chain, and the one button of this page that moves money. */
export function ClaimCard(props: ClaimCardProps) {
  const { account, claiming, claimableGwei, shares, block, indexedGwei, firstSettles } = props
  const { address } = useConnection()
  const simulation = useSimulation(account.id, claimableGwei, shares, address)
  return (
    <section className="card s7" aria-labelledby="claimable">
      <div className="body stack">
        <div className="row between">
          <h2 id="claimable" className="quiet">
            Claimable now
          </h2>
          {block !== undefined && <Pill tone="good">Read from the chain, block {count(block)}</Pill>}
        </div>
        <p className="claimable" data-testid="claimable">
          {claimableGwei === undefined ? <span className="sk sk-1" /> : <Amount gwei={claimableGwei} unit />}
        </p>
        <div className="row">
          <ClaimButton
            claimableGwei={claimableGwei}
            isBusy={claiming.isBusy}
            simulation={simulation.data}
            send={() => void claiming.send(shares)}
          />
          <OtherWays account={account} claimableGwei={claimableGwei ?? 0n} shares={shares} claiming={claiming} />
        </div>
        <Why
          claimableGwei={claimableGwei}
          indexedGwei={indexedGwei}
          simulation={simulation.data}
          isSimulating={simulation.isFetching}
          firstSettles={firstSettles}
        />
        <p className="small muted">
          Goes to <Who address={account.payout} />, the payout address of account {account.id}.
        </p>
        <ClaimSteps claiming={claiming} retry={() => void claiming.send(shares)} />
      </div>
    </section>
  )
}

interface ButtonProps {
  readonly claimableGwei: bigint | undefined
  readonly isBusy: boolean
  readonly simulation: Simulation | undefined
  readonly send: () => void
}

function ClaimButton({ claimableGwei, isBusy, simulation, send }: ButtonProps) {
  const { address } = useConnection()
  const isElsewhere = useIsElsewhere()
  if (isElsewhere) return <SwitchChain />
  const { digits } = openParts(claimableGwei ?? 0n)
  const isOff = claimableGwei === undefined || claimableGwei === 0n || isBusy || simulation?.refusal !== undefined
  return (
    <button type="button" className="btn pri big" disabled={isOff || address === undefined} onClick={send}>
      {isBusy ? 'Claiming…' : address === undefined ? 'Connect a wallet to claim' : `Claim ${digits} OPEN`}
    </button>
  )
}
