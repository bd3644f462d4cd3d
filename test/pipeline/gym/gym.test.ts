import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { numberToHex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { paidModelOf } from '../../../pipeline/certify/paidModel.ts'
import { bookSums, payContributions } from '../../../pipeline/certify/rules/books.ts'
import { attackNamed } from '../../../pipeline/gym/attacks.ts'
import { gainOf } from '../../../pipeline/gym/gain.ts'
import { type GymSettings, runGym } from '../../../pipeline/gym/gym.ts'
import { LEDGER_ATTACKS } from '../../../pipeline/gym/ledgerAttacks.ts'
import { AS_PAID, PAY_RULES } from '../../../pipeline/gym/payRules.ts'
import { drawScenario } from '../../../pipeline/gym/scenario.ts'
import type { SketchManifest } from '../../../pipeline/run/manifest.ts'
import { readRun } from '../../../pipeline/run/readRun.ts'
import { DEFAULT_SKETCH } from '../../../pipeline/train/emit/describeRun.ts'
import { loadServedModel } from '../../../pipeline/train/servedModel.ts'
import { hashItems } from '../../../pipeline/train/tasks/item.ts'
import { MAIL } from '../../../pipeline/train/tasks/mail/mail.ts'
import { trainRun } from '../../../pipeline/train/trainRun.ts'
import { summaryOf } from '../../../scripts/gym/summary.ts'
import { tablesOf } from '../../../scripts/gym/tables.ts'

/** A small gym of real mails; the whole one is `npm run gym`. */
const folder = mkdtempSync(join(tmpdir(), 'gym-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const cache = join(folder, 'features')
const worlds = join(folder, 'worlds')
const size = { rows: 200, calls: 30, contributors: 8, attackers: 1 }
const MAX_TOKENS = 16
/** Fewer dimensions, since most of a small world’s time goes into fitting the map. */
const SKETCH: SketchManifest = { ...DEFAULT_SKETCH, dims: 64 }
const settings: GymSettings = {
  ...size,
  tasks: [MAIL],
  seeds: [3],
  attacks: ['repeat', 'split-oracle', 'flipped-victim', 'wash'].map(attackNamed),
  maxTokens: MAX_TOKENS,
  sketch: SKETCH,
}

describe('the gym', () => {
  let result: Awaited<ReturnType<typeof runGym>>
  beforeAll(async () => {
    result = await runGym(settings, { cache, worlds }, () => undefined)
  })
  const gain = (attack: string, rule = AS_PAID.name): number => {
    const balances = result.bouts.find((bout) => bout.attack === attack && bout.rule === rule)?.balances ?? []
    return gainOf(balances, { seed: 1, replicates: 10 }).estimate
  }

  it('finds that rows which are brought three times earn about once', () => {
    expect(gain('repeat')).toBeLessThan(1.25)
    expect(gain('repeat', 'kept rows alike')).toBeCloseTo(1, 1)
  })

  it('tells rows in one name from rows in sorted ones, but for rules that pay every row alike', () => {
    expect(gain('split-oracle')).not.toBeCloseTo(1, 3)
    expect(gain('split-oracle', 'kept rows alike')).toBeCloseTo(1, 6)
  })

  it('finds a loss in paying for calls', () => {
    expect(gain('wash')).toBeLessThan(1)
  })

  it('tells what victims are left with, of attacks that hurt', () => {
    const hurt = result.bouts.filter(({ victims }) => victims.length > 0)
    expect(new Set(hurt.map(({ attack }) => attack))).toEqual(new Set(['flipped-victim']))
    expect(hurt.map(({ victims }) => victims.length)).toEqual(PAY_RULES.map(() => size.attackers))
  })

  it('measures every attack with records and units on the books at peace', () => {
    const figures = result.ledger.flatMap((task) => task.figures)
    expect(figures.map((figure) => Object.keys(figure).sort())).toEqual([LEDGER_ATTACKS.map(([name]) => name).sort()])
    const [{ bestDirection, bestDirectionNoFloor, inventedFree, inventedApart, secondOperator } = fail()] = figures
    expect(bestDirection).toBeLessThan(bestDirectionNoFloor)
    expect(inventedApart).toBeLessThan(inventedFree)
    expect(secondOperator).toBe(0)
  })

  it('writes a table of each kind, with a line an attack', () => {
    const tables = tablesOf(summaryOf(settings, result))
    for (const { title } of settings.attacks) expect(tables).toContain(`| ${title} |`)
    for (const [, title] of LEDGER_ATTACKS) expect(tables).toContain(`| ${title} |`)
    expect(tables).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('pays what a run pays that was trained, read and served', async () => {
    const { peaceful, attackers } = drawScenario(MAIL, MAIL.load(), { ...size, seed: 3 })
    const ids = peaceful.contributions.map((_, i) => numberToHex(i + 1, { size: 32 }))
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
      sketch: SKETCH,
      compareFullPrecision: false,
    })
    const served = loadServedModel(outFolder, { cacheFolder: cache })
    const answers = await served.answer(peaceful.calls.map(({ text }) => text))
    await served.close()
    const model = await paidModelOf(
      readRun(outFolder),
      answers.map(({ gradient }) => gradient),
    )
    const book = bookSums(model)(new Float64Array(answers.length).fill(1))
    const paid = payContributions(model, AS_PAID.terms, book, ids.length)
    const { balances = [] } = result.bouts.find(({ rule }) => rule === AS_PAID.name) ?? {}
    expect(balances.map(({ before }) => before)).toEqual(attackers.map(({ place }) => paid[place]))
  })

  it('continues where it stopped: what was settled is read', async () => {
    const before = readdirSync(worlds)
    const steps: string[] = []
    const again = await runGym(settings, { cache, worlds }, ({ step, total }) => steps.push(`${step} ${total}`))
    expect(again).toEqual(result)
    expect(steps.at(-1)).toBe('Settle worlds 0')
    expect(readdirSync(worlds)).toEqual(before)
  })
})

function fail(): never {
  throw new Error('nothing was measured')
}
