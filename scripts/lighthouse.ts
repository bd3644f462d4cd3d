// What Lighthouse says of the pages of a running index: npm run lighthouse. It measures, and sends nothing anywhere.
import lighthouse, { desktopConfig, type Flags } from 'lighthouse'
import { chromium } from 'playwright-core'
import { freePort } from '../cli/localChain/ports.ts'
import { StopError } from '../sdk/errors.ts'
import { CHROMIUM } from '../test/support/programs.ts'
import { runCommand, wholeNumber } from './command.ts'

/** Of a hundred, each. */
export interface Scores {
  readonly performance: number
  readonly accessibility: number
  readonly bestPractices: number
  readonly seo: number
}

export interface Measured {
  readonly scores: Scores
  readonly interactiveMs: number
}

/** Without what no score comes from and takes as long as all else together. */
const FLAGS: Flags = {
  output: 'json',
  logLevel: 'error',
  onlyCategories: ['performance', 'accessibility', 'best-practices', 'seo'],
  skipAudits: ['bf-cache', 'full-page-screenshot', 'screenshot-thumbnails', 'final-screenshot'],
  disableFullPageScreenshot: true,
}

/** One run, as on a desk, in a Chromium that listens on `port`. */
export async function measure(url: string, port: number): Promise<Measured> {
  const result = await lighthouse(url, { ...FLAGS, port }, desktopConfig)
  if (result === undefined || result.lhr.runtimeError !== undefined)
    throw new StopError(`Lighthouse could not measure ${url}`, {}, result?.lhr.runtimeError?.message ?? 'Try again.')
  const { categories, audits } = result.lhr
  const of = (id: string) => Math.round(100 * (categories[id]?.score ?? 0))
  return {
    scores: {
      performance: of('performance'),
      accessibility: of('accessibility'),
      bestPractices: of('best-practices'),
      seo: of('seo'),
    },
    interactiveMs: Math.round(audits.interactive?.numericValue ?? Number.POSITIVE_INFINITY),
  }
}

/** The middle one by performance. */
function median(runs: readonly Measured[]): Measured {
  const sorted = runs.toSorted((a, b) => a.scores.performance - b.scores.performance)
  return sorted[sorted.length >> 1] as Measured
}

if (import.meta.main) {
  await runCommand({
    usage: `npm run lighthouse -- [options] [path …]
Measures pages of a running index (npm start), / and /models/2 if none is named.
  --url <address>   where the page answers (http://127.0.0.1:4000)
  --runs <number>   of which the median counts (3)`,
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:4000' },
      runs: { type: 'string', default: '3' },
    },
    async run({ url, runs }, paths) {
      const port = await freePort()
      const browser = await chromium.launch({
        executablePath: CHROMIUM,
        args: ['--no-sandbox', `--remote-debugging-port=${port}`],
      })
      try {
        for (const path of paths.length === 0 ? ['/', '/models/2'] : paths) {
          const measured: Measured[] = []
          for (let i = 0; i < wholeNumber('runs', runs, 1, 99); i++) measured.push(await measure(`${url}${path}`, port))
          const { scores, interactiveMs } = median(measured)
          process.stdout.write(`${path}  ${JSON.stringify(scores)}, interactive after ${interactiveMs} ms\n`)
        }
      } finally {
        await browser.close()
      }
    },
  })
}
