import { useEffect, useState } from 'react'
import { Icon } from './icon.tsx'

/** After 300 ms, in about the shape of what comes. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className="stack" role="status" aria-label="Loading">
      {late && Array.from({ length: lines }, (_, i) => i).map((i) => <span key={i} className={`sk sk-${i % 4}`} />)}
    </div>
  )
}

interface EmptyProps {
  readonly title: string
  readonly why: string
  /** Whether the page holds nothing else, so that this is its title. */
  readonly isPage?: boolean
  readonly children?: React.ReactNode
}

/** What is missing, why, and one thing to do. */
export function Empty({ title, why, isPage = false, children }: EmptyProps) {
  return (
    <div className="empty">
      <Icon name="ring" size={36} />
      {isPage ? <h1>{title}</h1> : <h2 className="small-title">{title}</h2>}
      <p className="muted">{why}</p>
      {children}
    </div>
  )
}

/** What happened, what still holds, and a way on. */
export function Failure({ error, retry, holds }: { error: Error; retry?: () => void; holds?: string }) {
  return (
    <div className="stack">
      <div className="note-box bad" role="alert">
        <Icon name="warning" />
        <div>
          <strong>{sentence(error.message)}</strong> {holds}
        </div>
      </div>
      {retry !== undefined && (
        <button type="button" className="btn sm" onClick={retry}>
          Try now
        </button>
      )}
    </div>
  )
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

interface Asked<T> {
  readonly data: T | undefined
  readonly error: Error | null
  readonly refetch: () => unknown
}

/** What was asked, once it is there; until then its shape; else why not. */
export function Loaded<T>({
  of,
  lines,
  children,
}: {
  of: Asked<T>
  lines?: number
  children: (data: T) => React.ReactNode
}) {
  if (of.data !== undefined) return children(of.data)
  if (of.error !== null) return <Failure error={of.error} retry={() => void of.refetch()} />
  return <Skeleton {...(lines !== undefined && { lines })} />
}
