// Every page of a running index in both themes and three widths, for people to look at: npm run screenshots.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { StopError } from '../sdk/errors.ts'
import { CHROMIUM } from '../test/support/programs.ts'
import { runCommand } from './command.ts'

const WIDTHS = [375, 768, 1280]
const THEMES = ['light', 'dark'] as const
/** What the README shows: the first screen of three pages. */
const SHOWN = ['overview', 'earnings', 'model']

const ASK = `{
  units(where: { payeeId_is_null: false }, orderBy: receivedGwei, orderDirection: desc, limit: 50) {
    items { payee { accountId claimableGwei } }
  }
  claims(orderBy: block, orderDirection: desc, limit: 1) { items { transactionHash } }
  models(where: { kind: FineTune }, orderBy: feesGwei, orderDirection: desc, limit: 1) { items { modelId } }
  inferences(orderBy: batchId, limit: 1) { items { batchId position } }
}`

await runCommand({
  usage: `npm run screenshots -- [options]
Shoots every page of a running index (npm start) in both themes and three widths.
  --url <address>   where the page answers (http://127.0.0.1:4000)
  --out <folder>    where the pictures go (var/screenshots)
  --readme          also renew the three that README.md shows, in docs/pictures`,
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:4000' },
    out: { type: 'string', default: 'var/screenshots' },
    readme: { type: 'boolean', default: false },
  },
  async run({ url, out, readme }) {
    const pages = await pagesOf(url)
    mkdirSync(out, { recursive: true })
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
    try {
      for (const colorScheme of THEMES) {
        for (const width of WIDTHS) {
          const viewport = { width, height: width === 375 ? 740 : 900 }
          const page = await browser.newPage({ colorScheme, viewport, reducedMotion: 'reduce' })
          for (const [name, path] of Object.entries(pages)) {
            await open(page, `${url}${path}`)
            await page.screenshot({ path: join(out, `${name}-${width}-${colorScheme}.png`), fullPage: true })
          }
          await page.close()
        }
      }
      for (const name of readme ? SHOWN : []) {
        const page = await browser.newPage({ viewport: { width: 1280, height: 760 }, reducedMotion: 'reduce' })
        await open(page, `${url}${pages[name] ?? '/'}`)
        await page.screenshot({ path: `docs/pictures/${name}.png` })
        await page.close()
      }
    } finally {
      await browser.close()
    }
    process.stdout.write(`${Object.keys(pages).length} pages are in ${out}\n`)
  },
})

interface Payee {
  readonly accountId: number
  readonly claimableGwei: string
}

interface Asked {
  readonly units: { readonly items: readonly { readonly payee: Payee }[] }
  readonly claims: { readonly items: readonly { readonly transactionHash: string }[] }
  readonly models: { readonly items: readonly { readonly modelId: number }[] }
  readonly inferences: { readonly items: readonly { readonly batchId: number; readonly position: number }[] }
}

async function pagesOf(url: string): Promise<Readonly<Record<string, string>>> {
  const { units, models, inferences, claims } = await askOf(url)
  const unit = units.items.find(({ payee }) => payee.claimableGwei !== '0') ?? units.items[0]
  const [model] = models.items
  const [answer] = inferences.items
  return {
    overview: '/',
    lookUp: '/earnings',
    earnings: `/earnings/${unit?.payee.accountId ?? 1}`,
    nobody: '/earnings/0x00000000000000000000000000000000000c01d0',
    models: '/models',
    model: `/models/${model?.modelId ?? 1}`,
    base: '/models/1',
    datasets: '/datasets',
    dataset: '/datasets/1',
    answers: '/answers',
    try: '/try',
    answer: `/answers/${answer?.batchId ?? 1}/${answer?.position ?? 0}`,
    auditor: '/auditor',
    transaction: `/transactions/${claims.items[0]?.transactionHash ?? '0x00'}`,
    past: '/?block=1',
    missing: '/models/999',
  }
}

async function askOf(url: string): Promise<Asked> {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: ASK }),
    })
    const { data, errors } = (await response.json()) as { data?: Asked; errors?: readonly { message: string }[] }
    if (data != null) return data
    throw new Error(errors?.[0]?.message ?? `answered ${response.status}`)
  } catch (cause) {
    throw new StopError(
      `${url} did not say what it serves: ${cause instanceof Error ? cause.message : cause}`,
      {},
      'Start an index there, as npm start does, or name another one with --url.',
      cause,
    )
  }
}

/** Waits until nothing is being loaded. */
async function open(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await page.waitForFunction(() => document.querySelector('h1, .empty') !== null)
  await page.waitForFunction(() => document.querySelector('[aria-label=Loading], .sk') === null)
  await page.waitForTimeout(400)
}
