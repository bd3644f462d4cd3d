import { chromium } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { CHROMIUM, isInstalled } from '../support/programs.ts'
import { digestVectors } from '../vectors/digests.ts'
import { modelDigestVectors } from '../vectors/modelDigests.ts'
import { readVectors } from '../vectors/read.ts'
import { serveModules } from './moduleServer.ts'

const committed = {
  rows: readVectors<ReturnType<typeof digestVectors>[number]>('digests.json'),
  models: readVectors<ReturnType<typeof modelDigestVectors>[number]>('modelDigests.json'),
}

describe('from gradients on, the same bits', () => {
  it('make models that nobody finds a fault in', () => {
    expect(committed.models.map(({ faults }) => faults)).toEqual([0, 0])
  })

  it('come of the fast paths in Node', () => {
    expect({ rows: digestVectors('fast'), models: modelDigestVectors('fast') }).toEqual(committed)
  })

  it.skipIf(!isInstalled('chromium'))('come of both paths in Chromium', async () => {
    const server = await serveModules(`
      import { digestVectors } from '/test/vectors/digests.ts'
      import { modelDigestVectors } from '/test/vectors/modelDigests.ts'
      const digestsOf = (path) => ({ rows: digestVectors(path), models: modelDigestVectors(path) })
      globalThis.digests = { plain: digestsOf('plain'), fast: digestsOf('fast') }
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
