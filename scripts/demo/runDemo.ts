import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { splitMail } from '../../pipeline/train/mail/splitMail.ts'
import { loadServedModel } from '../../pipeline/train/servedModel.ts'
import { connect } from '../../sdk/contracts.ts'
import { claimEarnings } from './claims.ts'
import { freezeMail } from './dataset.ts'
import { ensureDeployment } from './deployment.ts'
import { startLocalChain } from './localChain.ts'
import type { Progress } from './progress.ts'
import { ensurePublished } from './publishing.ts'
import { serveMail } from './serving.ts'
import { type DemoSettings, keepScenario } from './settings.ts'
import { placesIn, type Stage } from './stage.ts'
import { ensureRun, extractMailFeatures } from './training.ts'
import { castOf, castSize, DEMO_MNEMONIC } from './wallets.ts'

export async function runDemo(settings: DemoSettings, progress: Progress): Promise<void> {
  mkdirSync(settings.folder, { recursive: true })
  keepScenario(settings)
  const places = placesIn(settings)
  const cast = castOf(settings.contributors)
  const chain = await startLocalChain({
    folder: places.chain,
    port: settings.rpcPort,
    accounts: castSize(settings.contributors),
    mnemonic: DEMO_MNEMONIC,
  })
  try {
    const split = splitMail(settings)
    const onChain = async () => {
      const deployment = await progress.step('Compile and deploy the contracts', 40, () =>
        ensureDeployment(settings, chain, cast),
      )
      const connection = await connect(chain.rpcUrl, deployment)
      const stage: Stage = { settings, progress, chain, cast, connection }
      const frozen = await progress.step('Register the dataset', 6, (report) => freezeMail(stage, split, report))
      return { stage, frozen }
    }
    const [{ stage, frozen }] = await Promise.all([
      onChain(),
      progress.step('Encode the mails', 110, (report) => extractMailFeatures(settings, split, report)),
    ])
    await progress.step('Train', 12, (report) => ensureRun(settings, split, frozen, report))
    const published = await progress.step('Publish the run', 10, () => ensurePublished(stage))
    const model = loadServedModel(places.run, { cacheFolder: settings.cacheFolder })
    await progress.step('Serve and record', 10, (report) => serveMail(stage, published, model, split, report))
    await progress.step('Claim', 3, (report) => claimEarnings(stage, frozen, report))
  } finally {
    await chain.stop()
  }
}
void join
