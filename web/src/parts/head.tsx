import { useEffect } from 'react'

interface HeadProps {
  readonly crumb?: React.ReactNode
  readonly title: React.ReactNode
  /** Of the browser's tab. */
  readonly name: string
  readonly about?: React.ReactNode
  readonly meta?: React.ReactNode
  readonly actions?: React.ReactNode
}

export function Head({ crumb, title, name, about, meta, actions }: HeadProps) {
  useEffect(() => {
    document.title = `${name} · Attribution ledger`
  }, [name])
  return (
    <div className="head">
      <div>
        {crumb !== undefined && <div className="crumb">{crumb}</div>}
        <h1>{title}</h1>
        {about !== undefined && <p>{about}</p>}
        {meta !== undefined && <div className="meta">{meta}</div>}
      </div>
      {actions !== undefined && <div className="row">{actions}</div>}
    </div>
  )
}
