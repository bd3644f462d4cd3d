import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rootOf } from '../../../attribution/merkle.ts'
import { attachCertificate } from '../../../pipeline/certify/attach.ts'
import {
  type Certificate,
  formatCertificate,
  isAbsent,
  MEASURE_NAMES,
  parseCertificate,
} from '../../../pipeline/certify/certificate.ts'
import { type CertificationSet, readSet, setOfSplit } from '../../../pipeline/certify/certificationSet.ts'
import { certify, certifyWithoutRetraining, isEmbedded } from '../../../pipeline/certify/certify.ts'
import { formatPage } from '../../../pipeline/certify/page/page.ts'
import type { EmbeddedRun } from '../../../pipeline/certify/reproduceRun.ts'
import { RULE_NAMES } from '../../../pipeline/certify/rules/outcome.ts'
import { readBlob } from '../../../pipeline/publish/blobs.ts'
import { certificateAdvice } from '../../../pipeline/publish/certified.ts'
import { storeFiles } from '../../../pipeline/publish/publication.ts'
import type { SketchManifest } from '../../../pipeline/run/manifest.ts'
import { readRun } from '../../../pipeline/run/readRun.ts'
import { DEFAULT_SKETCH } from '../../../pipeline/train/emit/describeRun.ts'
import { hashItems } from '../../../pipeline/train/tasks/item.ts'
import { MAIL } from '../../../pipeline/train/tasks/mail/mail.ts'
import { splitTask } from '../../../pipeline/train/tasks/split.ts'
import { trainRun } from '../../../pipeline/train/trainRun.ts'
import { contributionId, itemsTree } from '../../../sdk/contribution.ts'

const folder = mkdtempSync(join(tmpdir(), 'certify-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Fewer dimensions, since most of a small run’s time goes into fitting the map. */
const SKETCH: SketchManifest = { ...DEFAULT_SKETCH, dims: 64 }
const EMPTY_PLAN = { contributions: [], minimum: 16, units: [] }
const runFolder = join(folder, 'run')
const features = { cacheFolder: join(folder, 'features') }
const retrainings = join(folder, 'retrainings')
const counts = { seeds: 2, halves: 6, halfSeeds: 2 }
/** 16 contributors left out and everyone together, by two seeds, and six halves. */
const RETRAININGS = 2 + 16 * 2 + 6 * 2

function embeddedRun(at: string): EmbeddedRun {
  const run = readRun(at)
  if (isEmbedded(run)) return run
  throw new Error('the run was trained here')
}

/** Certifies, and counts what had to be retrained. */
async function certified(run = embeddedRun(runFolder), set = setOfSplit(run.manifest, MAIL, 7)) {
  let retrained = 0
  const certificate = await certify(run, set, {
    counts,
    replicates: 100,
    features,
    retraining: {
      cacheFolder: retrainings,
      onProgress: ({ step, total }) => {
        if (step === 'Retrain') retrained = total
      },
    },
  })
  return { certificate, retrained }
}

describe('a quality certificate', () => {
  let first: Certificate
  let retrainedAtFirst: number

  beforeAll(async () => {
    const split = splitTask(MAIL, { seed: 7, rows: 160, heldOut: 60, contributors: 16 })
    await trainRun({
      contributions: split.contributors.map(({ name, items }, i) => {
        const itemHashes = hashItems(name, items)
        return { id: contributionId(1, i + 1, rootOf(itemsTree(itemHashes)), items.length), items, itemHashes }
      }),
      versions: ['4294967297'],
      heldOut: split.heldOut,
      outFolder: runFolder,
      seed: 7,
      maxTokens: 32,
      projectionWidth: 512,
      sketch: SKETCH,
      compareFullPrecision: false,
      ...features,
    })
    ;({ certificate: first, retrained: retrainedAtFirst } = await certified())
  })

  it('measures every truth by every rule, with intervals that hold their estimates', () => {
    const { worth, earnings } = first
    if (isAbsent(worth) || isAbsent(earnings)) throw new Error('everything was measured')
    expect(worth.map(({ name }) => name)).toEqual(MEASURE_NAMES)
    expect(worth[0]?.rules.map(({ rule }) => rule)).toEqual(RULE_NAMES)
    expect(earnings.map(({ kind, rules }) => [kind, rules.length])).toEqual(
      ['flipped', 'noise', 'outlier', 'copied'].map((kind) => [kind, RULE_NAMES.length]),
    )
    const figures = [
      ...worth.flatMap(({ rules, reliability }) => [reliability, ...rules.map(({ figure }) => figure)]),
      ...earnings.flatMap(({ rules }) => rules.map(({ ratio }) => ratio)),
    ]
    const outside = figures.filter(({ estimate, low, high }) => {
      if (estimate === null || low === null || high === null) return true
      return low > estimate || estimate > high
    })
    expect(outside).toEqual([])
  })

  it('says of paying contributors alike that it tells nobody apart', () => {
    const zero = { estimate: 0, low: 0, high: 0 }
    const equal = isAbsent(first.worth)
      ? []
      : first.worth.flatMap(({ rules }) => rules.filter(({ rule }) => rule === 'contributors alike'))
    expect(equal.map(({ figure }) => figure)).toEqual(Array.from({ length: MEASURE_NAMES.length - 1 }, () => zero))
  })

  it('comes to the same bytes where it was killed, and only what is missing or cut short is trained again', async () => {
    const own = join(retrainings, readdirSync(retrainings)[0] ?? '')
    const [missing, short] = readdirSync(own).map((name) => join(own, name))
    if (missing === undefined || short === undefined) throw new Error('retrainings were kept')
    rmSync(missing)
    truncateSync(short, 8)
    const again = await certified()
    expect([retrainedAtFirst, again.retrained]).toEqual([RETRAININGS, 2])
    expect(formatCertificate(again.certificate)).toBe(formatCertificate(first))
    expect(parseCertificate('certificate.json', formatCertificate(first))).toEqual(first)
  })

  it('is refused to items that the run was not trained or examined on', async () => {
    const run = embeddedRun(runFolder)
    const set = setOfSplit(run.manifest, MAIL, 7)
    expect(() => setOfSplit(run.manifest, MAIL, 8)).toThrow('These are not the items that the run was trained on')
    const [head = [], ...rest] = set.contributions
    const changed = head.map((item, i) => (i === 0 ? { ...item, text: `Indeed: ${item.text}` } : item))
    await expect(certified(run, { ...set, contributions: [changed, ...rest] })).rejects.toThrow(
      'Trained on these items again, the run comes out as another model',
    )
    await expect(certified(run, { ...set, heldOut: set.heldOut.slice(1) })).rejects.toThrow(
      'The held-out items are not those that the run was evaluated on',
    )
  })

  it('is made of anybody’s items too, and then does not speak of planted rows', async () => {
    const run = embeddedRun(runFolder)
    const { contributions, heldOut } = setOfSplit(run.manifest, MAIL, 7)
    const items = join(folder, 'items')
    const write = (name: string, all: readonly { readonly label: string; readonly text: string }[]) =>
      writeFileSync(join(items, name), all.map(({ label, text }) => `${JSON.stringify({ label, text })}\n`).join(''))
    cpSync(runFolder, items, { recursive: true })
    for (const [i, { id }] of run.manifest.dataset.contributions.entries()) write(`${id}.jsonl`, contributions[i] ?? [])
    write('held-out.jsonl', heldOut)
    const { certificate, retrained } = await certified(run, readSet(items, run, MAIL))
    expect(retrained).toBe(0)
    expect(certificate.worth).toEqual(first.worth)
    expect(certificate.earnings).toEqual({ absent: 'Nobody says which of the rows were planted.' })
  })

  it('enters the manifest, and the run still passes every check', () => {
    const at = join(folder, 'attached')
    cpSync(runFolder, at, { recursive: true })
    const before = readRun(at)
    attachCertificate({ folder: at }, first)
    const after = readRun(at)
    expect(after.manifestHash).not.toBe(before.manifestHash)
    const { recommended, sentences, warning } = first.verdict
    expect(after.manifest.certificate).toMatchObject({ recommended, sentences, warning })
    expect(Object.keys(after.manifest.files)).toEqual([
      ...Object.keys(before.manifest.files),
      'certificate.json',
      'certificate.html',
    ])
    attachCertificate({ folder: at }, first)
    const run = readRun(at)
    expect(run.manifestHash).toBe(after.manifestHash)

    const blobs = join(folder, 'blobs')
    storeFiles(join(folder, 'publication'), blobs, { kind: 'equal-split', run, plan: EMPTY_PLAN, contributions: [] })
    const digest = run.manifest.files['certificate.json']?.keccak256 ?? '0x'
    expect(new TextDecoder().decode(readBlob(blobs, digest))).toBe(formatCertificate(first))

    writeFileSync(join(at, 'certificate.json'), '{}')
    expect(() => readRun(at)).toThrow('certificate.json: it is not the file that the manifest describes')
  })

  it('lets model publish say which terms to register', () => {
    const at = join(folder, 'attached')
    const verdict: Certificate['verdict'] = {
      recommended: { rule: 'net-influence', baseBps: 5_000, floorBps: 10_000, sketched: true },
      sentences: ['Contributors are paid.', 'Register it.'],
      because: ['It is ahead.'],
      warning: 'A sketch moves much.',
    }
    attachCertificate({ folder: at }, { ...first, verdict })
    const [headline, who, what, answers, loss, warning] = certificateAdvice(readRun(at).manifest)
    expect([headline, who, what, warning]).toEqual([
      'Its quality certificate recommends net influence, a base of 50 % and a floor of 1.',
      '  Contributors are paid.',
      '  Register it.',
      '  A sketch moves much.',
    ])
    expect([answers, loss].join()).toMatch(/answer worth, at most \d.*net influence -?\d\.\d\d \[.*loss worth/)
    expect(certificateAdvice(readRun(runFolder).manifest)).toEqual([
      'This run has no quality certificate; `attribution run certify` makes one, before a model is registered.',
    ])
  })

  it('of a run that cannot be retrained says what is absent, and why', async () => {
    const run = readRun(runFolder)
    const base = { ...run.manifest.base, name: 'somebody/else', weightsSha256: '0'.repeat(64) }
    const foreign = { ...run, manifest: { ...run.manifest, base } }
    expect(isEmbedded(foreign)).toBe(false)
    const certificate = await certifyWithoutRetraining(foreign, { replicates: 100 })
    const reason = 'The base somebody/else is not the embedded one, so the run cannot be trained again here.'
    expect(certificate).toMatchObject({
      worth: { absent: reason },
      earnings: { absent: reason },
      queries: 'training rows',
      rounding: null,
      verdict: { recommended: null, because: [reason] },
    })
    const lambdas = certificate.steering.map(({ allAnswers }) => allAnswers)
    expect(lambdas).toEqual(lambdas.toSorted((a, b) => b - a))
    expect(formatPage(certificate)).toContain(reason)
  })

  it('of two contributors puts each one’s pay beside their worth, and recommends nothing', async () => {
    const { heldOut, contributions } = setOfSplit(embeddedRun(runFolder).manifest, MAIL, 7)
    const two = contributions.slice(0, 2).map((items) => items.map(({ label, text }) => ({ label, text })))
    const at = join(folder, 'two')
    await trainRun({
      contributions: two.map((items, i) => {
        const itemHashes = hashItems(`of two ${i}`, items)
        return { id: contributionId(1, i + 1, rootOf(itemsTree(itemHashes)), items.length), items, itemHashes }
      }),
      versions: ['4294967297'],
      heldOut,
      outFolder: at,
      seed: 7,
      maxTokens: 32,
      projectionWidth: 512,
      sketch: SKETCH,
      compareFullPrecision: false,
      ...features,
    })
    const set: CertificationSet = { task: MAIL, contributions: two, heldOut }
    const { certificate } = await certified(embeddedRun(at), set)
    const few = '2 contributors are too few for a rank correlation; each one’s pay stands beside what they are worth.'
    expect(certificate).toMatchObject({ worth: { absent: few }, rounding: null, verdict: { recommended: null } })
    if (isAbsent(certificate.contributors)) throw new Error('contributors were measured')
    expect(certificate.contributors.reduce((sum, { paid }) => sum + paid, 0)).toBeCloseTo(1, 5)
    const page = formatPage(parseCertificate('two', formatCertificate(certificate)))
    for (const { contribution } of certificate.contributors) expect(page).toContain(contribution.slice(0, 10))
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('has a page that asks nobody for anything, and is not broken by a name', () => {
    const page = formatPage({ ...first, run: { ...first.run, base: '<script>alert("x")</script>' } })
    expect(page).not.toMatch(/<script|https?:|src=|@import|url\(/)
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;')
    expect(readFileSync(join(folder, 'attached', 'certificate.html'), 'utf8')).toContain('Pay by net influence')
  })
})
