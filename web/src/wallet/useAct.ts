import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Abi, Address } from 'viem'
import { useConfig, useConnection } from 'wagmi'
import { simulateContract, waitForTransactionReceipt, writeContract } from 'wagmi/actions'
import { reasonOf } from '../claim/state.ts'
import { usePage } from '../context.ts'

interface Act {
  readonly abi: Abi
  readonly address: Address
  readonly functionName: string
  readonly args: readonly unknown[]
}

/** One transaction of the connected wallet: simulated, signed, waited for; and a sentence on how far it is. */
export function useAct() {
  const { chainId } = usePage().deployment
  const { address: account } = useConnection()
  const config = useConfig()
  const queries = useQueryClient()
  const [told, setTold] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const act = async (call: Act, done: string): Promise<boolean> => {
    setBusy(true)
    try {
      setTold('Simulating.')
      await simulateContract(config, { ...call, chainId, account })
      setTold('Confirm in your wallet. Nothing is sent until you sign.')
      const hash = await writeContract(config, { ...call, chainId })
      setTold('Sent. Waiting for a block.')
      const { status } = await waitForTransactionReceipt(config, { hash, chainId })
      setTold(status === 'success' ? done : 'It failed on chain. Only the network fee was spent.')
      await queries.invalidateQueries()
      return status === 'success'
    } catch (error) {
      setTold(reasonOf(error))
      return false
    } finally {
      setBusy(false)
    }
  }
  return { act, told, isBusy }
}
