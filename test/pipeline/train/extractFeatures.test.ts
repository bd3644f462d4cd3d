import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TextFeatures } from '../../../pipeline/train/base/encoder.ts'
import { createEncoderPool } from '../../../pipeline/train/features/encoderPool.ts'
import { extractFeatures } from '../../../pipeline/train/features/extractFeatures.ts'
import type { Progress } from '../../../pipeline/train/progress.ts'

const folder = mkdtempSync(join(tmpdir(), 'features-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const TEXTS = Array.from({ length: 20 }, (_, i) => `Mail number ${i} says ${'something '.repeat(i)}`)
/** One thread unless a test is about several: each loads the base anew. */
const OPTIONS = { precision: 'nf4', maxTokens: 24, threads: 1 } as const

const filesIn = (root: string): readonly string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

describe('features', () => {
  let reference: readonly TextFeatures[]
  beforeAll(async () => {
    reference = await extractFeatures(TEXTS, OPTIONS)
  })

  it('are the same no matter who computed them, in whatever order', async () => {
    expect(await extractFeatures(TEXTS, { ...OPTIONS, threads: 2 })).toEqual(reference)
    expect(await extractFeatures(TEXTS.toReversed(), OPTIONS)).toEqual(reference.toReversed())
  })

  it('are refused for a number of pieces that makes no sense', async () => {
    for (const maxTokens of [0, 1.5, 513])
      await expect(extractFeatures(TEXTS, { ...OPTIONS, maxTokens })).rejects.toThrow('cannot be cut to so many pieces')
  })

  it('depend on the precision of the base', async () => {
    const [full] = await extractFeatures(TEXTS.slice(0, 1), { ...OPTIONS, precision: 'float32' })
    expect(full).not.toEqual(reference[0])
  })

  it('are computed once for a text that comes twice', async () => {
    const seen: Progress[] = []
    const twice = await extractFeatures(['the same', 'the same'], { ...OPTIONS, onProgress: (step) => seen.push(step) })
    expect(twice[1]).toEqual(twice[0])
    expect(seen.map(({ done, total }) => [done, total])).toEqual([
      [0, 1],
      [1, 1],
    ])
  })
})

describe('an encoder pool', () => {
  it('serves several callers at once, and is quick to answer again', async () => {
    const pool = createEncoderPool('nf4', 2)
    const [few, all] = await Promise.all([
      extractFeatures(TEXTS.slice(0, 3), { ...OPTIONS, pool }),
      extractFeatures(TEXTS, { ...OPTIONS, pool }),
    ])
    expect(few).toEqual(all.slice(0, 3))
    const before = process.cpuUsage()
    await extractFeatures(['a text that was not asked for before'], { ...OPTIONS, pool })
    expect(process.cpuUsage(before).user).toBeLessThan(500_000)
    await pool.close()
  })

  it('can be used again after it was closed', async () => {
    const pool = createEncoderPool('nf4', 1)
    const first = await extractFeatures(TEXTS.slice(0, 1), { ...OPTIONS, pool })
    await pool.close()
    expect(await extractFeatures(TEXTS.slice(0, 1), { ...OPTIONS, pool })).toEqual(first)
    await pool.close()
  })
})

describe('the feature cache', () => {
  const withCache = async (): Promise<{ readonly features: unknown; readonly computed: number }> => {
    const seen: Progress[] = []
    const features = await extractFeatures(TEXTS, {
      ...OPTIONS,
      cacheFolder: folder,
      onProgress: (step) => seen.push(step),
    })
    return { features, computed: TEXTS.length - (seen[0]?.done ?? 0) }
  }

  it('gives back the very features, and leaves nothing temporary behind', async () => {
    const first = await withCache()
    const second = await withCache()
    expect([first.computed, second.computed]).toEqual([TEXTS.length, 0])
    expect(second.features).toEqual(first.features)
    expect(filesIn(folder)).toHaveLength(TEXTS.length)
    expect(filesIn(folder).filter((file) => file.includes('.'))).toEqual([])
  })

  it('computes anew what is damaged, and mends it', async () => {
    const { features } = await withCache()
    const [flipped, cut] = filesIn(folder) as [string, string]
    const bytes = readFileSync(flipped)
    bytes[100] = (bytes[100] as number) ^ 1
    writeFileSync(flipped, bytes)
    truncateSync(cut, 1_000)
    expect(await withCache()).toEqual({ features, computed: 2 })
    expect((await withCache()).computed).toBe(0)
  })

  it('keeps features of other lengths apart', async () => {
    const [longer] = await extractFeatures(TEXTS.slice(-1), { ...OPTIONS, maxTokens: 32, cacheFolder: folder })
    const [shorter] = await extractFeatures(TEXTS.slice(-1), { ...OPTIONS, cacheFolder: folder })
    expect(longer).not.toEqual(shorter)
  })
})
