import { useRef } from 'react'
import { isAddress } from 'viem'
import { useConnection } from 'wagmi'
import type { ChainAccount } from '../../ledger/useAccount.ts'
import { useReader } from '../../ledger/useReader.ts'
import { useAct } from '../../wallet/useAct.ts'

/** Two steps, so that a mistyped address takes nothing: the old address proposes, the new one accepts. */
export function ChangePayout({ account, isOwner }: { account: ChainAccount; isOwner: boolean }) {
  const { address } = useConnection()
  const { accounts } = useReader().contracts
  const { act, told, isBusy } = useAct()
  const dialog = useRef<HTMLDialogElement>(null)
  if (address === undefined) return null
  const propose = async (form: FormData) => {
    const to = `${form.get('to') ?? ''}`.trim()
    if (!isAddress(to, { strict: false })) return
    const call = { ...accounts, functionName: 'proposePayout', args: [account.id, to] }
    await act(call, 'Proposed. Now connect the new address here and accept.')
  }
  const accept = () =>
    act(
      { ...accounts, functionName: 'acceptPayout', args: [account.id] },
      'Accepted. This address is paid from now on.',
    )
  return (
    <>
      <button type="button" className="btn" onClick={() => dialog.current?.showModal()}>
        {isOwner ? 'Change payout address' : 'Accept this account'}
      </button>
      <dialog ref={dialog} aria-labelledby="payout-title" className="dialog">
        {isOwner ? (
          <form action={propose} className="stack">
            <h2 id="payout-title">Change the payout address</h2>
            <p className="muted">
              You propose an address, and that address accepts, here. Until then nothing changes. What is claimable now
              moves with the account.
            </p>
            <label className="field">
              New address
              <input
                name="to"
                required
                pattern="0x[0-9a-fA-F]{40}"
                autoComplete="off"
                spellCheck={false}
                placeholder="0x…"
              />
            </label>
            <p role="status">{told}</p>
            <div className="row">
              <button type="submit" className="btn pri" disabled={isBusy}>
                Propose
              </button>
              <button type="button" className="btn" onClick={() => dialog.current?.close()}>
                Close
              </button>
            </div>
          </form>
        ) : (
          <div className="stack">
            <h2 id="payout-title">Accept account {account.id}</h2>
            <p className="muted">
              Works where the present payout address has proposed the one that you are connected with.
            </p>
            <p role="status">{told}</p>
            <div className="row">
              <button type="button" className="btn pri" disabled={isBusy} onClick={() => void accept()}>
                Accept
              </button>
              <button type="button" className="btn" onClick={() => dialog.current?.close()}>
                Close
              </button>
            </div>
          </div>
        )}
      </dialog>
    </>
  )
}
