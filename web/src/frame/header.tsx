import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { usePage } from '../context.ts'
import { Icon } from '../parts/icon.tsx'
import { Connect } from '../wallet/connect.tsx'
import { Theme } from './theme.tsx'

const pages = [
  ['/', 'Overview'],
  ['/earnings', 'My earnings'],
  ['/models', 'Models'],
  ['/datasets', 'Datasets'],
  ['/answers', 'Answers'],
  ['/try', 'Try it'],
  ['/auditor', 'Auditor'],
] as const

export function Header() {
  return (
    <header className="top">
      <div className="wrap">
        <Link className="brand" to="/" aria-label="Attribution ledger, overview">
          <Mark />
          <span>Attribution ledger</span>
        </Link>
        <nav className="nav" aria-label="Main">
          <Links />
        </nav>
        <div className="tools">
          <Connect />
          <Theme />
          <Menu />
        </div>
      </div>
    </header>
  )
}

function Links() {
  const { gatewayUrl } = usePage()
  const shown = pages.filter(([to]) => to !== '/try' || gatewayUrl !== undefined)
  return shown.map(([to, name]) => (
    <Link key={to} to={to} activeOptions={{ exact: to === '/' }} activeProps={{ 'aria-current': 'page' }}>
      {name}
    </Link>
  ))
}

function Menu() {
  const menu = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    const close = (event: Event) => {
      const isKey = event instanceof KeyboardEvent
      if (isKey ? event.key !== 'Escape' : menu.current?.querySelector('summary')?.contains(event.target as Node))
        return
      menu.current?.removeAttribute('open')
    }
    document.addEventListener('click', close)
    document.addEventListener('keydown', close)
    return () => {
      document.removeEventListener('click', close)
      document.removeEventListener('keydown', close)
    }
  }, [])
  return (
    <details className="menu" ref={menu}>
      <summary className="btn icon ghost" aria-label="Menu">
        <Icon name="menu" size={18} />
      </summary>
      <div>
        <nav aria-label="Main, small screens">
          <Links />
        </nav>
      </div>
    </details>
  )
}

function Mark() {
  return (
    <svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true">
      <rect width="26" height="26" rx="7" fill="var(--ink)" />
      <path d="M10 5.5v15" stroke="var(--bg)" strokeWidth="1.6" />
      <path d="M11.5 8h9M11.5 13h6.5M11.5 18h3.5" stroke="var(--bg)" strokeWidth="2.6" />
      <path d="M8.5 13h-3M8.5 18h-1.5" stroke="var(--harm)" strokeWidth="2.6" />
    </svg>
  )
}
