import { Link } from '@tanstack/react-router'
import { usePage } from '../context.ts'
import { count } from '../format.ts'
import { nodeOf } from '../ledger/chain.ts'
import { useChainHead } from '../ledger/useChainHead.ts'
import { useMeta } from '../queries/meta.ts'
import { NodeChoice } from './nodeChoice.tsx'

const verdicts = { Receipts: 'verified', Bloom: 'checked by filters', Told: 'as a node told it' } as const

export function Foot() {
  const page = usePage()
  const { data: meta } = useMeta()
  const { data: head } = useChainHead()
  const lag = meta === undefined ? undefined : Math.max(meta.lag, Number(head?.number ?? 0n) - meta.block)
  return (
    <footer className="foot">
      <div className="wrap">
        {meta !== undefined && (
          <>
            <span className="live">
              Block {count(meta.block)}
              {meta.verdict !== null && `, ${verdicts[meta.verdict]}`}
            </span>
            <span>{lag === 0 ? 'Index at head' : `Index ${count(lag ?? 0)} blocks behind`}</span>
          </>
        )}
        <span>
          {page.deployment.name}, chain {page.deployment.chainId}
        </span>
        <NodeChoice key={nodeOf(page).url} />
        <span className="fill" />
        <a href="/graphql">GraphQL</a>
        {meta !== undefined && (
          <Link to="." search={{ block: meta.block }}>
            Permalink to block {count(meta.block)}
          </Link>
        )}
      </div>
    </footer>
  )
}
