import { useState } from 'react'
import { type KeptCall, keepCalls, keptCalls } from '../../ask/keep.ts'
import { type Offer, useOffers } from '../../ask/offers.ts'
import { usePage } from '../../context.ts'
import { Head } from '../../parts/head.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { AskModel } from './askModel.tsx'
import { Calls } from './calls.tsx'
import { YourChannel } from './yourChannel.tsx'

/** From a question to its answer, its receipt, its record, and the people whom its fee reaches. */
export function TryIt() {
  const { gatewayUrl, deployment } = usePage()
  const { ledger } = deployment.contracts
  const offers = useOffers()
  const [calls, setCalls] = useState(() => keptCalls(ledger))
  const keep = (kept: readonly KeptCall[]) => {
    keepCalls(ledger, kept)
    setCalls(kept)
  }
  if (gatewayUrl === undefined)
    return (
      <Empty
        isPage
        title="There is no model to try here"
        why="The host of this page names a gateway that serves models: attribution index --gateway <url>."
      />
    )
  return (
    <>
      <Head
        name="Try it"
        title="Try it"
        about="Ask a model, pay for the answer, and watch where the fee goes. Question and answer stay between you and the operator: the chain holds only a hash."
      />
      <div className="grid">
        <Loaded of={offers} lines={6}>
          {(all) => <Trial offers={all} answered={(call) => keep([call, ...keptCalls(ledger)])} />}
        </Loaded>
        <Calls calls={calls} remove={(id) => keep(keptCalls(ledger).filter((call) => call.id !== id))} />
      </div>
    </>
  )
}

function Trial({ offers, answered }: { offers: readonly Offer[]; answered: (call: KeptCall) => void }) {
  const [name, setName] = useState(offers[0]?.name)
  const offer = offers.find((one) => one.name === name) ?? offers[0]
  if (offer === undefined)
    return (
      <Empty
        title="The gateway serves no model that can be asked here"
        why="Its operator adds some; come again later."
      />
    )
  return (
    <>
      <AskModel key={offer.name} offer={offer} offers={offers} choose={setName} answered={answered} />
      <YourChannel key={`channel of ${offer.name}`} offer={offer} />
    </>
  )
}
