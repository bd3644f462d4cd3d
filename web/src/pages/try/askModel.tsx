import { Link } from '@tanstack/react-router'
import { useConnection } from 'wagmi'
import type { KeptCall } from '../../ask/keep.ts'
import type { Offer } from '../../ask/offers.ts'
import { usePayer } from '../../ask/usePayer.ts'
import { openParts, plainName } from '../../format.ts'
import { Card } from '../../parts/card.tsx'
import { Note } from '../../parts/note.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { SwitchChain, useIsElsewhere } from '../../wallet/switchChain.tsx'
import { AskQuestion } from './askQuestion.tsx'
import { OpenChannel } from './openChannel.tsx'

interface AskModelProps {
  readonly offer: Offer
  readonly offers: readonly Offer[]
  readonly choose: (name: string) => void
  readonly answered: (call: KeptCall) => void
}

/** Three steps: a model, a channel that pays, a question. */
export function AskModel({ offer, offers, choose, answered }: AskModelProps) {
  return (
    <Card title="Ask a model" span={7}>
      <ol className="numbered">
        <li>
          <h3>The model</h3>
          <fieldset className="offers">
            <legend className="sr">The model</legend>
            {offers.map((one) => (
              <OneOffer key={one.name} of={one} isChosen={one === offer} choose={() => choose(one.name)} />
            ))}
          </fieldset>
        </li>
        <Paying offer={offer} answered={answered} />
      </ol>
    </Card>
  )
}

function OneOffer({ of, isChosen, choose }: { of: Offer; isChosen: boolean; choose: () => void }) {
  return (
    <label className="offer">
      <input type="radio" name="model" checked={isChosen} onChange={choose} />
      <span>
        <bdi className="strong">{plainName(of.name, `Model ${of.model}`)}</bdi>
        <span className="small muted">
          <Link to="/models/$id" params={{ id: `${of.model}` }}>
            Model {of.model}
          </Link>
          , {of.endpoint === 'classifications' ? 'a classifier: it answers with a label' : 'it answers in words'}
        </span>
      </span>
      <span className="small">{priceOf(of)}</span>
    </label>
  )
}

function priceOf({ baseGwei, perThousandInGwei, perThousandOutGwei }: Offer): string {
  const open = (gwei: bigint) => openParts(gwei).digits
  const tokens = [
    ...(perThousandInGwei > 0n ? [`${open(perThousandInGwei)} for 1,000 tokens asked`] : []),
    ...(perThousandOutGwei > 0n ? [`${open(perThousandOutGwei)} for 1,000 answered`] : []),
  ]
  return [`${open(baseGwei)} OPEN a question`, ...tokens].join(', ')
}

function Paying({ offer, answered }: { offer: Offer; answered: (call: KeptCall) => void }) {
  const { address } = useConnection()
  const isElsewhere = useIsElsewhere()
  const { data: payer, error } = usePayer(offer)
  const later = (
    <li className="later">
      <h3>Your question</h3>
      <p className="small muted">Comes once a channel pays for it.</p>
    </li>
  )
  const step = (content: React.ReactNode) => (
    <>
      <li>
        <h3>A channel that pays</h3>
        {content}
      </li>
      {later}
    </>
  )
  if (address === undefined)
    return step(
      <p className="muted">Connect a wallet with the button above: it deposits OPEN, and signs what you spend.</p>,
    )
  if (isElsewhere)
    return step(
      <div className="stack">
        <p className="muted">Your wallet is on another network.</p>
        <SwitchChain />
      </div>,
    )
  if (payer === undefined)
    return step(error === null ? <Skeleton lines={2} /> : <Note tone="bad">No node answers now: {error.message}</Note>)
  if (payer.isContract)
    return step(
      <Note tone="wait">
        Your wallet is a contract, and vouchers count only when a plain key signs them. Connect a plain key, or open a
        channel with a key of its own: <code>attribution channel open</code>.
      </Note>,
    )
  const { channel } = payer
  if (channel === undefined) return step(<OpenChannel offer={offer} payer={payer} />)
  return (
    <>
      <li>
        <h3>A channel that pays</h3>
        <p className="muted">Yours is open. Each question takes a voucher that you sign, and no transaction.</p>
      </li>
      <li>
        <h3>Your question</h3>
        <AskQuestion offer={offer} payer={payer} channel={channel} answered={answered} />
      </li>
    </>
  )
}
