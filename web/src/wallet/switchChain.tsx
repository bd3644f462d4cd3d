import { useConnection, useSwitchChain } from 'wagmi'
import { usePage } from '../context.ts'

/** Whether a wallet is connected, and to another chain than the ledger's. */
export function useIsElsewhere(): boolean {
  const { chainId: ledgerChain } = usePage().deployment
  const { address, chainId } = useConnection()
  return address !== undefined && chainId !== ledgerChain
}

export function SwitchChain() {
  const { chainId } = usePage().deployment
  const { mutate: switchChain, isPending, error } = useSwitchChain()
  return (
    <>
      <button type="button" className="btn pri big" disabled={isPending} onClick={() => switchChain({ chainId })}>
        Switch to chain {chainId}
      </button>
      {error !== null && <span role="alert">The wallet did not switch.</span>}
    </>
  )
}
