import { existsSync, rmSync } from 'node:fs'
import { type EmbeddedManifest, RUN_FORMAT, type RunManifest } from '../../pipeline/run/manifest.ts'
import { readManifest } from '../../pipeline/run/readRun.ts'
import { extractFeatures } from '../../pipeline/train/features/extractFeatures.ts'
import type { Split } from '../../pipeline/train/tasks/split.ts'
import { trainRun } from '../../pipeline/train/trainRun.ts'
import type { FrozenMail } from './dataset.ts'
import { placesIn } from './places.ts'
import type { Report } from './progress.ts'
import type { DemoSettings } from './settings.ts'

/** Training, in the two parts that the demo runs at different times: frozen features need no chain, the run does. */

export async function extractMailFeatures(settings: DemoSettings, split: Split, report: Report): Promise<void> {
  const texts = [...split.contributors.flatMap(({ items }) => items), ...split.heldOut].map(({ text }) => text)
  const precisions = settings.compareFullPrecision ? (['nf4', 'float32'] as const) : (['nf4'] as const)
  for (const [i, precision] of precisions.entries()) {
    await extractFeatures(texts, {
      precision,
      maxTokens: settings.maxTokens,
      cacheFolder: settings.cacheFolder,
      onProgress: ({ done, total }) => report(i * total + done, precisions.length * total),
    })
  }
}

/** The run of this demo: the one in its folder if that was trained on this very dataset, or a new one. */
export async function ensureRun(
  settings: DemoSettings,
  split: Split,
  frozen: FrozenMail,
  report: Report,
): Promise<EmbeddedManifest> {
  const { run } = placesIn(settings)
  if (existsSync(run)) {
    const manifest = readManifest(run)
    if (isOf(manifest, frozen)) return manifest
    rmSync(run, { recursive: true })
  }
  return await trainRun({
    contributions: frozen.contributions.map(({ contributor, contribution, itemHashes }) => ({
      id: contribution,
      items: contributor.items,
      itemHashes,
    })),
    versions: [`${frozen.version}`],
    heldOut: split.heldOut,
    outFolder: run,
    seed: settings.seed,
    maxTokens: settings.maxTokens,
    cacheFolder: settings.cacheFolder,
    compareFullPrecision: settings.compareFullPrecision,
    onProgress: ({ done, total }) => report(done, total),
  })
}

function isOf(manifest: RunManifest, { version, contributions }: FrozenMail): manifest is EmbeddedManifest {
  const { dataset } = manifest
  return (
    manifest.format === RUN_FORMAT &&
    dataset.versions.join() === `${version}` &&
    dataset.contributions.length === contributions.length &&
    dataset.contributions.every(({ id }, i) => id === contributions[i]?.contribution)
  )
}
