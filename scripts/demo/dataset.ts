import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { keccak } from '../../attribution/keccak.ts'
import { ensureAccount } from '../../pipeline/publish/account.ts'
import { putBlob } from '../../pipeline/publish/blobs.ts'
import { ensureContribution } from '../../pipeline/publish/contribute.ts'
import { type DatasetTerms, ensureDataset, ensureVersion } from '../../pipeline/publish/dataset.ts'
import { ensureCommitment } from '../../pipeline/publish/items.ts'
import { MAIL } from '../../pipeline/train/tasks/mail/mail.ts'
import type { Contributor, Split } from '../../pipeline/train/tasks/split.ts'
import { placesIn } from './places.ts'
import { type Stage, walletOf } from './stage.ts'

/** The demo's dataset: every contributor contributes mails from a wallet of their own; the curator accepts and freezes. */

export interface MailContribution {
  readonly contributor: Contributor
  readonly contribution: Hex
  readonly account: number
  readonly itemHashes: readonly Hex[]
}

export interface FrozenMail {
  readonly dataset: number
  readonly version: bigint
  /** In the order in which they were accepted. */
  readonly contributions: readonly MailContribution[]
}

const TERMS = `Contributors share these mails under the dataset's licence. What a model earns with them is split by the ledger
among those whose rows moved its answers. Consent can be withdrawn at any time: versions frozen later leave the mails out.
`

export async function freezeMail(
  stage: Stage,
  split: Split,
  report: (done: number, total: number) => void,
): Promise<FrozenMail> {
  const { settings, connection, cast } = stage
  const places = placesIn(settings)
  const dataset = await ensureDataset(connection, walletOf(stage, cast.curator), mailTerms(places.blobs, split))

  // One after the other, so that accounts are numbered alike in every run of the same seed.
  for (const holder of cast.contributors) await ensureAccount(connection, walletOf(stage, holder))
  let done = 0
  const contributions = await Promise.all(
    split.contributors.map(async (contributor, i): Promise<MailContribution> => {
      const holder = cast.contributors[i]
      if (holder === undefined) throw new Error(`${contributor.name} has no wallet`)
      const commitment = ensureCommitment(
        join(places.contributors, `${contributor.name}.json`),
        contributor.items,
        () => randomBytes(32),
      )
      const made = await ensureContribution(connection, walletOf(stage, holder), dataset, commitment)
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
  const version = await ensureVersion(connection, walletOf(stage, cast.curator), dataset, names)
  return { dataset, version, contributions }
}

function mailTerms(blobs: string, { contributors }: Split): DatasetTerms {
  const card = `# Mails of ${contributors.length} contributors

Dealt out of the SpamAssassin corpus (${MAIL.source.package} ${MAIL.source.revision}, sha-256 ${MAIL.source.sha256}):
${contributors.reduce((sum, { items }) => sum + items.length, 0)} mails labelled ham or spam. Most contributors are honest; one flips labels, one near-copies another, one writes word salad
and one brings outliers, so that it can be seen what each of them earns.
`
  const metadataHash = putBlob(blobs, new TextEncoder().encode(card))
  return {
    licence: MAIL.source.licence,
    termsHash: keccak(new TextEncoder().encode(TERMS)),
    metadataHash,
    metadataURI: `blobs/${metadataHash}`,
  }
}
