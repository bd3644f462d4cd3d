import { useQuery } from '@tanstack/react-query'
import { type Address, isAddress, zeroAddress } from 'viem'
import { readContract } from 'viem/actions'
import { useChainHead } from './useChainHead.ts'
import { useReader } from './useReader.ts'

/** An account as the chain has it. */
export interface ChainAccount {
  readonly id: number
  readonly payout: Address
}

/** @param who An address, or an account's number. `null` is: nobody there. */
export function useAccount(who: string | undefined) {
  const { client, contracts } = useReader()
  const { data: head } = useChainHead()
  return useQuery({
    queryKey: ['chain', 'account', who, head?.hash],
    enabled: who !== undefined,
    placeholderData: (last, query) => (query?.queryKey[2] === who ? last : undefined),
    queryFn: async (): Promise<ChainAccount | null> => {
      const { accounts } = contracts
      const id = isAddress(who ?? '', { strict: false })
        ? await readContract(client, { ...accounts, functionName: 'accountOf', args: [who as Address] })
        : Number(who)
      if (!Number.isSafeInteger(id) || id < 1 || id > 0xffff_ffff) return null
      const payout = await readContract(client, { ...accounts, functionName: 'payoutOf', args: [id] })
      return payout === zeroAddress ? null : { id, payout }
    },
  })
}
