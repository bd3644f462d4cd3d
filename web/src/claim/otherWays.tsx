import type { AccountEarnings } from '@attribution-ledger/sdk'
import { useRef, useState } from 'react'
import { isAddress } from 'viem'
import { getCode } from 'viem/actions'
import { useConnection } from 'wagmi'
import { usePage } from '../context.ts'
import type { ChainAccount } from '../ledger/useAccount.ts'
import { useReader } from '../ledger/useReader.ts'
import { Note } from '../parts/note.tsx'
import type { Claiming } from './useClaim.ts'

interface OtherWaysProps {
  readonly account: ChainAccount
  readonly claimableGwei: bigint
  readonly shares: AccountEarnings['shares']
  readonly claiming: Claiming
}

/** Code of an account that a key holds (EIP-7702): it is no contract's. */
const DELEGATION = '0xef0100'

/** To another address; and by a signature that a relayer sends. Both only by the payout address itself. */
export function OtherWays({ account, claimableGwei, claiming }: OtherWaysProps) {
  const { relayUrl } = usePage()
  const { address } = useConnection()
  const { client } = useReader()
  const dialog = useRef<HTMLDialogElement>(null)
  const [warning, setWarning] = useState<string>()
  const [told, setTold] = useState<string>()
  const isOwner = address?.toLowerCase() === account.payout.toLowerCase()
  const isOff = !isOwner || claimableGwei === 0n || claiming.isBusy

  const look = async (to: string) => {
    if (!isAddress(to, { strict: false })) return setWarning(undefined)
    const code = await getCode(client, { address: to }).catch(() => undefined)
    setWarning(
      code === undefined || code.startsWith(DELEGATION)
        ? undefined
        : 'This address is a contract. Send there only if you know that it can pass OPEN on: many cannot.',
    )
  }
  const pay = async (form: FormData) => {
    const to = `${form.get('to') ?? ''}`.trim()
    if (!isAddress(to, { strict: false })) return setTold('That is no address. It has 0x and 40 digits.')
    dialog.current?.close()
    if (form.get('how') === 'signature') await claiming.sign(to, claimableGwei)
    else await claiming.send([], to)
  }
  return (
    <>
      <button
        type="button"
        className="btn big"
        disabled={isOff}
        title={isOwner ? undefined : 'Only the payout address can do this.'}
        onClick={() => dialog.current?.showModal()}
      >
        Other ways to claim
      </button>
      <dialog ref={dialog} aria-labelledby="other-title" className="dialog">
        <form action={pay} className="stack">
          <h2 id="other-title">Claim to another address</h2>
          <p className="muted">
            Check every digit: a claim cannot be called back. Addresses of exchanges may not credit OPEN to you. Shares
            of joint units stay for a plain claim.
          </p>
          <label className="field">
            Pay to
            <input
              name="to"
              required
              autoComplete="off"
              spellCheck={false}
              placeholder="0x…"
              onChange={(event) => void look(event.target.value.trim())}
            />
          </label>
          {warning !== undefined && <Note tone="wait">{warning}</Note>}
          {relayUrl !== undefined && (
            <fieldset className="field">
              <legend>How</legend>
              <label>
                <input type="radio" name="how" value="transaction" defaultChecked /> I send it and pay the network fee
              </label>
              <label>
                <input type="radio" name="how" value="signature" /> I sign, and a relayer sends it
              </label>
            </fieldset>
          )}
          {told !== undefined && <p role="status">{told}</p>}
          <div className="row">
            <button type="submit" className="btn pri">
              Claim
            </button>
            <button type="button" className="btn" onClick={() => dialog.current?.close()}>
              Close
            </button>
          </div>
        </form>
      </dialog>
    </>
  )
}
