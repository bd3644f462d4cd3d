import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Abi, Address } from 'viem'
import { type Config, useConfig, useConnection } from 'wagmi'
import {
  getCapabilities,
  sendCalls,
  simulateContract,
  waitForCallsStatus,
  waitForTransactionReceipt,
  writeContract,
} from 'wagmi/actions'
import { reasonOf } from '../claim/state.ts'
import { usePage } from '../context.ts'

export interface Act {
  readonly abi: Abi
  readonly address: Address
  readonly functionName: string
  readonly args: readonly unknown[]
}

type Tell = (sentence: string) => void

const CONFIRM = 'Confirm in your wallet. Nothing is sent until you sign.'
const FAILED = 'It failed on chain. Only the network fee was spent.'

/** Transactions of the connected wallet, and a sentence on how far they are: several as one where the wallet can (EIP-5792). */
export function useAct() {
  const { chainId } = usePage().deployment
  const { address: account } = useConnection()
  const config = useConfig()
  const queries = useQueryClient()
  const [told, setTold] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const act = async (given: Act | readonly Act[], done: string): Promise<boolean> => {
    setBusy(true)
    try {
      const calls: readonly Act[] = 'abi' in given ? [given] : given
      const isTogether = calls.length > 1 && (await canBatch(config, chainId, account))
      const isDone = isTogether
        ? await sendTogether(config, chainId, calls, setTold)
        : await sendEach(config, { chainId, account }, calls, setTold)
      setTold(isDone ? done : FAILED)
      await queries.invalidateQueries()
      return isDone
    } catch (error) {
      setTold(reasonOf(error))
      return false
    } finally {
      setBusy(false)
    }
  }
  return { act, told, isBusy }
}

async function canBatch(config: Config, chainId: number, account: Address | undefined): Promise<boolean> {
  const able = await getCapabilities(config, { account, chainId }).catch(() => undefined)
  const status = (able?.atomic as { readonly status?: unknown } | undefined)?.status
  return status === 'supported' || status === 'ready'
}

async function sendTogether(config: Config, chainId: number, calls: readonly Act[], tell: Tell): Promise<boolean> {
  tell(CONFIRM)
  const wanted = calls.map(({ address: to, ...call }) => ({ ...call, to }))
  const { id } = await sendCalls(config, { calls: wanted, chainId, forceAtomic: true })
  tell('Sent as one. Waiting for a block.')
  return (await waitForCallsStatus(config, { id })).status === 'success'
}

/** One after another: each is simulated when those before it are in a block. */
async function sendEach(
  config: Config,
  { chainId, account }: { readonly chainId: number; readonly account: Address | undefined },
  calls: readonly Act[],
  tell: Tell,
): Promise<boolean> {
  for (const [i, call] of calls.entries()) {
    const step = calls.length === 1 ? '' : `${i + 1} of ${calls.length}. `
    tell(`${step}Simulating.`)
    await simulateContract(config, { ...call, chainId, account })
    tell(`${step}${CONFIRM}`)
    const hash = await writeContract(config, { ...call, chainId })
    tell(`${step}Sent. Waiting for a block.`)
    const { status } = await waitForTransactionReceipt(config, { hash, chainId })
    if (status !== 'success') return false
  }
  return true
}
