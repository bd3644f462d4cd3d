import { Link, useSearch } from '@tanstack/react-router'
import { count } from '../format.ts'
import { useChainHead } from '../ledger/useChainHead.ts'
import { Icon } from '../parts/icon.tsx'
import { useMeta } from '../queries/meta.ts'

/** A chain that goes on while the index is asked is not a lag. */
const LAG_SHOWN = 3

/** Says where numbers are old, or of an old block, or cannot be had. */
export function Banner() {
  const { block } = useSearch({ strict: false }) as { readonly block?: number }
  const meta = useMeta()
  const head = useChainHead()
  const lag = Math.max(
    meta.data?.lag ?? 0,
    Number(head.data?.number ?? 0n) - (meta.data?.block ?? Number.POSITIVE_INFINITY),
  )
  const words =
    meta.error !== null && head.error !== null
      ? 'This page reaches neither the index nor a node. What you see is from before.'
      : meta.error !== null
        ? 'This page could not reach the index. You can still claim. We try again every few seconds.'
        : head.error !== null
          ? 'This page could not reach a node. What you can claim is not known now; the rest is from the index.'
          : lag >= LAG_SHOWN
            ? `The index is ${count(lag)} blocks behind. What you can claim is read from the chain and is right.`
            : undefined
  return (
    <div aria-live="polite">
      {words !== undefined && (
        <Line>
          <span>{words}</span>
        </Line>
      )}
      {block !== undefined && (
        <Line>
          <span>
            This is the ledger as it stood after block {count(block)}.{' '}
            <Link to="." search={{}}>
              Show it as it is now
            </Link>
          </span>
        </Line>
      )}
    </div>
  )
}

function Line({ children }: { children: React.ReactNode }) {
  return (
    <div className="banner">
      <div className="wrap">
        <Icon name="clock" />
        {children}
      </div>
    </div>
  )
}
