import './styles/font.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/frame.css'
import './styles/parts.css'
import './styles/tables.css'
import './styles/pages.css'
import './styles/contribute.css'
import './styles/try.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { WagmiProvider } from 'wagmi'
import { PageContext } from './context.ts'
import { walletsOf } from './ledger/chain.ts'
import { fetchPage } from './page.ts'
import { Unreachable } from './parts/unreachable.tsx'
import { router } from './router.tsx'

const root = createRoot(document.getElementById('root') as HTMLElement)
const queries = new QueryClient({
  // What changes with a block is asked again with the block.
  defaultOptions: { queries: { staleTime: 60_000, retry: 1, refetchOnWindowFocus: false } },
})

try {
  const page = await fetchPage()
  root.render(
    <StrictMode>
      <PageContext value={page}>
        <WagmiProvider config={walletsOf(page)}>
          <QueryClientProvider client={queries}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </WagmiProvider>
      </PageContext>
    </StrictMode>,
  )
} catch (error) {
  root.render(<Unreachable reason={error instanceof Error ? error.message : String(error)} />)
}
