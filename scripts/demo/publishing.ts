import { existsSync } from 'node:fs'
import { decodeIndex, indexTree } from '../../attribution/influenceIndex.ts'
import { rootOf } from '../../attribution/merkle.ts'
import { ensureAccount } from '../../pipeline/publish/account.ts'
import { prepareRun } from '../../pipeline/publish/prepareRun.ts'
import { type PublishedIndex, readPublished } from '../../pipeline/publish/publication.ts'
import { publishRun } from '../../pipeline/publish/publishRun.ts'
import { readRun } from '../../pipeline/run/readRun.ts'
import { errorNameOf } from '../../sdk/transact.ts'
import { placesIn } from './places.ts'
import { DEMO_TERMS } from './settings.ts'
import { type Stage, walletOf } from './stage.ts'

export interface PublishedMail extends PublishedIndex {
  readonly operator: number
}

/** The demo's model: the one that its publication names if the chain knows it by the same index, or newly published. */
export async function ensurePublished(stage: Stage): Promise<PublishedMail> {
  const { settings, connection, cast } = stage
  const { run, publication, blobs } = placesIn(settings)
  const operator = await ensureAccount(connection, walletOf(stage, cast.operator))
  if (existsSync(`${publication}/publication.json`)) {
    const stored = readPublished(publication, blobs)
    if (await isServable(stage, stored, operator)) return { ...stored, operator }
  }
  await publishRun(await prepareRun(connection, readRun(run)), {
    connection,
    owner: walletOf(stage, cast.owner),
    baseOwner: walletOf(stage, cast.baseOwner),
    baseRoyaltyBps: DEMO_TERMS.baseRoyaltyBps,
    shares: DEMO_TERMS.shares,
    operators: [operator],
    folder: publication,
    blobs,
    blobsAt: `http://127.0.0.1:${settings.apiPort}/blobs/`,
  })
  return { ...readPublished(publication, blobs), operator }
}

async function isServable(
  { connection }: Stage,
  { publication, indexFile }: PublishedIndex,
  operator: number,
): Promise<boolean> {
  const { reader, contracts } = connection
  const { model } = publication
  try {
    const [root, allowed] = await Promise.all([
      reader.readContract({ ...contracts.models, functionName: 'influenceRootOf', args: [model] }),
      reader.readContract({ ...contracts.models, functionName: 'isOperator', args: [model, operator] }),
    ])
    return allowed && root === rootOf(indexTree(decodeIndex(indexFile)))
  } catch (error) {
    if (errorNameOf(error) === 'Models_UnknownModel') return false
    throw error
  }
}
