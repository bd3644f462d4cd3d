import { useState } from 'react'
import { count } from '../format.ts'
import { Note } from '../parts/note.tsx'
import { type Bundle, bundleOf, COMMITMENT_SUFFIX, type Item } from './bundle.ts'

interface ChooseItemsProps {
  readonly bundle: Bundle | undefined
  readonly choose: (bundle: Bundle | undefined) => void
}

const random32 = () => crypto.getRandomValues(new Uint8Array(32))

export function ChooseItems({ bundle, choose }: ChooseItemsProps) {
  const [told, setTold] = useState<string>()
  const open = async (files: Iterable<File> | null) => {
    const chosen = [...(files ?? [])]
    if (chosen.length === 0) return
    try {
      const texts = await Promise.all(chosen.map(async (file) => ({ name: file.name, text: await file.text() })))
      choose(bundleOf(texts, random32))
      setTold(undefined)
    } catch (error) {
      choose(undefined)
      setTold(error instanceof Error ? error.message : String(error))
    }
  }
  const drop = (event: React.DragEvent) => {
    event.preventDefault()
    void open(event.dataTransfer.files)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way of two; the field takes the same by keyboard.
    <div className="stack drop" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <p className="muted small">
        One <code>{'{"label", "text"}'}</code> a line, in a file. If you contributed it before, choose its{' '}
        <code>{COMMITMENT_SUFFIX}</code> with it: new salts make another contribution.
      </p>
      <input
        type="file"
        multiple
        aria-label="Items file"
        accept=".jsonl,.json"
        onChange={(event) => void open(event.target.files)}
      />
      {told !== undefined && <Note tone="bad">{told}</Note>}
      {bundle !== undefined && <Chosen of={bundle} />}
    </div>
  )
}

function Chosen({ of: { items, name, isRestored } }: { of: Bundle }) {
  const labels = new Set(items.map(({ label }) => label))
  const repeated = items.length - new Set(items.map(({ label, text }) => JSON.stringify([label, text]))).size
  return (
    <>
      <p>
        <strong>
          {count(items.length)} {items.length === 1 ? 'item' : 'items'}
        </strong>{' '}
        in <bdi>{name}</bdi>, {count(labels.size)} {labels.size === 1 ? 'label' : 'labels'},{' '}
        {isRestored ? 'with the salts that you kept' : 'with new salts'}.
      </p>
      <ul className="samples small">
        {[...new Map(items.slice(0, 3).map((item) => [item.text, item])).values()].map((item) => (
          <Sample key={item.text} of={item} />
        ))}
      </ul>
      {repeated > 0 && (
        <Note tone="wait">
          {count(repeated)} of them {repeated === 1 ? 'repeats' : 'repeat'} another one. Copies are dropped before
          training and earn nothing.
        </Note>
      )}
    </>
  )
}

function Sample({ of: { label, text } }: { of: Item }) {
  return (
    <li>
      <span className="tag">
        <bdi>{label.slice(0, 40).toWellFormed()}</bdi>
      </span>{' '}
      <bdi>{text.slice(0, 160).toWellFormed()}</bdi>
    </li>
  )
}
