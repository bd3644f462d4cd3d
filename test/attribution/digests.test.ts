import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { digestVectors } from '../vectors/digests.ts'
import { readVectors } from '../vectors/read.ts'
import { serveModules } from './moduleServer.ts'

const committed = readVectors<ReturnType<typeof digestVectors>[number]>('digests.json')

/** Debian's; set CHROMIUM for one elsewhere. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'

describe('from gradients on, the same bits', () => {
  it('come of the fast paths in Node', () => {
    expect(digestVectors('fast')).toEqual(committed)
  })

  it.skipIf(!existsSync(CHROMIUM))('come of both paths in Chromium', async () => {
    const server = await serveModules(`
      import { digestVectors } from '/test/vectors/digests.ts'
      globalThis.digests = { plain: digestVectors('plain'), fast: digestVectors('fast') }
    `)
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
    })
    try {
      const tab = await browser.newPage()
      const failure = tab.waitForEvent('pageerror').then(({ message }) => ({ message }))
      await tab.goto(server.url)
      const digests = await Promise.race([
        tab.waitForFunction('globalThis.digests').then((handle) => handle.jsonValue()),
        failure,
      ])
      expect(digests).toEqual({ plain: committed, fast: committed })
    } finally {
      await browser.close()
      await server.close()
    }
  })
})
