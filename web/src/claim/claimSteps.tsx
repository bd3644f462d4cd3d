import { Link } from '@tanstack/react-router'
import { count, openParts, shortHex } from '../format.ts'
import { Note } from '../parts/note.tsx'
import { Path } from '../parts/path.tsx'
import type { ClaimState } from './state.ts'
import type { Claiming } from './useClaim.ts'

const steps = ['Simulated', 'Signed', 'Sent', 'Included', 'Final'] as const
const reached: Readonly<Partial<Record<ClaimState['step'], number>>> = { wallet: 1, sent: 3, included: 4, final: 5 }

/** How far a claim is, and in words what that means. */
export function ClaimSteps({ claiming: { state, reset }, retry }: { claiming: Claiming; retry: () => void }) {
  if (state.step === 'ready') return null
  const done = reached[state.step]
  return (
    <div className="stack" aria-live="polite" data-testid="claim-state" data-step={state.step}>
      {done !== undefined && <Path steps={steps} done={done} />}
      <Words state={state} />
      <div className="row">
        {(state.step === 'declined' ||
          state.step === 'reorged' ||
          state.step === 'refused' ||
          state.step === 'cancelled') && (
          <button type="button" className="btn pri" onClick={retry}>
            Try again
          </button>
        )}
        {state.step !== 'wallet' && state.step !== 'sent' && (
          <button type="button" className="btn" onClick={reset}>
            Done
          </button>
        )}
      </div>
    </div>
  )
}

function Words({ state }: { state: ClaimState }) {
  switch (state.step) {
    case 'wallet':
      return <p>Confirm in your wallet. Nothing is sent until you sign.</p>
    case 'declined':
      return <Note>You declined in your wallet. Nothing was sent and nothing was paid.</Note>
    case 'refused':
      return <Note tone="bad">The claim was not sent. {state.why}</Note>
    case 'sent':
      return state.replaced ? (
        <p>
          Your wallet replaced this transaction. We now follow <Transaction hash={state.hash} />. Only one of the two
          can count.
        </p>
      ) : (
        <p>
          Waiting for a block, with <Transaction hash={state.hash} />. You can close this page.
        </p>
      )
    case 'reverted':
      return (
        <Note tone="bad">
          The claim failed on chain: most likely it was claimed already, in another tab. Your balance is right; only the
          network fee was spent. {state.hash !== undefined && <Transaction hash={state.hash} />}
        </Note>
      )
    case 'cancelled':
      return (
        <Note>
          Your wallet put another transaction in the place of the claim: <Transaction hash={state.hash} />. Nothing was
          claimed, and the amount is still yours.
        </Note>
      )
    case 'included':
      return (
        <Note tone="good">
          <strong>You claimed {openParts(state.amountGwei).digits} OPEN.</strong> In block {count(state.block)}, with{' '}
          <Transaction hash={state.hash} />. Final in some minutes.
        </Note>
      )
    case 'final':
      return (
        <Note tone="good">
          <strong>You claimed {openParts(state.amountGwei).digits} OPEN.</strong> Final, with{' '}
          <Transaction hash={state.hash} />.
        </Note>
      )
    case 'reorged':
      return (
        <Note tone="wait" icon="back">
          <strong>The chain dropped the block of your claim.</strong> The amount is yours and claimable again. Your
          wallet may include the claim again by itself: wait a minute before you send another.
        </Note>
      )
    default:
      return null
  }
}

function Transaction({ hash }: { hash: string }) {
  return (
    <Link className="mono" to="/transactions/$hash" params={{ hash }} title={hash}>
      {shortHex(hash)}
    </Link>
  )
}
