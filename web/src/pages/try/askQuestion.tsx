import type { ChannelState } from '@attribution-ledger/sdk'
import { useState } from 'react'
import type { KeptCall } from '../../ask/keep.ts'
import type { Offer } from '../../ask/offers.ts'
import { type AskState, useAsk } from '../../ask/useAsk.ts'
import type { Payer } from '../../ask/usePayer.ts'
import { openParts } from '../../format.ts'
import { Note } from '../../parts/note.tsx'

interface AskQuestionProps {
  readonly offer: Offer
  readonly payer: Payer
  readonly channel: ChannelState
  readonly answered: (call: KeptCall) => void
}

const LONGEST = 8_000
/** Of a line that shows only the beginning of an answer. */
const SHORT = 80

export function AskQuestion({ offer, payer, channel, answered }: AskQuestionProps) {
  const [question, setQuestion] = useState('')
  const { state, ask } = useAsk(offer, { payer, channel }, answered)
  const isBusy = state.step === 'pricing' || state.step === 'signing' || state.step === 'answering'
  const send = async (signUnits?: number) => {
    if (question.trim() !== '' && (await ask(question, signUnits))) setQuestion('')
  }
  return (
    <form className="stack" action={() => void send()}>
      <label className="field">
        {offer.endpoint === 'classifications' ? 'A text for the model to classify' : 'What you ask'}
        <textarea
          rows={4}
          maxLength={LONGEST}
          value={question}
          readOnly={isBusy}
          onChange={(event) => setQuestion(event.target.value)}
        />
      </label>
      <div className="row">
        <button type="submit" className="btn pri big" disabled={isBusy || question.trim() === ''}>
          {isBusy ? 'Asking…' : 'Ask'}
        </button>
        {state.step === 'refused' && state.signUnits !== undefined && (
          <SignLarger units={state.signUnits} payer={payer} sign={(units) => void send(units)} />
        )}
      </div>
      <div aria-live="polite" data-testid="ask-state" data-step={state.step}>
        <Words state={state} />
      </div>
    </form>
  )
}

interface SignLargerProps {
  readonly units: number
  readonly payer: Payer
  readonly sign: (units: number) => void
}

function SignLarger({ units, payer: { feeUnitGwei }, sign }: SignLargerProps) {
  return (
    <button type="button" className="btn big" onClick={() => sign(units)}>
      Sign for {openParts(BigInt(units) * feeUnitGwei).digits} OPEN in all
    </button>
  )
}

function Words({ state }: { state: AskState }) {
  switch (state.step) {
    case 'ready':
      return <p className="small muted">The gateway names the price first, and your wallet signs for it.</p>
    case 'pricing':
      return <p>Asking what the answer may cost.</p>
    case 'signing':
      return (
        <p>
          Confirm in your wallet: a voucher for {openParts(state.inAllGwei).digits} OPEN in all, since the channel was
          opened. It is no transaction, and costs no network fee.
        </p>
      )
    case 'answering':
      return <p>Paid for. Waiting for the answer.</p>
    case 'answered':
      return (
        <Note tone="good">
          Answered:{' '}
          <strong>
            <bdi>{shortened(state.said)}</bdi>
          </strong>
          . It is kept below, with its receipt.
        </Note>
      )
    case 'declined':
      return <Note>You declined in your wallet. Nothing was answered and nothing was paid.</Note>
    case 'refused':
      return (
        <Note tone="bad">
          <strong>The question was not answered.</strong> {state.why}
          {state.signUnits !== undefined && ' The button above signs for the amount that the gateway names.'}
        </Note>
      )
  }
}

function shortened(said: string): string {
  return (said.length > SHORT ? `${said.slice(0, SHORT)}…` : said).toWellFormed()
}
