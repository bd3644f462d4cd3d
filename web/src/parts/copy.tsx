import { useState } from 'react'
import { Icon } from './icon.tsx'

export function Copy({ text, what }: { text: string; what: string }) {
  const [done, setDone] = useState(false)
  const copy = () => {
    void navigator.clipboard?.writeText(text).then(() => {
      setDone(true)
      setTimeout(() => setDone(false), 1_500)
    })
  }
  return (
    <button type="button" className="copy" onClick={copy} aria-label={done ? 'Copied' : `Copy ${what}`}>
      <Icon name={done ? 'check' : 'copy'} size={14} />
    </button>
  )
}
