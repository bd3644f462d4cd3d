import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { ServedPage } from '../../support/servedPage.ts'
import { claimants, claimButton, connect, showsClaimed } from './claimant.ts'

/** Far more than any of them takes: a person who has to search for the way takes longer. */
const MOST_MS = 20_000

/** What people come for, each from the overview on, by what they see: no address is typed, and nothing else is known. */
export function tasks(served: () => ServedPage): void {
  const { holder, claimable } = claimants(served)
  const tasksOf: Readonly<Record<string, (page: Page) => Promise<void>>> = {
    'finding one’s earnings': async (page) => {
      await connect(page)
      await page.getByRole('button', { name: 'connected' }).click()
      await page.getByRole('link', { name: 'My earnings' }).last().click()
      await page.getByRole('heading', { name: 'By model' }).waitFor()
    },
    claiming: async (page) => {
      await connect(page)
      await page.getByRole('button', { name: 'connected' }).click()
      await page.getByRole('link', { name: 'My earnings' }).last().click()
      const gwei = await claimable(holder(0))
      await claimButton(page, gwei).click()
      await showsClaimed(page, gwei)
    },
    'verifying an answer': async (page) => {
      await page.getByRole('link', { name: 'newest answer' }).click()
      await page.getByRole('button', { name: 'Verify this answer' }).click()
      await page.getByText('5 steps hold').waitFor()
    },
    'finding where to contribute': async (page) => {
      await page.getByRole('link', { name: 'Choose a dataset' }).click()
      await page.getByRole('link', { name: 'Dataset 1' }).click()
      await page.getByLabel('Items file').waitFor()
    },
    'seeing why a model pays whom': async (page) => {
      await page.getByRole('link', { name: 'Models', exact: true }).click()
      await page.getByRole('link', { name: `Model ${served().model.model}` }).click()
      await page
        .getByRole('img', { name: /^Help [\d.]+ %, harm/ })
        .first()
        .waitFor()
    },
  }

  describe('a newcomer', () => {
    it.each(Object.keys(tasksOf))('is soon done with %s', async (name) => {
      const page = await served().open('/', holder(0))
      const began = performance.now()
      await tasksOf[name]?.(page)
      expect(performance.now() - began).toBeLessThan(MOST_MS)
    })
  })
}
