import type { ChannelState } from '@attribution-ledger/sdk'
import { tallyOf } from '../../ask/keep.ts'
import type { Offer } from '../../ask/offers.ts'
import { type Payer, usePayer } from '../../ask/usePayer.ts'
import { spentUnits } from '../../ask/vouchers.ts'
import { usePage } from '../../context.ts'
import { openParts } from '../../format.ts'
import { useReader } from '../../ledger/useReader.ts'
import { Amount } from '../../parts/amount.tsx'
import { Card } from '../../parts/card.tsx'
import { Pill } from '../../parts/pill.tsx'
import { Fact, Facts } from '../../parts/statement.tsx'
import { Hash } from '../../parts/who.tsx'
import { useAct } from '../../wallet/useAct.ts'
import { Deposit } from './deposit.tsx'
import { Withdraw } from './withdraw.tsx'

/** What the channel of the connected wallet holds, and the way to withdraw the rest; until there is one, how it works. */
export function YourChannel({ offer }: { offer: Offer }) {
  const { data: payer } = usePayer(offer)
  if (payer?.channel === undefined) return <HowItWorks />
  return <OpenedChannel offer={offer} payer={payer} channel={payer.channel} />
}

function HowItWorks() {
  return (
    <Card title="Where your OPEN goes" span={5}>
      <ol className="numbered">
        <li>
          <h3>Deposited</h3>
          <p className="small muted">In a channel of yours, for one operator and one model.</p>
        </li>
        <li>
          <h3>Charged</h3>
          <p className="small muted">As far as vouchers allow that you sign, one with each question.</p>
        </li>
        <li>
          <h3>Recorded</h3>
          <p className="small muted">
            The operator signs a receipt with the answer, and is struck if it records anything else.
          </p>
        </li>
        <li>
          <h3>Settled and claimed</h3>
          <p className="small muted">
            The chain splits the fees of a book among those whose data helped, and everybody else who took part.
          </p>
        </li>
      </ol>
    </Card>
  )
}

interface ChannelProps {
  readonly offer: Offer
  readonly payer: Payer
  readonly channel: ChannelState
}

function OpenedChannel({ offer, payer, channel }: ChannelProps) {
  const { ledger } = usePage().deployment.contracts
  const { feeUnitGwei } = payer
  const tally = tallyOf(ledger, channel.id)
  const spent = BigInt(spentUnits(channel, tally)) * feeUnitGwei
  const charged = BigInt(channel.chargedUnits) * feeUnitGwei
  const left = channel.depositGwei - channel.withdrawnGwei - spent
  return (
    <Card
      title="Your channel"
      span={5}
      aside={<Pill tone="good">Read from the chain</Pill>}
      foot={
        <span>
          Your wallet signs its vouchers. They cover {covered(channel, tally.signedUnits, payer)} OPEN in all.
        </span>
      }
    >
      <div className="stack">
        <Facts>
          <Fact name="Deposited">
            <Amount gwei={channel.depositGwei} unit />
          </Fact>
          {channel.withdrawnGwei > 0n && (
            <Fact name="Withdrawn">
              <Amount gwei={channel.withdrawnGwei} unit />
            </Fact>
          )}
          <Fact name="Charged, recorded">
            <Amount gwei={charged} unit />
          </Fact>
          <Fact name="Answered here, to be recorded">
            <Amount gwei={spent - charged} unit />
          </Fact>
          <Fact name="Channel">
            <Hash of={channel.id} what="channel id" />
          </Fact>
        </Facts>
        <p className="row between sum">
          <span>Left, and yours</span>
          <Amount gwei={left < 0n ? 0n : left} unit />
        </p>
        <Withdraw payer={payer} channel={channel} leftGwei={left} />
        <AddDeposit offer={offer} payer={payer} />
      </div>
    </Card>
  )
}

function covered({ coveredUnits }: ChannelState, signedUnits: number, { feeUnitGwei }: Payer): string {
  return openParts(BigInt(Math.max(coveredUnits, signedUnits)) * feeUnitGwei).digits
}

const WEI_PER_GWEI = 1_000_000_000n

function AddDeposit({ offer, payer }: { offer: Offer; payer: Payer }) {
  const { channels, earnings, openToken } = useReader().contracts
  const { act, told, isBusy } = useAct()
  const add = (gwei: bigint) =>
    act(
      [
        { ...openToken, functionName: 'approve', args: [earnings.address, gwei * WEI_PER_GWEI] },
        { ...channels, functionName: 'fundChannel', args: [payer.key, gwei] },
      ],
      'Added to your deposit.',
    )
  return (
    <details className="more">
      <summary>Add to the deposit</summary>
      <Deposit
        offer={offer}
        payer={payer}
        act="Add"
        isBusy={isBusy}
        told={told}
        hint=""
        send={(gwei) => void add(gwei)}
      />
    </details>
  )
}
