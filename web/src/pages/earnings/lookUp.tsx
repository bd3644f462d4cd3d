import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useConnection } from 'wagmi'
import { Card } from '../../parts/card.tsx'
import { Head } from '../../parts/head.tsx'

/** Looks up any address; a connected wallet is shown its own. */
export function LookUp() {
  const { address } = useConnection()
  const navigate = useNavigate()
  const [told, setTold] = useState<string>()
  useEffect(() => {
    if (address !== undefined) void navigate({ to: '/earnings/$who', params: { who: address }, replace: true })
  }, [address, navigate])
  const find = async (form: FormData) => {
    const who = `${form.get('who') ?? ''}`.trim()
    if (!/^(0x[0-9a-fA-F]{40}|\d{1,10})$/.test(who)) {
      return setTold('That is neither an address nor an account’s number.')
    }
    await navigate({ to: '/earnings/$who', params: { who } })
  }
  return (
    <>
      <Head
        crumb="My earnings"
        name="My earnings"
        title="What did my data earn?"
        about="Look up any address without connecting. What you can claim is read from the chain."
      />
      <div className="grid">
        <Card title="Look up an address" span={6}>
          <form action={find} className="stack">
            <label className="field">
              Address, or account number
              <input name="who" required autoComplete="off" spellCheck={false} placeholder="0x…" />
            </label>
            {told !== undefined && <p role="alert">{told}</p>}
            <button type="submit" className="btn pri">
              Look up
            </button>
          </form>
        </Card>
        <Card title="Or connect a wallet" span={6}>
          <p className="muted">
            Use Connect wallet above: your address is looked up, and you can claim. A wallet signs what you press a
            button for here, and nothing else.
          </p>
        </Card>
      </div>
    </>
  )
}
