import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { attachCertificate } from '../../pipeline/certify/attach.ts'
import { CERTIFICATE_FILES, type Certificate, parseCertificate } from '../../pipeline/certify/certificate.ts'
import { type EmbeddedManifest, RUN_FORMAT, type RunManifest } from '../../pipeline/run/manifest.ts'
import { readManifest } from '../../pipeline/run/readRun.ts'
import { extractFeatures } from '../../pipeline/train/features/extractFeatures.ts'
import { trainRun } from '../../pipeline/train/trainRun.ts'
import type { CertifyReply, CertifyRequest } from './certifyWorker.ts'
import type { FrozenDataset } from './dataset.ts'
import { type DemoTask, textsOf } from './demoTask.ts'
import type { Report } from './progress.ts'
import type { DemoSettings } from './settings.ts'

/** Training, in the parts that the demo runs at different times: frozen features need no chain, runs and certificates do. */

export async function encodeTexts(settings: DemoSettings, demo: DemoTask, report: Report): Promise<void> {
  const { maxTokens, compareFullPrecision } = settings
  const precisions = compareFullPrecision ? (['nf4', 'float32'] as const) : (['nf4'] as const)
  for (const [i, precision] of precisions.entries()) {
    await extractFeatures(textsOf(demo), {
      precision,
      maxTokens,
      cacheFolder: featuresIn(settings),
      onProgress: ({ done, total }) => report(i * total + done, precisions.length * total),
    })
  }
}

/** The run of this demo: the one in its folder if that was trained on this very dataset, or a new one. */
export async function ensureRun(
  settings: DemoSettings,
  { task, split, places }: DemoTask,
  frozen: FrozenDataset,
  report: Report,
): Promise<EmbeddedManifest> {
  if (existsSync(places.run)) {
    const manifest = readManifest(places.run)
    if (isOf(manifest, frozen)) return manifest
    rmSync(places.run, { recursive: true })
  }
  return await trainRun({
    contributions: frozen.contributions.map(({ contributor, contribution, itemHashes }) => ({
      id: contribution,
      items: contributor.items,
      itemHashes,
    })),
    versions: [`${frozen.version}`],
    heldOut: split.heldOut,
    task,
    outFolder: places.run,
    seed: settings.seed,
    maxTokens: settings.maxTokens,
    cacheFolder: featuresIn(settings),
    compareFullPrecision: settings.compareFullPrecision,
    onProgress: ({ done, total }) => report(done, total),
  })
}

/** The run's certificate, made by training without each contributor in turn; it belongs to the run before that is registered. */
export async function ensureCertified(
  { cacheFolder }: DemoSettings,
  { task, split, places }: DemoTask,
  report: Report,
): Promise<Certificate> {
  const path = join(places.run, CERTIFICATE_FILES.json)
  if (readManifest(places.run).certificate !== undefined) return parseCertificate(path, readFileSync(path, 'utf8'))
  const contributions = split.contributors.map(({ items }) => items)
  const request = { task: task.name, folder: places.run, cacheFolder, contributions, heldOut: split.heldOut }
  const certificate = await certifyApart(request, report)
  attachCertificate({ folder: places.run }, certificate)
  return certificate
}

async function certifyApart(request: CertifyRequest, report: Report): Promise<Certificate> {
  const worker = new Worker(new URL('./certifyWorker.ts', import.meta.url), { workerData: request })
  try {
    return await new Promise((resolve, reject) => {
      worker.once('error', reject)
      worker.once('exit', () => reject(new Error('The thread that certifies ended before it was done')))
      worker.on('message', (reply: CertifyReply) => {
        if ('certificate' in reply) resolve(reply.certificate)
        else report(reply.done, reply.total)
      })
    })
  } finally {
    await worker.terminate()
  }
}

export function featuresIn({ cacheFolder }: DemoSettings): string {
  return join(cacheFolder, 'features')
}

function isOf(manifest: RunManifest, { version, contributions }: FrozenDataset): manifest is EmbeddedManifest {
  const { dataset } = manifest
  return (
    manifest.format === RUN_FORMAT &&
    dataset.versions.join() === `${version}` &&
    dataset.contributions.length === contributions.length &&
    dataset.contributions.every(({ id }, i) => id === contributions[i]?.contribution)
  )
}
