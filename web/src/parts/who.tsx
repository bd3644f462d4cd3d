import { Link } from '@tanstack/react-router'
import { shortHex } from '../format.ts'
import { Copy } from './copy.tsx'
import { Identicon } from './identicon.tsx'

/** An account by its number, or an address: identicon, short form, the whole in the title. */
export function Who({
  account,
  address,
  copy = false,
}: {
  account?: number | undefined
  address: string
  copy?: boolean
}) {
  const text = account === undefined ? <span className="mono">{shortHex(address)}</span> : `Account ${account}`
  return (
    <span className="chip">
      <Identicon of={address} />
      <Link to="/earnings/$who" params={{ who: account === undefined ? address : `${account}` }} title={address}>
        <span className="who">{text}</span>
      </Link>
      {copy && <Copy text={address} what="address" />}
    </span>
  )
}

/** A hash that can be copied whole. */
export function Hash({ of, what }: { of: string; what: string }) {
  return (
    <span className="chip">
      <span className="mono" title={of}>
        {shortHex(of)}
      </span>
      <Copy text={of} what={what} />
    </span>
  )
}
