import { useEffect, useId, useRef } from 'react'
import { count } from '../../format.ts'
import { useReader } from '../../ledger/useReader.ts'
import { useAct } from '../../wallet/useAct.ts'

export interface Withdrawal {
  readonly contributionId: string
  readonly itemCount: number
}

/** Belongs beside a list, not in its rows: a row changes once the withdrawal is indexed, and would take the answer along. */
export function WithdrawConsent({ of, onClose }: { of: Withdrawal; onClose: () => void }) {
  const { datasets } = useReader().contracts
  const { act, told, isBusy } = useAct()
  const dialog = useRef<HTMLDialogElement>(null)
  const title = useId()
  useEffect(() => dialog.current?.showModal(), [])
  const withdraw = () =>
    act(
      { ...datasets, functionName: 'withdrawConsent', args: [of.contributionId] },
      'Consent withdrawn. New models may use these rows for 30 days at the latest. What you earned stays yours.',
    )
  return (
    <dialog ref={dialog} aria-labelledby={title} className="dialog" onClose={onClose}>
      <div className="stack">
        <h2 id={title}>Withdraw consent for {count(of.itemCount)} items?</h2>
        <p className="muted">
          No new version and no new model may use them, 30 days from now at the latest. Models that were trained on them
          go on, and go on paying you. This cannot be undone.
        </p>
        <p role="status">{told}</p>
        <div className="row">
          <button type="button" className="btn danger" disabled={isBusy} onClick={() => void withdraw()}>
            Withdraw consent
          </button>
          <button type="button" className="btn" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
      </div>
    </dialog>
  )
}
