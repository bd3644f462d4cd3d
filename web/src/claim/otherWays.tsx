import { type AccountEarnings, type SigningClient, signClaim } from '@attribution-ledger/sdk'
import { useRef, useState } from 'react'
import { type Address, isAddress } from 'viem'
import { getCode } from 'viem/actions'
import { useConfig, useConnection } from 'wagmi'
import { getConnectorClient } from 'wagmi/actions'
import { usePage } from '../context.ts'
import type { ChainAccount } from '../ledger/useAccount.ts'
import { useReader } from '../ledger/useReader.ts'
import { Note } from '../parts/note.tsx'
import { relayClaim } from './relay.ts'
import { reasonOf } from './state.ts'
import type { Claiming } from './useClaim.ts'

interface OtherWaysProps {
  readonly account: ChainAccount
  readonly claimableGwei: bigint
  readonly shares: AccountEarnings['shares']
  readonly claiming: Claiming
}

const HOUR = 3_600n

/** To another address; and by a signature that a relayer sends. Both only by the payout address itself. */
export function OtherWays({ account, claimableGwei, claiming }: OtherWaysProps) {
  const { deployment, relayUrl } = usePage()
  const { address } = useConnection()
  const config = useConfig()
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
      code === undefined
        ? undefined
        : 'This address is a contract. Send there only if you know that it can pass OPEN on: many cannot.',
    )
  }
  const pay = async (form: FormData) => {
    const to = `${form.get('to') ?? ''}`.trim()
    if (!isAddress(to, { strict: false })) return setTold('That is no address. It has 0x and 40 digits.')
    if (form.get('how') === 'signature') return await gasless(to)
    dialog.current?.close()
    await claiming.send([], to)
  }
  const gasless = async (to: Address) => {
    if (relayUrl === undefined) return
    try {
      setTold('Sign in your wallet. The relayer pays the network fee.')
      const signer = (await getConnectorClient(config, { chainId: deployment.chainId })) as SigningClient
      const deadline = BigInt(Math.floor(Date.now() / 1000)) + HOUR
      const signed = await signClaim(signer, { deployment, account: account.id, to, minGwei: claimableGwei, deadline })
      const hash = await relayClaim(relayUrl, signed)
      setTold(`The relayer sent your claim: ${hash}`)
    } catch (error) {
      setTold(reasonOf(error))
    }
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
