import { useState } from 'react'
import { type Hex, keccak256 } from 'viem'
import { Note } from '../parts/note.tsx'
import { useBlob } from '../queries/blob.ts'

/** The terms that a contributor agrees to, held to their hash on chain; from this server, or from a file of the viewer's. */
export function TermsToRead({ hash, read }: { hash: Hex; read: (isRead: boolean) => void }) {
  const blob = useBlob(hash, (text) => text)
  const [own, setOwn] = useState<string>()
  const [told, setTold] = useState<string>()
  const text = blob.data ?? own
  const open = async (file: File | undefined) => {
    if (file === undefined) return
    const content = new Uint8Array(await file.arrayBuffer())
    const isThem = keccak256(content) === hash
    setOwn(isThem ? new TextDecoder().decode(content) : undefined)
    setTold(isThem ? undefined : `${file.name} holds other terms than this dataset’s. Ask the curator for the file.`)
  }
  if (text !== undefined) {
    return (
      <div className="stack">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
        <pre className="card-text terms" tabIndex={0}>
          {text.toWellFormed()}
        </pre>
        <label className="check">
          <input type="checkbox" onChange={(event) => read(event.target.checked)} />I read these terms, and agree to
          them
        </label>
      </div>
    )
  }
  if (blob.isFetching) return <p className="muted">Reading the terms.</p>
  return (
    <div className="stack">
      <p className="muted">This server does not have the terms. Ask the curator for their file, and open it here.</p>
      <input type="file" aria-label="Terms file" onChange={(event) => void open(event.target.files?.[0])} />
      {told !== undefined && <Note tone="bad">{told}</Note>}
    </div>
  )
}
