import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** What depends on the theme is looked at in both, all else once. */
const CONTRAST = ['color-contrast']
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}

/** What axe finds on a page as it stands, in light and dark; nothing where there is no barrier. */
export async function barriers(page: Page, name: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const found: Record<string, readonly string[]> = {}
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const violated = await violations(page, colorScheme === 'light' ? TAGS : CONTRAST)
    if (violated.length > 0) found[`${name} ${colorScheme}`] = violated
  }
  return found
}

async function violations(page: Page, only: readonly string[]): Promise<readonly string[]> {
  await page.evaluate(AXE)
  const found = await page.evaluate(async (tags) => {
    const { axe } = globalThis as unknown as {
      axe: { run(of: Document, how: object): Promise<{ violations: unknown }> }
    }
    return (await axe.run(document, { runOnly: tags })).violations
  }, only)
  return (found as readonly Violation[]).flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
  )
}
