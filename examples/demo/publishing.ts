import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureAccount } from '../../pipeline/publish/account.ts'
import { findFineTune, fineTuneOf, type Registration } from '../../pipeline/publish/fineTune.ts'
import { payTermsOf } from '../../pipeline/publish/payTerms.ts'
import { prepareRun, type SketchedRun } from '../../pipeline/publish/prepareRun.ts'
import { type PublishedSketches, readPublished } from '../../pipeline/publish/publication.ts'
import { publishRun } from '../../pipeline/publish/publishRun.ts'
import {
  ensureBase,
  FOR_GOOD,
  registerPages,
  resumeRegistration,
  sketchedPages,
} from '../../pipeline/publish/register.ts'
import { readRun } from '../../pipeline/run/readRun.ts'
import { type Context, walletOf } from './context.ts'
import type { DemoTask } from './demoTask.ts'
import { placesIn } from './places.ts'
import { DEMO_TERMS } from './settings.ts'

export interface PublishedModel extends PublishedSketches {
  readonly operator: number
}

export interface PublishedTask {
  readonly demo: DemoTask
  readonly published: PublishedModel
}

/** So small that registrations take more than one transaction, as large ones do. */
const PAGE = { contributions: 24, units: 24 }

/** A task's model: the one that its publication names if the chain knows it, or newly published. */
export async function ensurePublished(context: Context, { places }: DemoTask): Promise<PublishedModel> {
  const { settings, connection, wallets } = context
  const { blobs } = placesIn(settings)
  const operator = await ensureAccount(connection, walletOf(context, wallets.operator))
  if (existsSync(join(places.publication, 'publication.json'))) {
    const stored = readPublished(places.publication, blobs)
    if (await isServable(context, stored, operator)) return { ...stored, operator }
  }
  const prepared = await prepareRun(connection, readRun(places.run))
  const registration: Registration = {
    shares: DEMO_TERMS.shares,
    pay: payTermsOf(DEMO_TERMS.pay),
    blobsAt: `http://127.0.0.1:${settings.apiPort}/blobs/`,
  }
  await registerInPages(context, prepared, registration)
  await publishRun(prepared, {
    ...registration,
    connection,
    owner: walletOf(context, wallets.owner),
    baseOwner: walletOf(context, wallets.baseOwner),
    baseRoyaltyBps: DEMO_TERMS.baseRoyaltyBps,
    operators: [operator],
    folder: places.publication,
    blobs,
  })
  return { ...readPublished(places.publication, blobs), operator }
}

/** What is registered here is found when the run is published. */
async function registerInPages(context: Context, prepared: SketchedRun, registration: Registration): Promise<void> {
  const { connection, wallets } = context
  const [owner, baseOwner] = [walletOf(context, wallets.owner), walletOf(context, wallets.baseOwner)]
  await ensureAccount(connection, baseOwner)
  const parent = await ensureBase(connection, baseOwner, prepared.run.manifest, DEMO_TERMS.baseRoyaltyBps)
  const account = await ensureAccount(connection, owner)
  const wanted = fineTuneOf(prepared, parent, registration)
  const pages = sketchedPages(prepared.units, PAGE)
  const known = await findFineTune(connection, account, wanted)
  if (known === undefined) await registerPages(connection, owner, wanted, pages)
  else if (!known.isRegistered) await resumeRegistration(connection, owner, known.model, known.fineTune, pages)
}

async function isServable(
  { connection }: Context,
  { publication: { model, manifestHash } }: PublishedSketches,
  operator: number,
): Promise<boolean> {
  const { reader, contracts, fromBlock } = connection
  const [begun] = await reader.getContractEvents({
    ...contracts.fineTunes,
    eventName: 'FineTuneBegun',
    args: { model },
    fromBlock,
    strict: true,
  })
  if (begun?.args.fineTune.manifestHash !== manifestHash) return false
  const args = [model, operator] as const
  return (await reader.readContract({ ...contracts.models, functionName: 'operatorUntil', args })) === FOR_GOOD
}
