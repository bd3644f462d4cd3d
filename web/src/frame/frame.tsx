import { Outlet } from '@tanstack/react-router'
import { useLive } from '../queries/live.ts'
import { Banner } from './banner.tsx'
import { Foot } from './foot.tsx'
import { Header } from './header.tsx'

export function Frame() {
  useLive()
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <Header />
      <Banner />
      <main id="main" tabIndex={-1}>
        <div className="wrap">
          <Outlet />
        </div>
      </main>
      <Foot />
    </>
  )
}
