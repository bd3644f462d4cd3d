import { useEffect } from 'react'
import type { TransactionReceipt } from 'viem'
import { getBlock, getTransactionReceipt, waitForTransactionReceipt } from 'viem/actions'
import { usePage } from '../context.ts'
import { useChainHead } from '../ledger/useChainHead.ts'
import { useReader } from '../ledger/useReader.ts'
import { paidIn } from './gasless.ts'
import { keepSent, keptSent } from './keep.ts'
import type { ClaimState, Included } from './state.ts'

/** Blocks above a claim after which this page calls it final where the node names no final block. */
const DEEP = 64

/**
 * Looks after a sent claim with every block: whether its block is still there, and when it is final. A
 * claim that was sent before the page was closed is found again.
 */
export function useFollowing(account: number, state: ClaimState, setState: (state: ClaimState) => void): void {
  const { ledger } = usePage().deployment.contracts
  const { client, contracts } = useReader()
  const { data: head } = useChainHead()
  const { earnings } = contracts

  useEffect(() => {
    const hash = keptSent(ledger, account)
    if (hash === undefined) return
    let isGone = false
    setState({ step: 'sent', hash })
    void waitForTransactionReceipt(client, { hash })
      .then((receipt) => {
        if (!isGone) setState(stateOf(receipt, earnings))
      })
      .catch(() => {
        if (!isGone) setState({ step: 'ready' })
      })
    return () => {
      isGone = true
    }
  }, [account, ledger, client, earnings, setState])

  useEffect(() => {
    if (head === undefined || state.step !== 'included') return
    let isGone = false
    void (async () => {
      const receipt = await getTransactionReceipt(client, { hash: state.hash }).catch(() => undefined)
      if (isGone) return
      if (receipt === undefined) return setState({ step: 'reorged', hash: state.hash })
      if (receipt.blockHash !== state.blockHash) return setState(stateOf(receipt, earnings))
      const finalised = await getBlock(client, { blockTag: 'finalized' })
        .then(({ number }) => Number(number))
        .catch(() => Number(head.number) - DEEP)
      if (isGone || finalised < state.block) return
      keepSent(ledger, account, undefined)
      setState({ ...state, step: 'final' })
    })()
    return () => {
      isGone = true
    }
  }, [head, state, client, earnings, account, ledger, setState])
}

type Earnings = ReturnType<typeof useReader>['contracts']['earnings']

function stateOf(receipt: TransactionReceipt, earnings: Earnings): ClaimState {
  const hash = receipt.transactionHash
  if (receipt.status !== 'success') return { step: 'reverted', hash }
  const paid = paidIn(receipt, earnings)
  if (paid === undefined) return { step: 'cancelled', hash }
  const included: Included = { hash, ...paid, block: Number(receipt.blockNumber), blockHash: receipt.blockHash }
  return { step: 'included', ...included }
}
