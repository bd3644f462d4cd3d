import { formatEther } from 'viem'
import { useConnection } from 'wagmi'
import { usePage } from '../context.ts'
import { openParts } from '../format.ts'
import { Note } from '../parts/note.tsx'
import type { Simulation } from './useSimulation.ts'

interface WhyProps {
  readonly claimableGwei: bigint | undefined
  readonly indexedGwei: bigint | undefined
  readonly simulation: Simulation | undefined
  readonly isSimulating: boolean
  readonly firstSettles: string | undefined
}

/** Why the button is as it is, in one sentence; and where index and chain differ, that too. */
export function Why({ claimableGwei, indexedGwei, simulation, isSimulating, firstSettles }: WhyProps) {
  const { chainId: ledgerChain } = usePage().deployment
  const { address, chainId } = useConnection()
  const differs = claimableGwei !== undefined && indexedGwei !== undefined && claimableGwei !== indexedGwei
  return (
    <div className="stack small muted" aria-live="polite">
      <p>{sentence()}</p>
      {differs && (
        <Note tone="wait">
          <strong>
            The index says {openParts(indexedGwei).digits}, the chain says {openParts(claimableGwei).digits}.
          </strong>{' '}
          The chain is right. You claim what the chain says.
        </Note>
      )}
    </div>
  )

  function sentence(): string {
    if (claimableGwei === undefined) return 'Reading the chain.'
    if (claimableGwei === 0n) {
      return firstSettles === undefined
        ? 'Nothing to claim yet.'
        : `Nothing to claim yet. Your next earnings settle from ${firstSettles}.`
    }
    if (address === undefined) return 'Anybody may send this claim: it always pays to the payout address.'
    if (chainId !== ledgerChain) return `Your wallet is on another network. This ledger lives on chain ${ledgerChain}.`
    if (simulation?.refusal !== undefined) return `Simulated just now: the claim would fail. ${simulation.refusal}`
    if (simulation?.costWei === undefined) return isSimulating ? 'Simulating.' : ''
    const cost = Number(formatEther(simulation.costWei)).toPrecision(2)
    return `Simulated just now: the claim will succeed. Network fee about ${Number(cost)} ETH.`
  }
}
