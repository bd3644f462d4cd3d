import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { keccak256 } from 'viem'
import { ensureContribution } from '../../pipeline/publish/contribute.ts'
import { ensureDataset, ensureVersion } from '../../pipeline/publish/dataset.ts'
import { ensureCommitment } from '../../pipeline/publish/items.ts'
import { DEFAULT_PAY, payTermsOf } from '../../pipeline/publish/payTerms.ts'
import { prepareRun } from '../../pipeline/publish/prepareRun.ts'
import { publishRun } from '../../pipeline/publish/publishRun.ts'
import { readRun } from '../../pipeline/run/readRun.ts'
import { DEFAULT_SKETCH } from '../../pipeline/train/emit/describeRun.ts'
import { MAIL } from '../../pipeline/train/tasks/mail/mail.ts'
import { splitTask } from '../../pipeline/train/tasks/split.ts'
import { type TrainingContribution, trainRun } from '../../pipeline/train/trainRun.ts'
import type { LocalLedger } from './localLedger.ts'
import { LOCAL_SHARES } from './localModel.ts'

/** A small model of mails that is really trained, with a twin in full precision, and registered on a local ledger. */

export interface PublishedRun {
  readonly model: number
  readonly run: string
  readonly blobs: string
}

/** Codes in its sketches. */
export const PUBLISHED_DIMS = 64

export async function publishSmallRun(
  local: LocalLedger,
  size: { readonly rows: number; readonly heldOut: number },
): Promise<PublishedRun> {
  const { connection, wallets, walletOf, folder } = local
  const split = splitTask(MAIL, { ...size, seed: 7, contributors: wallets.contributors.length })
  const dataset = await ensureDataset(connection, walletOf(wallets.curator), {
    licence: 'CC0-1.0',
    termsHash: keccak256('0x01'),
    metadataHash: keccak256('0x02'),
    metadataURI: 'ipfs://card',
  })
  const contributions: TrainingContribution[] = []
  for (const [i, { name, items }] of split.contributors.entries()) {
    const holder = wallets.contributors[i]
    if (holder === undefined) throw new Error('Everyone has a wallet')
    const commitment = ensureCommitment(join(folder, `${name}.json`), items, () => randomBytes(32))
    const { contribution } = await ensureContribution(connection, walletOf(holder), dataset, commitment)
    contributions.push({ id: contribution, items, itemHashes: commitment.items.map(({ itemHash }) => itemHash) })
  }
  const ids = contributions.map(({ id }) => id)
  const version = await ensureVersion(connection, walletOf(wallets.curator), dataset, ids)
  const run = join(folder, 'run')
  await trainRun({
    contributions,
    versions: [`${version}`],
    heldOut: split.heldOut,
    outFolder: run,
    seed: 7,
    maxTokens: 16,
    cacheFolder: join(folder, 'features'),
    compareFullPrecision: true,
    projectionWidth: 128,
    sketch: { ...DEFAULT_SKETCH, dims: PUBLISHED_DIMS },
  })
  const blobs = join(folder, 'blobs')
  const { model } = await publishRun(await prepareRun(connection, readRun(run)), {
    connection,
    owner: walletOf(wallets.owner),
    baseOwner: walletOf(wallets.baseOwner),
    baseRoyaltyBps: 300,
    shares: LOCAL_SHARES,
    pay: payTermsOf(DEFAULT_PAY),
    operators: [],
    folder: join(folder, 'publication'),
    blobs,
    blobsAt: 'http://127.0.0.1/blobs/',
  })
  return { model, run, blobs }
}
