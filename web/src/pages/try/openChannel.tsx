import { channelId } from '@attribution-ledger/sdk'
import { readContract } from 'viem/actions'
import { keepTally } from '../../ask/keep.ts'
import type { Offer } from '../../ask/offers.ts'
import type { Payer } from '../../ask/usePayer.ts'
import { usePage } from '../../context.ts'
import { span } from '../../format.ts'
import { useReader } from '../../ledger/useReader.ts'
import { useAct } from '../../wallet/useAct.ts'
import { Deposit } from './deposit.tsx'

const WEI_PER_GWEI = 1_000_000_000n

/** An account where there is none, leave to collect the deposit, and the channel: as one where the wallet can. */
export function OpenChannel({ offer, payer }: { offer: Offer; payer: Payer }) {
  const { ledger } = usePage().deployment.contracts
  const { client, contracts } = useReader()
  const { act, told, isBusy } = useAct()
  const { accounts, channels, earnings, openToken } = contracts
  const { address, account, key, noticeSeconds } = payer
  const open = async (gwei: bigint) => {
    const { operator, model, salt } = key
    const isOpen = await act(
      [
        ...(account === 0 ? [{ ...accounts, functionName: 'open', args: [address] }] : []),
        { ...openToken, functionName: 'approve', args: [earnings.address, gwei * WEI_PER_GWEI] },
        { ...channels, functionName: 'openChannel', args: [operator, model, salt, address, gwei] },
      ],
      'Your channel is open.',
    )
    if (!isOpen) return
    const args = [address] as const
    const payer = await readContract(client, { ...accounts, functionName: 'accountOf', args })
    // What is remembered of an earlier chain at this address is not of this channel.
    keepTally(ledger, channelId({ ...key, payer }), { signedUnits: 0, servedUnits: 0 })
  }
  return (
    <div className="stack">
      <p className="muted">
        OPEN that you put down for this operator and this model. The operator charges what your vouchers allow, and no
        more. What you do not spend comes back to you: request it here, and withdraw it {span(noticeSeconds)} later.
      </p>
      <Deposit
        offer={offer}
        payer={payer}
        act="Open a channel"
        isBusy={isBusy}
        told={told}
        hint={account === 0 ? 'This opens an account for your address as well.' : ''}
        send={(gwei) => void open(gwei)}
      />
    </div>
  )
}
