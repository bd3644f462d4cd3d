import { useRef } from 'react'
import { usePage } from '../context.ts'
import { chooseNode, nodeOf } from '../ledger/chain.ts'

/** Which node this page asks, and a way to name one's own. */
export function NodeChoice() {
  const page = usePage()
  const { url, isOwn } = nodeOf(page)
  const dialog = useRef<HTMLDialogElement>(null)
  const save = (form: FormData) => {
    const named = `${form.get('url') ?? ''}`.trim()
    chooseNode(named === '' || named === page.rpcUrl ? undefined : named)
  }
  return (
    <>
      <button type="button" className="linky" onClick={() => dialog.current?.showModal()}>
        Node: {isOwn ? 'yours' : url === undefined ? 'your wallet’s' : 'of this server'}
      </button>
      <dialog ref={dialog} aria-labelledby="node-title" className="dialog">
        <form action={save} className="stack">
          <h2 id="node-title">Which node do you trust?</h2>
          <p className="muted">
            What you can claim, and every proof, is read from a node. Name one of your own, and this page takes nobody’s
            word.
          </p>
          <label className="field">
            Address of the node
            <input name="url" type="url" defaultValue={url ?? ''} placeholder="http://127.0.0.1:8545" />
          </label>
          <div className="row">
            <button type="submit" className="btn pri">
              Use this node
            </button>
            <button type="button" className="btn" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
          </div>
        </form>
      </dialog>
    </>
  )
}
