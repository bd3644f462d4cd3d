import { Link, useParams } from '@tanstack/react-router'
import { ClaimCard } from '../../claim/claimCard.tsx'
import { useClaim } from '../../claim/useClaim.ts'
import { dateAndTime } from '../../format.ts'
import { type ChainAccount, useAccount } from '../../ledger/useAccount.ts'
import { useChainHead } from '../../ledger/useChainHead.ts'
import { useEarnings } from '../../ledger/useEarnings.ts'
import { Amount } from '../../parts/amount.tsx'
import { Head } from '../../parts/head.tsx'
import { Empty, Failure, Loaded } from '../../parts/states.tsx'
import { Who } from '../../parts/who.tsx'
import { ACCOUNT, type AccountData } from '../../queries/account.ts'
import { useMeta } from '../../queries/meta.ts'
import { useIndex } from '../../queries/useIndex.ts'
import { ByDay } from './byDay.tsx'
import { ByModel } from './byModel.tsx'
import { History } from './history.tsx'
import { Pending } from './pending.tsx'
import { Roles } from './roles.tsx'
import { YourAccount } from './yourAccount.tsx'

export function Earnings() {
  const { who } = useParams({ from: '/earnings/$who' })
  const account = useAccount(who)
  return (
    <Loaded of={account} lines={6}>
      {(found) => (found === null ? <Nobody who={who} /> : <OfAccount key={found.id} account={found} />)}
    </Loaded>
  )
}

function Nobody({ who }: { who: string }) {
  return (
    <>
      <Head
        crumb="My earnings"
        name="My earnings"
        title="This address has earned nothing yet"
        about={<bdi className="break">{who}</bdi>}
      />
      <Empty
        title="No account has this payout address"
        why="Contribute data to a dataset. When a model trained on it answers paid calls, your part shows here."
      >
        <span className="row">
          <Link className="btn" to="/datasets">
            Choose a dataset
          </Link>
          <Link className="btn" to="/earnings">
            Look up another address
          </Link>
        </span>
      </Empty>
    </>
  )
}

/** The chain decides what can be claimed; the index explains it, and may be missing. */
function OfAccount({ account }: { account: ChainAccount }) {
  const chain = useEarnings(account.id)
  const claiming = useClaim(account.id)
  const index = useIndex<AccountData>(ACCOUNT, { id: `${account.id}` })
  const told = index.data?.account ?? undefined
  const { data: meta } = useMeta()
  const { data: head } = useChainHead()
  const sharesGwei = chain.shares.reduce((sum, { gwei }) => sum + gwei, 0n)
  // Only of the very same block can the two be said to differ.
  const isSameBlock = meta !== undefined && head !== undefined && meta.hash === head.hash && !index.isPlaceholderData
  const indexedGwei = isSameBlock && told !== undefined ? BigInt(told.claimableGwei) + sharesGwei : undefined
  const [next] = (chain.pending ?? []).toSorted((a, b) => a.from - b.from)
  const pendingGwei = chain.pending?.reduce((sum, { gwei }) => sum + gwei, 0n)
  return (
    <>
      <Head
        crumb="My earnings"
        name={`Account ${account.id}`}
        title={
          <>
            <Amount gwei={chain.earnedGwei ?? 0n} /> <small>OPEN earned</small>
          </>
        }
        meta={
          <>
            <Who address={account.payout} copy />
            <span>Account {account.id}</span>
            {chain.claimedGwei !== undefined && (
              <span>
                <Amount gwei={chain.claimedGwei} /> OPEN claimed
              </span>
            )}
          </>
        }
        actions={
          <Link className="btn" to="/earnings">
            Look up another address
          </Link>
        }
      />
      {chain.error !== null && (
        <Failure error={chain.error} holds="What you earned is safe on the chain; name another node below." />
      )}
      <div className="grid">
        <ClaimCard
          account={account}
          claiming={claiming}
          claimableGwei={chain.claimableGwei}
          shares={chain.shares}
          block={chain.block}
          indexedGwei={indexedGwei}
          firstSettles={next === undefined ? undefined : `${dateAndTime(next.from)} UTC`}
        />
        <Pending pending={chain.pending} totalGwei={pendingGwei} claiming={claiming} />
        <Loaded of={index} lines={8}>
          {() =>
            told === undefined ? (
              <Empty
                title="The index does not know this account yet"
                why="It was opened in a block that is still to be indexed."
              />
            ) : (
              <>
                <ByModel of={told} />
                <ByDay of={told} />
                <Roles of={told} />
                <History of={told} />
              </>
            )
          }
        </Loaded>
        <YourAccount account={account} contributions={told?.contributions.items ?? []} />
      </div>
    </>
  )
}
