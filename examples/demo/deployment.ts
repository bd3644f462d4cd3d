import { existsSync, rmSync } from 'node:fs'
import type { LocalChain } from '../../cli/localChain/localChain.ts'
import { deployLedger, standsOn } from '../../scripts/deploy/deploy.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { readDeployment } from '../../sdk/node/readDeployment.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import { placesIn } from './places.ts'
import { DEMO_TERMS, type DemoSettings } from './settings.ts'
import type { Wallets } from './wallets.ts'

/** Minutes instead of days, so that a vote can be tried; what is voted on is as in a real deployment. */
const DEMO_VOTING = {
  delaySeconds: 10,
  periodSeconds: 120,
  proposalThreshold: 10n ** 18n,
  quorumPercent: 4,
  lateQuorumSeconds: 60,
}

/** The contracts of this demo's chain: those that stand there, or new ones. */
export async function ensureDeployment(
  settings: DemoSettings,
  chain: LocalChain,
  wallets: Wallets,
): Promise<Deployment> {
  const { deployment: path, index } = placesIn(settings)
  if (existsSync(path)) {
    const stored = readDeployment(path)
    if (await standsOn(chain.reader, stored)) return stored
  }
  const { epochSeconds, treasuryBps, minBookGwei } = DEMO_TERMS
  const deployment = await deployLedger({
    name: 'demo',
    rpcUrl: chain.rpcUrl,
    deployer: wallets.deployer,
    treasuryPayout: wallets.treasury.address,
    ledger: { epochSeconds, treasuryBps, minBookGwei },
    voting: DEMO_VOTING,
    timelockSeconds: 60,
  })
  // What was indexed of contracts that are gone is of no use to those that took their place.
  rmSync(index, { recursive: true, force: true })
  writeWhole(path, `${JSON.stringify(deployment, null, 2)}\n`)
  return deployment
}
