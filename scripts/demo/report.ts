import { setTimeout as sleep } from 'node:timers/promises'
import type { Hex } from 'viem'
import type { EmbeddedManifest } from '../../pipeline/run/manifest.ts'
import type { ServedModel } from '../../pipeline/train/servedModel.ts'
import type { Split } from '../../pipeline/train/tasks/split.ts'
import { requireAgreement } from './agreement.ts'
import {
  askAccounts,
  askAttributions,
  askBatches,
  askBlock,
  askBonds,
  askClaims,
  askInferences,
  askTabs,
} from './ask.ts'
import type { FrozenMail } from './dataset.ts'
import { deviationsOf } from './deviations.ts'
import { payByRawInfluence, type RelativePay, relativePay } from './fairness.ts'
import { claimGas, gasOf } from './gas.ts'
import type { PublishedMail } from './publishing.ts'
import { DEMO_TERMS } from './settings.ts'
import type { Stage } from './stage.ts'
import type { Summary } from './summary.ts'

export interface Told {
  readonly stage: Stage
  readonly split: Split
  readonly frozen: FrozenMail
  readonly manifest: EmbeddedManifest
  readonly published: PublishedMail
  readonly model: ServedModel
  /** Where the indexer's API answers. */
  readonly api: string
  readonly seconds: Readonly<Record<string, number>>
}

/** Asks the API what happened, holds its money against the chain, and adds what only the training run knows. */
export async function report(told: Told): Promise<Summary> {
  const { stage, split, frozen, manifest, published, api } = told
  const { reader, contracts } = stage.connection
  const head = Number(await reader.getBlockNumber())
  while ((await askBlock(api)) < head) await sleep(50)

  const [accounts, tabs, bonds, inferences, batches, claims, attributions] = await Promise.all([
    askAccounts(api),
    askTabs(api),
    askBonds(api),
    askInferences(api),
    askBatches(api),
    askClaims(api),
    askAttributions(api),
  ])
  await requireAgreement(stage.connection, accounts, tabs, bonds)

  const paidByRow = new Float64Array(manifest.dataset.rows)
  for (const { row, amountGwei } of attributions) paidByRow[row] = (paidByRow[row] ?? 0) + Number(amountGwei)
  const queries = (await told.model.answer(split.heldOut.map(({ text }) => text))).map(({ gradient }) => gradient)
  const rawByRow = payByRawInfluence(published.sketcher, told.model.run.gradients.u, queries)

  const gasOfBatches = await Promise.all(
    batches.map(async ({ id, count, transactionHash }) => ({
      batch: Number(id),
      inferences: count,
      ...(await gasOf(reader, transactionHash as Hex)),
    })),
  )
  const sum = (amounts: readonly bigint[]): string => `${amounts.reduce((total, amount) => total + amount, 0n)}`
  const each = (total: number): number => total / inferences.length
  const gasUsed = gasOfBatches.reduce((total, batch) => total + batch.gasUsed, 0)
  const floor = gasOfBatches.reduce((total, batch) => total + batch.floor, 0)
  const { evaluation } = manifest
  const summary: Omit<Summary, 'deviations'> = {
    format: 1,
    seed: stage.settings.seed,
    rows: manifest.dataset.rows,
    duplicateRows: published.publication.duplicates.length,
    flaggedRows: published.publication.flagged.length,
    contributors: frozen.contributions.length,
    inferences: inferences.length,
    accuracy: {
      heldOut: evaluation.heldOut,
      majority: evaluation.majority.accuracy,
      fullPrecision: evaluation.fullPrecision?.accuracy ?? null,
      nf4: evaluation.quantised.accuracy,
      fineTuned: evaluation.fineTuned.accuracy,
      fullPrecisionFineTuned: evaluation.fullPrecisionFineTuned?.accuracy ?? null,
    },
    fees: {
      perInferenceGwei: `${DEMO_TERMS.feeGwei}`,
      totalGwei: sum(inferences.map(({ feeGwei }) => feeGwei)),
      contributorsGwei: sum(inferences.map(({ contributorsGwei }) => contributorsGwei)),
      operatorGwei: sum(inferences.map(({ operatorGwei }) => operatorGwei)),
      royaltiesGwei: sum(inferences.map(({ royaltiesGwei }) => royaltiesGwei)),
      ownerGwei: sum(inferences.map(({ ownerGwei }) => ownerGwei)),
      treasuryGwei: sum(inferences.map(({ treasuryGwei }) => treasuryGwei)),
      claimedGwei: sum(claims.map(({ amountGwei }) => amountGwei)),
    },
    earners: frozen.contributions
      .map(({ account, contributor }) => {
        const money = accounts.find(({ id }) => id === account)
        return {
          account,
          name: contributor.name,
          kind: contributor.kind,
          rows: contributor.items.length,
          earnedGwei: `${money?.creditedGwei ?? 0n}`,
          claimedGwei: `${money?.claimedGwei ?? 0n}`,
        }
      })
      .toSorted((a, b) => Number(BigInt(b.earnedGwei) - BigInt(a.earnedGwei)) || a.account - b.account),
    relativePay: byKind(relativePay(split, paidByRow, rawByRow)),
    gas: {
      perInference: each(gasUsed),
      floorPerInference: each(floor),
      ratio: gasUsed / floor,
      batches: gasOfBatches,
      claims: (await claimGas(reader, claims)).map((claim) => ({ ...claim, accounts: [...claim.accounts] })),
    },
    chain: {
      chainId: reader.chain.id,
      rpc: stage.chain.rpcUrl,
      ledger: contracts.ledger.address,
      dataset: frozen.dataset,
      model: published.publication.model,
      blocks: head,
    },
    api,
    seconds: { ...told.seconds },
  }
  return { ...summary, deviations: deviationsOf(summary, stage.settings) }
}

function byKind(pays: readonly RelativePay[]): Summary['relativePay'] {
  const of = (wanted: RelativePay['kind']) => {
    const found = pays.find(({ kind }) => kind === wanted)
    if (found === undefined) throw new Error(`What ${wanted} rows earned was not worked out`)
    const { kind: _, ...pay } = found
    return { ...pay, asItShould: pay.paid <= pay.most }
  }
  return { flipped: of('flipped'), noise: of('noise'), outlier: of('outlier'), copied: of('copied') }
}
