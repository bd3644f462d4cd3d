import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attribute } from '../../../attribution/attribution.ts'
import { indexCandidates } from '../../../attribution/influenceIndex.ts'
import { rowEarnings } from '../../../attribution/payouts.ts'
import { findFlagged, selfInfluences } from '../../../attribution/selfInfluence.ts'
import { sketchQuery, sketchRows } from '../../../attribution/sketcher.ts'
import { attackNamed } from '../../../pipeline/gym/attacks.ts'
import { AS_PAID } from '../../../pipeline/gym/entrances.ts'
import { gainOf } from '../../../pipeline/gym/gain.ts'
import { type GymSettings, runGym } from '../../../pipeline/gym/gym.ts'
import { createPlayer } from '../../../pipeline/gym/play.ts'
import { drawScene } from '../../../pipeline/gym/scene.ts'
import { buildIndex } from '../../../pipeline/publish/buildIndex.ts'
import { fitRunSketcher } from '../../../pipeline/publish/sketches.ts'
import { readRun } from '../../../pipeline/run/readRun.ts'
import { loadServedModel } from '../../../pipeline/train/servedModel.ts'
import { hashItems } from '../../../pipeline/train/tasks/item.ts'
import { MAIL } from '../../../pipeline/train/tasks/mail/mail.ts'
import { trainRun } from '../../../pipeline/train/trainRun.ts'

/** A small gym of real mails; the whole one is `npm run gym`. */
const folder = mkdtempSync(join(tmpdir(), 'gym-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const cache = join(folder, 'features')
const worlds = join(folder, 'worlds')
const size = { rows: 160, calls: 40, contributors: 12, attackers: 2 }
const MAX_TOKENS = 24
const settings: GymSettings = {
  ...size,
  tasks: [MAIL],
  seeds: [3],
  attacks: ['repeat', 'split', 'wash'].map(attackNamed),
  maxTokens: MAX_TOKENS,
}

describe('the gym', () => {
  let result: Awaited<ReturnType<typeof runGym>>
  beforeAll(async () => {
    result = await runGym(settings, { cache, worlds }, () => undefined)
  })
  const gain = (attack: string, entrance = AS_PAID.name): number => {
    const balances = result.bouts.find((bout) => bout.attack === attack && bout.entrance === entrance)?.balances ?? []
    return gainOf(balances, { seed: 1, replicates: 10 }).estimate
  }

  it('finds nothing to gain by more names', () => {
    expect(gain('split')).toBeCloseTo(1, 12)
  })

  it('finds a loss in paying for calls', () => {
    expect(gain('wash')).toBeLessThan(1)
  })

  it('finds less to gain by repeating rows than an entrance would leave that looks across contributions only', () => {
    expect(gain('repeat')).toBeLessThan(gain('repeat', 'across contributions 80'))
  })

  it('pays what a run pays that was trained, published and served', async () => {
    const { peaceful } = drawScene(MAIL, MAIL.load(), { ...size, seed: 3 })
    const ids = peaceful.contributions.map((_, i) => `0x${String(i + 1).padStart(64, '0')}` as const)
    const outFolder = join(folder, 'run')
    await trainRun({
      contributions: peaceful.contributions.map(({ items }, i) => ({
        id: ids[i] ?? '0x',
        items,
        itemHashes: hashItems(`${i}`, items),
      })),
      versions: ['1'],
      heldOut: MAIL.load().slice(0, 4),
      outFolder,
      seed: 3,
      cacheFolder: cache,
      maxTokens: MAX_TOKENS,
      compareFullPrecision: false,
    })
    const { manifest, rows, gradients } = readRun(outFolder)
    const sketcher = fitRunSketcher(gradients, manifest.sketch)
    const accepted = new Map(ids.map((id, i) => [id, i]))
    const flagged = findFlagged(selfInfluences(sketcher, gradients.u))
    const codes = sketchRows(sketcher, gradients.u)
    const { index } = buildIndex(rows, codes, flagged, accepted, manifest.sketch.dims)
    const served = loadServedModel(outFolder, { cacheFolder: cache })
    const answers = await served.answer(peaceful.calls.map(({ text }) => text))
    await served.close()
    const candidates = indexCandidates(index)
    const paid = rowEarnings(
      answers.map(({ gradient }) => attribute(sketchQuery(sketcher, gradient), candidates, manifest.sketch.topK)),
      rows.length,
    )
    const options = { seed: 3, cacheFolder: cache, maxTokens: MAX_TOKENS, entrances: [AS_PAID] }
    const played = await createPlayer().play(MAIL, peaceful, options)
    const sums = ids.map((id) =>
      rows.reduce((sum, { row, contribution }) => sum + (contribution === id ? (paid[row] ?? 0) : 0), 0),
    )
    expect(played.earned[AS_PAID.name]?.contributions).toEqual(sums)
  }, 600_000)

  it('goes on where it stopped: what was played is read', async () => {
    const before = readdirSync(worlds)
    const steps: string[] = []
    const again = await runGym(settings, { cache, worlds }, ({ step, total }) => steps.push(`${step} ${total}`))
    expect(again).toEqual(result)
    expect(steps.at(-1)).toBe('Play worlds 0')
    expect(readdirSync(worlds)).toEqual(before)
  })
})
