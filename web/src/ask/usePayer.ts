import { type ChannelKey, type ChannelState, getChannel } from '@attribution-ledger/sdk'
import { useQuery } from '@tanstack/react-query'
import { type Address, zeroAddress } from 'viem'
import { getCode, readContract } from 'viem/actions'
import { useConnection } from 'wagmi'
import { usePage } from '../context.ts'
import { useChainHead } from '../ledger/useChainHead.ts'
import { useReader } from '../ledger/useReader.ts'
import type { Offer } from './offers.ts'
import { saltOf } from './vouchers.ts'

/** The connected wallet as a payer of one model, by the chain. */
export interface Payer {
  readonly address: Address
  /** 0 where it has none yet. */
  readonly account: number
  readonly balanceGwei: bigint
  /** Vouchers are signed by plain keys: a contract's would not count. */
  readonly isContract: boolean
  /** How long after a request the rest of a deposit can be taken. */
  readonly noticeSeconds: number
  /** What the model's fees are counted in. */
  readonly feeUnitGwei: bigint
  readonly key: ChannelKey
  /** Undefined until it is opened. */
  readonly channel: ChannelState | undefined
}

/** Code of an account that a key holds (EIP-7702): it is no contract's. */
const DELEGATION = '0xef0100'
const WEI_PER_GWEI = 1_000_000_000n

export function usePayer({ operator, model }: Offer) {
  const { deployment } = usePage()
  const { client, contracts } = useReader()
  const { address } = useConnection()
  const { data: head } = useChainHead()
  return useQuery({
    queryKey: ['chain', 'payer', address, operator, model, head?.hash],
    enabled: address !== undefined && head !== undefined,
    placeholderData: (last, query) =>
      query?.queryKey.slice(2, 5).join() === [address, operator, model].join() ? last : undefined,
    queryFn: async (): Promise<Payer> => {
      const holder = address as Address
      const args = [holder] as const
      const [account, balance, code, noticeSeconds, feeUnit] = await Promise.all([
        readContract(client, { ...contracts.accounts, functionName: 'accountOf', args }),
        readContract(client, { ...contracts.openToken, functionName: 'balanceOf', args }),
        getCode(client, { address: holder }),
        readContract(client, { ...contracts.channels, functionName: 'noticeSeconds' }),
        readContract(client, { ...contracts.models, functionName: 'feeUnitOf', args: [model] }),
      ])
      const key = { payer: account, operator, model, salt: saltOf(holder) }
      const channel = account === 0 ? undefined : await getChannel(client, { deployment, channel: key })
      return {
        address: holder,
        account,
        balanceGwei: balance / WEI_PER_GWEI,
        isContract: code !== undefined && !code.startsWith(DELEGATION),
        noticeSeconds,
        feeUnitGwei: BigInt(feeUnit),
        key,
        channel: channel === undefined || channel.signer === zeroAddress ? undefined : channel,
      }
    },
  })
}
