import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useConnect, useConnection, useConnectors, useDisconnect } from 'wagmi'
import { shortHex } from '../format.ts'
import { Identicon } from '../parts/identicon.tsx'

/** The wallet's address where one is connected, else a choice among the wallets that announced themselves. */
export function Connect() {
  const { address } = useConnection()
  const dialog = useRef<HTMLDialogElement>(null)
  const open = () => dialog.current?.showModal()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the dialog is done with one address once there is another.
  useEffect(() => dialog.current?.close(), [address])
  return (
    <>
      {address === undefined ? (
        <button type="button" className="btn sm tool" onClick={open}>
          <span className="only-w">Connect wallet</span>
          <span className="only-n">Connect</span>
        </button>
      ) : (
        <button type="button" className="btn sm tool" onClick={open} title={address}>
          <Identicon of={address} />
          <span className="mono">{shortHex(address)}</span>
          <span className="sr">connected</span>
        </button>
      )}
      <dialog ref={dialog} aria-labelledby="wallet-title" className="dialog">
        {address === undefined ? (
          <Choice close={() => dialog.current?.close()} />
        ) : (
          <Connected address={address} close={() => dialog.current?.close()} />
        )}
      </dialog>
    </>
  )
}

function Choice({ close }: { close: () => void }) {
  const connectors = useConnectors()
  const { mutate: connect, error, isPending } = useConnect()
  return (
    <div className="stack">
      <h2 id="wallet-title">Connect a wallet</h2>
      <p className="muted">Looking up needs none. A wallet signs what you press a button for here, and nothing else.</p>
      {connectors.length === 0 && <p>No wallet announced itself. Install one, and load this page again.</p>}
      {connectors.map((connector) => (
        <button
          key={connector.uid}
          type="button"
          className="btn wide"
          disabled={isPending}
          onClick={() => connect({ connector })}
        >
          {connector.icon?.startsWith('data:image/') && (
            <img src={connector.icon.trim()} alt="" width={20} height={20} />
          )}
          <bdi>{connector.name.slice(0, 40)}</bdi>
        </button>
      ))}
      {error !== null && <p role="alert">The wallet did not connect. Nothing was signed.</p>}
      <button type="button" className="btn ghost" onClick={close}>
        Not now
      </button>
    </div>
  )
}

function Connected({ address, close }: { address: string; close: () => void }) {
  const { mutate: disconnect } = useDisconnect()
  return (
    <div className="stack">
      <h2 id="wallet-title">Your wallet</h2>
      <p className="mono break">{address}</p>
      <Link className="btn wide" to="/earnings/$who" params={{ who: address }} onClick={close}>
        My earnings
      </Link>
      <button type="button" className="btn wide" onClick={() => disconnect()}>
        Disconnect
      </button>
      <button type="button" className="btn ghost" onClick={close}>
        Close
      </button>
    </div>
  )
}
