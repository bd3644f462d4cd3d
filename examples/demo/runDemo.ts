import { mkdirSync } from 'node:fs'
import { type LocalChain, startLocalChain } from '../../cli/localChain/localChain.ts'
import { requireFree } from '../../cli/localChain/ports.ts'
import { startIndexer } from '../../indexer/start.ts'
import { loadServedModel } from '../../pipeline/train/servedModel.ts'
import { ensurePage } from '../../scripts/buildWeb.ts'
import { connect } from '../../sdk/contracts.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import { auditDemo } from './audit.ts'
import type { Context } from './context.ts'
import { type FrozenDataset, freezeItems } from './dataset.ts'
import { contributorsOf, type DemoTask, demoTasks } from './demoTask.ts'
import { ensureDeployment } from './deployment.ts'
import { gatewayUrlOf, leaveOpen, type TaskToServe } from './gateway.ts'
import { placesIn } from './places.ts'
import type { Progress, Report } from './progress.ts'
import { ensurePublished } from './publishing.ts'
import { report, type TaskToReport } from './report.ts'
import { serveAll } from './serving.ts'
import { type DemoSettings, keepScenario } from './settings.ts'
import { settleAndClaimAll } from './settling.ts'
import { readSummary, type Summary } from './summary.ts'
import { encodeTexts, ensureCertified, ensureRun, featuresIn } from './training.ts'
import { DEMO_MNEMONIC, walletCount, walletsOf } from './wallets.ts'

/**
 * The main job, end to end: texts contributed → models fine-tuned and certified → registered → served for pay → indexed → settled → claimed.
 * Every step looks first at what is there, on disk and on chain, so that a start after a kill goes on and a second start does nothing.
 */
export async function runDemo(settings: DemoSettings, progress: Progress, closers: Closers): Promise<Finished> {
  const startedAt = performance.now()
  mkdirSync(settings.folder, { recursive: true })
  keepScenario(settings)
  await requireFree(settings.apiPort, '--port')
  await requireFree(settings.gatewayPort, '--gateway-port')
  const places = placesIn(settings)
  const contributors = contributorsOf(settings)
  const wallets = walletsOf(contributors)
  const chain = await startLocalChain({
    folder: places.chain,
    port: settings.rpcPort,
    accounts: walletCount(contributors),
    mnemonic: DEMO_MNEMONIC,
    portOption: '--rpc-port',
  })
  closers.push(chain.stop)
  const tasks = demoTasks(settings, wallets)

  const [{ context, frozen, api }] = await Promise.all([
    (async () => {
      const deployment = await progress.step('Compile and deploy the contracts', 50, () =>
        ensureDeployment(settings, chain, wallets),
      )
      const context: Context = {
        settings,
        progress,
        chain,
        wallets,
        connection: await connect(chain.rpcUrl, deployment),
      }
      const frozen = await progress.step('Freeze the datasets', 8, (done) =>
        inTurn(tasks, done, (demo, own) => freezeItems(context, demo, own)),
      )
      await progress.step('Build the page', 10, ensurePage)
      const api = await progress.step('Start the indexer', 7, () => follow(settings, chain, deployment, closers))
      return { context, frozen, api }
    })(),
    progress.step('Encode the texts', 90, (done) =>
      inTurn(tasks, done, (demo, own) => encodeTexts(settings, demo, own)),
    ),
  ])
  const frozenOf = (demo: DemoTask): FrozenDataset => frozen[tasks.indexOf(demo)] as FrozenDataset
  const manifests = await progress.step('Fine-tune, drop near-copies, fine-tune again', 20, (done) =>
    inTurn(tasks, done, (demo, own) => ensureRun(settings, demo, frozenOf(demo), own)),
  )
  const certificates = await progress.step('Train without each contributor in turn', 50, (done) =>
    together(tasks, done, (demo, own) => ensureCertified(settings, demo, own)),
  )
  const published = await progress.step('Register the models in pages', 10, (done) =>
    inTurn(tasks, done, (demo) => ensurePublished(context, demo)),
  )
  const played = tasks.map((demo, i) => ({
    demo,
    frozen: frozenOf(demo),
    manifest: manifests[i] as TaskToReport['manifest'],
    certificate: certificates[i] as TaskToReport['certificate'],
    published: published[i] as TaskToReport['published'],
    model: loadServedModel(demo.places.run, { cacheFolder: featuresIn(settings) }),
  }))
  closers.push(...played.map(({ model }) => model.close))
  await progress.step('Take vouchers, answer and record', 10, (done) => serveAll(context, played, done))
  await progress.step('Close books, settle and claim', 8, (done) => settleAndClaimAll(context, played, done))

  const earlier = readSummary(places.summary)?.seconds ?? {}
  const told = await progress.step('Compare chain, index and attribution', 8, () => report(context, played, api))
  const audited = await progress.step('Audit everything from the node alone', 5, (done) =>
    auditDemo(context, api, done),
  )
  const now = { ...Object.fromEntries(progress.seconds), 'To the table': (performance.now() - startedAt) / 1000 }
  const summary: Summary = { ...told, audit: audited, seconds: { ...now, ...earlier } }
  writeWhole(places.summary, `${JSON.stringify(summary, null, 2)}\n`)
  return { summary, leaveOpen: async () => await openFor(context, played, api, closers) }
}

/** What the demo found, and how to go on asking its models. */
export interface Finished {
  readonly summary: Summary
  leaveOpen(): Promise<string>
}

/** Leaves a gateway open, and says how to ask it. */
async function openFor(
  context: Context,
  played: readonly TaskToServe[],
  api: string,
  closers: Closers,
): Promise<string> {
  const { gateway, secret, model } = await leaveOpen(context, played)
  closers.push(gateway.close)
  return `Ask a model, with a key that pays from a channel of 10 OPEN:
  curl ${gateway.url}/v1/chat/completions -H 'Authorization: Bearer ${secret}' -H 'Content-Type: application/json' \\
    -d '{"model": "${model}", "attribution": true, "messages": [{"role": "user", "content": "Shall we meet at noon?"}]}'
Or from a wallet, in the page: ${api}/try`
}

type TaskWork<T> = (demo: DemoTask, own: Report) => Promise<T>

/** One task after the other. */
async function inTurn<T>(tasks: readonly DemoTask[], report: Report, work: TaskWork<T>): Promise<readonly T[]> {
  const reports = reportsOf(tasks, report)
  const results: T[] = []
  for (const [i, demo] of tasks.entries()) results.push(await work(demo, reports[i] as Report))
  return results
}

/** All at once: one task's threads work while another's measure. */
async function together<T>(tasks: readonly DemoTask[], report: Report, work: TaskWork<T>): Promise<readonly T[]> {
  const reports = reportsOf(tasks, report)
  return await Promise.all(tasks.map((demo, i) => work(demo, reports[i] as Report)))
}

/** How far tasks are together, in texts that their answers are over: the larger a task, the more of the work it is. */
function reportsOf(tasks: readonly DemoTask[], report: Report): readonly Report[] {
  const sizes = tasks.map(({ scenario }) => scenario.heldOut)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const parts = tasks.map(() => 0)
  return tasks.map((_, i) => (done, all) => {
    parts[i] = all === 0 ? 0 : ((sizes[i] as number) * done) / all
    report(Math.round(parts.reduce((sum, part) => sum + part, 0)), total)
  })
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
    page: { deployment, rpcUrl: chain.rpcUrl, gatewayUrl: gatewayUrlOf(settings) },
    // A chain on one's own disk can lose its last second to a power cut, and that may be many blocks.
    finalityDepth: 100_000,
    pollMs: 100,
  })
  closers.push(indexer.close)
  await indexer.ready
  return indexer.url
}
