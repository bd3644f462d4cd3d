import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { isInstalled } from '../support/programs.ts'
import { type ServedPage, startServedPage } from '../support/servedPage.ts'
import { claims } from './suites/claims.ts'
import { contributions } from './suites/contributions.ts'
import { pages } from './suites/pages.ts'
import { pendingClaims } from './suites/pendingClaims.ts'
import { smartAccounts } from './suites/smartAccounts.ts'
import { tasks } from './suites/tasks.ts'
import { tryIt } from './suites/tryIt.ts'

/** One ledger, one index and one browser for all of them: they take longer to start than most tests do. */
describe.skipIf(!isInstalled('chromium'))('the page', () => {
  let served: ServedPage
  beforeAll(async () => {
    served = await startServedPage()
  })
  afterEach(async () => {
    await served?.closeTabs()
  })
  afterAll(async () => {
    await served?.stop()
  })

  pages(() => served)
  contributions(() => served)
  pendingClaims(() => served)
  claims(() => served)
  smartAccounts(() => served)
  tasks(() => served)
  tryIt(() => served)
})
