import { useConnection, useWatchAsset } from 'wagmi'
import { usePage } from '../../context.ts'

/** EIP-747: lets the wallet show OPEN. */
export function AddToken() {
  const { openToken } = usePage().deployment.contracts
  const { address } = useConnection()
  const { mutate: watch, isSuccess, error } = useWatchAsset()
  if (address === undefined) return null
  const options = { address: openToken, symbol: 'OPEN', decimals: 18 }
  return (
    <>
      <button type="button" className="btn" onClick={() => watch({ type: 'ERC20', options })}>
        Show OPEN in my wallet
      </button>
      <span role="status" className="small muted">
        {isSuccess ? 'Added.' : error === null ? '' : 'The wallet did not add it.'}
      </span>
    </>
  )
}
