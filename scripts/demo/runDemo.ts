import { mkdirSync } from 'node:fs'
import { startIndexer } from '../../indexer/start.ts'
import { writeWhole } from '../../pipeline/publish/writeWhole.ts'
import { loadServedModel } from '../../pipeline/train/servedModel.ts'
import { MAIL } from '../../pipeline/train/tasks/mail/mail.ts'
import { splitTask } from '../../pipeline/train/tasks/split.ts'
import { connect } from '../../sdk/contracts.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { claimEarnings } from './claims.ts'
import { freezeMail } from './dataset.ts'
import { ensureDeployment } from './deployment.ts'
import { type LocalChain, startLocalChain } from './localChain.ts'
import { placesIn } from './places.ts'
import { requireFree } from './ports.ts'
import type { Progress } from './progress.ts'
import { ensurePublished } from './publishing.ts'
import { report } from './report.ts'
import { serveMail } from './serving.ts'
import { type DemoSettings, keepScenario } from './settings.ts'
import type { Stage } from './stage.ts'
import { readSummary, type Summary } from './summary.ts'
import { ensureRun, extractMailFeatures } from './training.ts'
import { castOf, castSize, DEMO_MNEMONIC } from './wallets.ts'

/**
 * The main job, end to end: mails contributed → a model fine-tuned → published → served for pay → indexed → claimed. Every step
 * looks first at what is there, on disk and on chain, so that a start after a kill goes on and a second start does nothing.
 */
export async function runDemo(settings: DemoSettings, progress: Progress, closers: Closers): Promise<Summary> {
  const startedAt = performance.now()
  mkdirSync(settings.folder, { recursive: true })
  keepScenario(settings)
  await requireFree(settings.apiPort, '--port')
  const places = placesIn(settings)
  const cast = castOf(settings.contributors)
  const chain = await startLocalChain({
    folder: places.chain,
    port: settings.rpcPort,
    accounts: castSize(settings.contributors),
    mnemonic: DEMO_MNEMONIC,
  })
  closers.push(chain.stop)
  const split = splitTask(MAIL, settings)

  const [{ stage, frozen, api }] = await Promise.all([
    (async () => {
      const deployment = await progress.step('Compile and deploy the contracts', 40, () =>
        ensureDeployment(settings, chain, cast),
      )
      const stage: Stage = { settings, progress, chain, cast, connection: await connect(chain.rpcUrl, deployment) }
      const frozen = await progress.step('Register the dataset', 5, (done) => freezeMail(stage, split, done))
      const api = await progress.step('Start the indexer', 7, () => follow(settings, chain, deployment, closers))
      return { stage, frozen, api }
    })(),
    progress.step('Encode the mails', 120, (done) => extractMailFeatures(settings, split, done)),
  ])
  const manifest = await progress.step('Fine-tune and take gradients', 12, (done) =>
    ensureRun(settings, split, frozen, done),
  )
  const published = await progress.step('Publish the run', 10, () => ensurePublished(stage))
  const model = loadServedModel(places.run, { cacheFolder: settings.cacheFolder })
  closers.push(model.close)
  await progress.step('Serve, attribute and record', 5, (done) => serveMail(stage, published, model, split, done))
  await progress.step('Let days pass and claim', 2, (done) => claimEarnings(stage, frozen, done))

  const earlier = readSummary(places.summary)?.seconds ?? {}
  const summary = await progress.step('Ask the API and compare with the chain', 8, () =>
    report({ stage, split, frozen, manifest, published, model, api, seconds: {} }),
  )
  const now = { ...Object.fromEntries(progress.seconds), 'To the table': (performance.now() - startedAt) / 1000 }
  const told: Summary = { ...summary, seconds: { ...now, ...earlier } }
  writeWhole(places.summary, `${JSON.stringify(told, null, 2)}\n`)
  return told
}

/** What to close, in the order in which it was opened; it is closed from the end. */
export type Closers = (() => Promise<void>)[]

async function follow(
  settings: DemoSettings,
  chain: LocalChain,
  deployment: Deployment,
  closers: Closers,
): Promise<string> {
  const places = placesIn(settings)
  const indexer = await startIndexer({
    deployment,
    rpcUrls: [chain.rpcUrl],
    database: { kind: 'embedded', folder: places.index },
    port: settings.apiPort,
    blobs: places.blobs,
    // A chain on one's own disk can lose its last second to a power cut, and that may be many blocks.
    finalityDepth: 100_000,
    pollMs: 100,
  })
  closers.push(indexer.close)
  await indexer.ready
  return indexer.url
}
