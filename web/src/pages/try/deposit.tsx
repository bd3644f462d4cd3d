import { parseOpen } from '@attribution-ledger/sdk'
import { useState } from 'react'
import type { Offer } from '../../ask/offers.ts'
import type { Payer } from '../../ask/usePayer.ts'
import { count, openParts } from '../../format.ts'

/** So many questions a first deposit is for, and what it is where a price has no base. */
const QUESTIONS = 10n
const NO_BASE_GWEI = 1_000_000_000n

interface DepositProps {
  readonly offer: Offer
  readonly payer: Payer
  /** What the button does: `Open a channel`. */
  readonly act: string
  readonly isBusy: boolean
  readonly told: string | undefined
  readonly hint: string
  readonly send: (gwei: bigint) => void
}

/** An amount of the wallet's OPEN, with what it is enough for and why it may not do. */
export function Deposit({ offer, payer, act, isBusy, told, hint, send }: DepositProps) {
  const usual = offer.baseGwei === 0n ? NO_BASE_GWEI : offer.baseGwei * QUESTIONS
  const [text, setText] = useState(openParts(usual).digits.replaceAll(',', ''))
  const gwei = amountOf(text)
  const why = whyNot(gwei, payer.balanceGwei)
  return (
    <form
      className="stack"
      action={() => {
        if (gwei !== undefined && why === undefined) send(gwei)
      }}
    >
      <div className="deposit">
        <label className="field">
          Deposit, OPEN
          <input
            value={text}
            onChange={(event) => setText(event.target.value)}
            inputMode="decimal"
            autoComplete="off"
            required
          />
        </label>
        <button type="submit" className="btn pri" disabled={isBusy || why !== undefined}>
          {act}
        </button>
      </div>
      <p role="status" className="small muted">
        {told ?? why ?? `${enoughFor(gwei, offer)}${hint}`}
      </p>
    </form>
  )
}

function amountOf(text: string): bigint | undefined {
  try {
    return parseOpen(text.trim())
  } catch {
    return undefined
  }
}

function whyNot(gwei: bigint | undefined, balanceGwei: bigint): string | undefined {
  if (balanceGwei === 0n)
    return 'Your wallet holds no OPEN. Get some from anybody who has it, or earn it with data that you contribute.'
  if (gwei === undefined || gwei === 0n) return 'An amount of OPEN has at most nine decimals, such as 0.5.'
  if (gwei > balanceGwei) return `Your wallet holds ${openParts(balanceGwei).digits} OPEN. Deposit less, or get more.`
  return undefined
}

function enoughFor(gwei: bigint | undefined, { baseGwei, perThousandInGwei, perThousandOutGwei }: Offer): string {
  if (gwei === undefined || baseGwei === 0n || perThousandInGwei + perThousandOutGwei > 0n) return ''
  const questions = gwei / baseGwei
  return `Enough for ${count(questions)} ${questions === 1n ? 'question' : 'questions'}. `
}
