import { useId } from 'react'

interface CardProps {
  readonly title: string
  readonly aside?: React.ReactNode
  readonly about?: React.ReactNode
  readonly foot?: React.ReactNode
  /** Columns of twelve on wide screens. */
  readonly span?: 4 | 5 | 6 | 7 | 8
  readonly children: React.ReactNode
}

export function Card({ title, aside, about, foot, span, children }: CardProps) {
  const id = useId()
  return (
    <section className={span === undefined ? 'card' : `card s${span}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside}
        {about !== undefined && <p>{about}</p>}
      </header>
      <div className="body">{children}</div>
      {foot !== undefined && <footer>{foot}</footer>}
    </section>
  )
}
