import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { Frame } from './frame/frame.tsx'
import { NotFound } from './frame/notFound.tsx'
import { Home } from './pages/home/home.tsx'

/** Every address can name a block, and then shows the ledger as it stood after it: `?block=164`. */
function blockIn(search: Record<string, unknown>): { readonly block?: number } {
  const block = Number(search.block)
  return search.block !== undefined && Number.isSafeInteger(block) && block >= 0 ? { block } : {}
}

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound, validateSearch: blockIn })
const under = { getParentRoute: () => root }

const routes = [
  createRoute({ ...under, path: '/', component: Home }),
  createRoute({
    ...under,
    path: '/earnings',
    component: lazyRouteComponent(() => import('./pages/earnings/lookUp.tsx'), 'LookUp'),
  }),
  createRoute({
    ...under,
    path: '/earnings/$who',
    component: lazyRouteComponent(() => import('./pages/earnings/earnings.tsx'), 'Earnings'),
  }),
  createRoute({
    ...under,
    path: '/models',
    component: lazyRouteComponent(() => import('./pages/model/models.tsx'), 'Models'),
  }),
  createRoute({
    ...under,
    path: '/models/$id',
    component: lazyRouteComponent(() => import('./pages/model/model.tsx'), 'Model'),
  }),
  createRoute({
    ...under,
    path: '/datasets',
    component: lazyRouteComponent(() => import('./pages/dataset/datasets.tsx'), 'Datasets'),
  }),
  createRoute({
    ...under,
    path: '/datasets/$id',
    component: lazyRouteComponent(() => import('./pages/dataset/dataset.tsx'), 'Dataset'),
  }),
  createRoute({
    ...under,
    path: '/answers',
    component: lazyRouteComponent(() => import('./pages/answer/answers.tsx'), 'Answers'),
  }),
  createRoute({
    ...under,
    path: '/answers/$batch/$position',
    component: lazyRouteComponent(() => import('./pages/answer/answer.tsx'), 'Answer'),
  }),
  createRoute({
    ...under,
    path: '/try',
    component: lazyRouteComponent(() => import('./pages/try/tryIt.tsx'), 'TryIt'),
  }),
  createRoute({
    ...under,
    path: '/auditor',
    component: lazyRouteComponent(() => import('./pages/auditor/auditor.tsx'), 'Auditor'),
  }),
  createRoute({
    ...under,
    path: '/transactions/$hash',
    component: lazyRouteComponent(() => import('./pages/transaction/transaction.tsx'), 'Transaction'),
  }),
] as const

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
