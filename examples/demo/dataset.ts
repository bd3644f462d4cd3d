import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { ensureAccount } from '../../pipeline/publish/account.ts'
import { putBlob } from '../../pipeline/publish/blobs.ts'
import { ensureContribution } from '../../pipeline/publish/contribute.ts'
import { type DatasetTerms, ensureDataset, ensureVersion } from '../../pipeline/publish/dataset.ts'
import { ensureCommitment } from '../../pipeline/publish/items.ts'
import type { Contributor } from '../../pipeline/train/tasks/split.ts'
import { type Context, walletOf } from './context.ts'
import type { DemoTask } from './demoTask.ts'
import { placesIn } from './places.ts'
import type { Report } from './progress.ts'

/** A task's dataset: every contributor contributes from a wallet of their own; the curator accepts and freezes. */

export interface FrozenContribution {
  readonly contributor: Contributor
  readonly contribution: Hex
  readonly account: number
  readonly itemHashes: readonly Hex[]
}

export interface FrozenDataset {
  readonly dataset: number
  readonly version: bigint
  /** In the order in which they were accepted. */
  readonly contributions: readonly FrozenContribution[]
}

const TERMS = `Contributors share these texts under the dataset's licence. What a model earns with them is split by the ledger
among those whose rows helped its answers. Consent can be withdrawn at any time: versions frozen later leave the texts out.
`

export async function freezeItems(context: Context, demo: DemoTask, report: Report): Promise<FrozenDataset> {
  const { settings, connection, wallets } = context
  const { blobs } = placesIn(settings)
  const { split, holders, places } = demo
  const dataset = await ensureDataset(connection, walletOf(context, wallets.curator), termsOf(blobs, demo))

  // One after the other, so that accounts are numbered alike in every run of the same seed.
  for (const holder of holders) await ensureAccount(connection, walletOf(context, holder))
  let done = 0
  const contributions = await Promise.all(
    split.contributors.map(async (contributor, i): Promise<FrozenContribution> => {
      const holder = holders[i]
      if (holder === undefined) throw new Error(`${contributor.name} has no wallet`)
      const commitment = ensureCommitment(
        join(places.contributors, `${contributor.name}.json`),
        contributor.items,
        () => randomBytes(32),
      )
      const made = await ensureContribution(connection, walletOf(context, holder), dataset, commitment)
      report(++done, split.contributors.length)
      return {
        contributor,
        contribution: made.contribution,
        account: made.contributor,
        itemHashes: commitment.items.map(({ itemHash }) => itemHash),
      }
    }),
  )
  const names = contributions.map(({ contribution }) => contribution)
  const version = await ensureVersion(connection, walletOf(context, wallets.curator), dataset, names)
  return { dataset, version, contributions }
}

function termsOf(blobs: string, { task, split: { contributors } }: DemoTask): DatasetTerms {
  const { source, plural, classes } = task
  const items = contributors.reduce((sum, own) => sum + own.items.length, 0)
  const card = `# ${plural} of ${contributors.length} contributors

Dealt out of ${source.package} ${source.revision} (sha-256 ${source.sha256}): ${items} ${plural}, each labelled ${classes.join(' or ')}.
Most contributors are honest; one flips labels, one near-copies another, one writes word salad and one brings outliers, so that it
can be seen what each of them earns.
`
  const metadataHash = putBlob(blobs, new TextEncoder().encode(card))
  return {
    licence: source.licence,
    termsHash: putBlob(blobs, new TextEncoder().encode(TERMS)),
    metadataHash,
    metadataURI: `blobs/${metadataHash}`,
  }
}
