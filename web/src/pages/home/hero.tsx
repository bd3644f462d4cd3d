import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { FeeReceipt } from './feeReceipt.tsx'
import { Search } from './search.tsx'

export function Hero({ newest }: { newest: { readonly batchId: string; readonly position: number } | undefined }) {
  useEffect(() => {
    document.title = 'Attribution ledger'
  }, [])
  return (
    <div className="hero">
      <div>
        <h1>See who made the answer, and what they were paid.</h1>
        <p className="muted lead">
          Every paid answer is recorded on chain with a sketch of what moved it. The fees of a day go to the people
          whose data helped, net of what harmed. You can check all of it here, in this page.
        </p>
        <Search />
        <p className="small muted hint">
          {newest !== undefined && (
            <>
              Try the{' '}
              <Link to="/answers/$batch/$position" params={{ batch: newest.batchId, position: `${newest.position}` }}>
                newest answer
              </Link>
              , or drop a receipt file on the <Link to="/answers">answers page</Link>. It stays on your machine.
            </>
          )}
        </p>
      </div>
      <FeeReceipt />
    </div>
  )
}
