import {
  type AccountEarnings,
  type BookKey,
  type Claimed,
  claim,
  claimTo,
  type Sending,
  type SigningClient,
  settleAndClaim,
} from '@attribution-ledger/sdk'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import type { Address, Hash } from 'viem'
import { useConfig } from 'wagmi'
import { getConnectorClient } from 'wagmi/actions'
import { usePage } from '../context.ts'
import { claimGasless } from './gasless.ts'
import { keepSent } from './keep.ts'
import { type ClaimState, failed, isBusy } from './state.ts'
import { useFollowing } from './useFollowing.ts'

export interface Claiming {
  readonly state: ClaimState
  readonly isBusy: boolean
  /** Pays to the payout address, or, if the account's own wallet asks, elsewhere. */
  readonly send: (shares: AccountEarnings['shares'], to?: Address) => Promise<void>
  /** By a signature of the account's own wallet, which a relayer sends. */
  readonly sign: (to: Address, minGwei: bigint) => Promise<void>
  /** Settles a book that is due, and pays out with it. */
  readonly settle: (book: BookKey) => Promise<void>
  readonly reset: () => void
}

/** A claim by the connected wallet. */
export function useClaim(account: number): Claiming {
  const { deployment, relayUrl } = usePage()
  const config = useConfig()
  const queries = useQueryClient()
  const [state, setState] = useState<ClaimState>({ step: 'ready' })
  const { ledger } = deployment.contracts
  useFollowing(account, state, setState)

  const run = useCallback(
    async (pay: (client: SigningClient, sending: Sending) => Promise<Claimed>) => {
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
        setState(included(await pay(client, sending)))
      } catch (error) {
        if (sent === undefined || !isStillOut(error)) keepSent(ledger, account, undefined)
        setState(failed(error, sent))
      }
      // Sums are right with the receipt, not with the next block that is looked at.
      await queries.invalidateQueries({ queryKey: ['chain'] })
    },
    [account, config, deployment, ledger, queries],
  )
  const send = (shares: AccountEarnings['shares'], to?: Address) =>
    run((client, sending) =>
      to === undefined ? claim(client, { ...sending, account, shares }) : claimTo(client, { ...sending, to }),
    )
  const sign = (to: Address, minGwei: bigint) =>
    run((client, sending) => {
      if (relayUrl === undefined) throw new Error('This server names no relayer. Claim by a transaction.')
      return claimGasless(client, sending, { relayUrl, account, to, minGwei })
    })
  const settle = (book: BookKey) => run((client, sending) => settleAndClaim(client, { ...sending, book, account }))
  const reset = useCallback(() => {
    keepSent(ledger, account, undefined)
    setState({ step: 'ready' })
  }, [account, ledger])
  return { state, isBusy: isBusy(state), send, sign, settle, reset }
}

function included({ amountGwei, to, receipt }: Claimed): ClaimState {
  const { transactionHash: hash, blockNumber, blockHash } = receipt
  return { step: 'included', hash, amountGwei, to, block: Number(blockNumber), blockHash }
}

/** The node stopped answering while the transaction may still be included. */
function isStillOut(error: unknown): boolean {
  return error instanceof Error && /timed out|fetch|HTTP request/i.test(error.message)
}
