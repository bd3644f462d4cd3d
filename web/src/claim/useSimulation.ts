import type { AccountEarnings } from '@attribution-ledger/sdk'
import { useQuery } from '@tanstack/react-query'
import { type Address, encodeFunctionData } from 'viem'
import { estimateGas, getGasPrice } from 'viem/actions'
import { useReader } from '../ledger/useReader.ts'
import { reasonOf } from './state.ts'

export interface Simulation {
  /** What the network takes, in wei of the chain's own coin. */
  readonly costWei: bigint | undefined
  readonly refusal: string | undefined
}

/** Tries the claim against the newest block, before anybody is asked to sign it. */
export function useSimulation(
  account: number,
  claimableGwei: bigint | undefined,
  shares: AccountEarnings['shares'],
  sender: Address | undefined,
) {
  const { client, contracts } = useReader()
  return useQuery({
    queryKey: ['chain', 'simulation', account, String(claimableGwei), sender],
    enabled: claimableGwei !== undefined && claimableGwei > 0n && sender !== undefined,
    retry: 0,
    queryFn: async (): Promise<Simulation> => {
      const { abi, address } = contracts.earnings
      const drawn = shares.map(({ model, unit, member }) => ({ model, unit, member }))
      const data =
        drawn.length === 0
          ? encodeFunctionData({ abi, functionName: 'claim', args: [account] })
          : encodeFunctionData({ abi, functionName: 'claim', args: [account, drawn] })
      try {
        const [gas, price] = await Promise.all([
          estimateGas(client, { account: sender as Address, to: address, data }),
          getGasPrice(client),
        ])
        return { costWei: gas * price, refusal: undefined }
      } catch (error) {
        return { costWei: undefined, refusal: reasonOf(error) }
      }
    },
  })
}
