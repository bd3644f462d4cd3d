import {
  type AccountEarnings,
  type Claimed,
  claim,
  claimTo,
  type Sending,
  type SigningClient,
} from '@attribution-ledger/sdk'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import type { Address, Hash } from 'viem'
import { useConfig } from 'wagmi'
import { getConnectorClient } from 'wagmi/actions'
import { usePage } from '../context.ts'
import { keepSent } from './keep.ts'
import { type ClaimState, failed, isBusy } from './state.ts'
import { useFollowing } from './useFollowing.ts'

export interface Claiming {
  readonly state: ClaimState
  readonly isBusy: boolean
  /** Pays to the payout address, or, if the account's own wallet asks, elsewhere. */
  readonly send: (shares: AccountEarnings['shares'], to?: Address) => Promise<void>
  readonly reset: () => void
}

/** A claim by the connected wallet. */
export function useClaim(account: number): Claiming {
  const { deployment } = usePage()
  const config = useConfig()
  const queries = useQueryClient()
  const [state, setState] = useState<ClaimState>({ step: 'ready' })
  const { ledger } = deployment.contracts
  useFollowing(account, state, setState)

  const send = useCallback(
    async (shares: AccountEarnings['shares'], to?: Address) => {
      let sent: Hash | undefined
      const follow = (hash: Hash, replaced: boolean) => {
        sent = hash
        keepSent(ledger, account, hash)
        setState({ step: 'sent', hash, replaced })
      }
      const sending: Sending = {
        deployment,
        onSent: (hash) => follow(hash, false),
        onReplaced: (hash) => follow(hash, true),
      }
      setState({ step: 'wallet' })
      try {
        const client = (await getConnectorClient(config, { chainId: deployment.chainId })) as SigningClient
        const claimed =
          to === undefined
            ? await claim(client, { ...sending, account, shares })
            : await claimTo(client, { ...sending, to })
        setState(included(claimed))
      } catch (error) {
        if (sent === undefined || !isStillOut(error)) keepSent(ledger, account, undefined)
        setState(failed(error, sent))
      }
      // Sums are right with the receipt, not with the next block that is looked at.
      await queries.invalidateQueries({ queryKey: ['chain'] })
    },
    [account, config, deployment, ledger, queries],
  )
  const reset = useCallback(() => {
    keepSent(ledger, account, undefined)
    setState({ step: 'ready' })
  }, [account, ledger])
  return { state, isBusy: isBusy(state), send, reset }
}

function included({ amountGwei, to, receipt }: Claimed): ClaimState {
  const { transactionHash: hash, blockNumber, blockHash } = receipt
  return { step: 'included', hash, amountGwei, to, block: Number(blockNumber), blockHash }
}

/** The node stopped answering while the transaction may still be included. */
function isStillOut(error: unknown): boolean {
  return error instanceof Error && /timed out|fetch|HTTP request/i.test(error.message)
}
