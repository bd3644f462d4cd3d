import { setTimeout as sleep } from 'node:timers/promises'
import type { Hex } from 'viem'
import type { Certificate } from '../../pipeline/certify/certificate.ts'
import { spell } from '../../pipeline/certify/verdict.ts'
import type { EmbeddedManifest } from '../../pipeline/run/manifest.ts'
import { bookKeyOf } from '../../sdk/book.ts'
import { requireAgreement } from './agreement.ts'
import { askBatches, askBlock, askClaims, askMoney, askPages, type ToldMoney } from './ask.ts'
import { booksOf, type ModelBooks, splitOf } from './books.ts'
import type { Context } from './context.ts'
import { deviationsOf } from './deviations.ts'
import { claimGas, gasOf, settlingGas } from './gas.ts'
import { DEMO_TERMS, FEE_GWEI } from './settings.ts'
import type { TaskToSettle } from './settling.ts'
import type { Summary, TaskSummary } from './summary.ts'
import { contributorsPaid, relativePay } from './worth.ts'

export interface TaskToReport extends TaskToSettle {
  readonly manifest: EmbeddedManifest
  readonly certificate: Certificate
}

/** Asks the API what happened, holds its money against the chain and `attribution/`, and sums it up. */
export async function report(
  context: Context,
  tasks: readonly TaskToReport[],
  api: string,
): Promise<Omit<Summary, 'seconds' | 'audit'>> {
  const { reader, contracts } = context.connection
  const head = Number(await reader.getBlockNumber())
  while ((await askBlock(api)) < head) await sleep(50)

  const [told, batches, claims, models] = await Promise.all([
    askMoney(api),
    askBatches(api),
    askClaims(api),
    Promise.all(tasks.map((task) => booksOf(context, task))),
  ])
  const alike = await requireAgreement(context.connection, told, models)
  const summaries = await Promise.all(
    tasks.map((task, i) => summaryOf(context, task, models[i] as ModelBooks, told, batches)),
  )
  const summary = {
    format: 2 as const,
    seed: context.settings.seed,
    tasks: summaries,
    fees: {
      perInferenceGwei: `${FEE_GWEI}`,
      ...sumOfFees(summaries.map(({ fees }) => fees)),
      claimedGwei: sum(claims.map(({ amountGwei }) => amountGwei)),
    },
    alike,
    gas: await gasSpent(context, tasks, batches, claims, api),
    chain: {
      chainId: reader.chain.id,
      rpc: context.chain.rpcUrl,
      ledger: contracts.ledger.address,
      blocks: head,
    },
    api,
  }
  return { ...summary, deviations: deviationsOf(summary, context.settings) }
}

async function summaryOf(
  { connection }: Context,
  { demo, frozen, published, manifest, certificate }: TaskToReport,
  { model, books }: ModelBooks,
  told: ToldMoney,
  batches: Awaited<ReturnType<typeof askBatches>>,
): Promise<TaskSummary> {
  const { reader, contracts, fromBlock } = connection
  const { publication } = published
  const pages = await reader.getContractEvents({
    ...contracts.fineTunes,
    eventName: 'UnitsRegistered',
    args: { model: model.model },
    fromBlock,
  })
  const own = told.books.filter((book) => book.model === model.model)
  const settled = own.flatMap(({ settlement }) => (settlement === null ? [] : [settlement]))
  const contributors = contributorsPaid(frozen, certificate, told)
  const { evaluation } = manifest
  const { sentences, recommended, warning } = certificate.verdict
  return {
    task: demo.scenario.task,
    dataset: frozen.dataset,
    model: model.model,
    rows: manifest.dataset.rows,
    droppedRows: publication.dropped.length,
    units: publication.units.length,
    registrationPages: pages.length,
    inferences: batches.filter((batch) => batch.model === model.model).reduce((all, { count }) => all + count, 0),
    books: books.length,
    accuracy: {
      heldOut: evaluation.heldOut,
      majority: evaluation.majority.accuracy,
      fullPrecision: evaluation.fullPrecision?.accuracy ?? null,
      nf4: evaluation.quantised.accuracy,
      fineTuned: evaluation.fineTuned.accuracy,
      fullPrecisionFineTuned: evaluation.fullPrecisionFineTuned?.accuracy ?? null,
    },
    fees: {
      totalGwei: sum(own.map(({ feesGwei }) => feesGwei)),
      contributorsGwei: sum(settled.map(({ contributorsGwei }) => contributorsGwei)),
      operatorGwei: sum(settled.map(({ operatorGwei }) => operatorGwei ?? 0n)),
      royaltiesGwei: sum(settled.map(({ royaltiesGwei }) => royaltiesGwei ?? 0n)),
      ownerGwei: sum(settled.map(({ ownerGwei }) => ownerGwei ?? 0n)),
      treasuryGwei: sum(settled.map(({ treasuryGwei }) => treasuryGwei ?? 0n)),
    },
    paidBy: splitOf(model.terms, books),
    contributors: [...contributors],
    relativePay: relativePay(contributors, certificate),
    certificate: {
      sentences: [...sentences],
      recommended,
      warning,
      registered: spell({ ...publication.pay, rule: DEMO_TERMS.pay.rule }),
    },
  }
}

async function gasSpent(
  { connection: { reader } }: Context,
  tasks: readonly TaskToReport[],
  batches: Awaited<ReturnType<typeof askBatches>>,
  claims: Awaited<ReturnType<typeof askClaims>>,
  api: string,
): Promise<Summary['gas']> {
  const recorded = await Promise.all(
    batches.map(async ({ id, count, transactionHash }) => ({
      batch: Number(id),
      inferences: count,
      ...(await gasOf(reader, transactionHash as Hex)),
    })),
  )
  const inferences = recorded.reduce((total, batch) => total + batch.inferences, 0)
  const unitsOf = (book: string) => {
    const { model } = bookKeyOf(BigInt(book))
    return tasks.find(({ published }) => published.publication.model === model)?.published.publication.units.length ?? 1
  }
  const settlements = await settlingGas(reader, await askPages(api))
  return {
    perInference: recorded.reduce((total, { gasUsed }) => total + gasUsed, 0) / inferences,
    floorPerInference: recorded.reduce((total, { floor }) => total + floor, 0) / inferences,
    batches: recorded,
    settlements: settlements.map((one) => ({ ...one, units: unitsOf(one.book) })),
    claims: (await claimGas(reader, claims)).map((claim) => ({ ...claim, accounts: [...claim.accounts] })),
  }
}

function sumOfFees(fees: readonly TaskSummary['fees'][]): TaskSummary['fees'] {
  const of = (name: keyof TaskSummary['fees']) => sum(fees.map((own) => BigInt(own[name])))
  return {
    totalGwei: of('totalGwei'),
    contributorsGwei: of('contributorsGwei'),
    operatorGwei: of('operatorGwei'),
    royaltiesGwei: of('royaltiesGwei'),
    ownerGwei: of('ownerGwei'),
    treasuryGwei: of('treasuryGwei'),
  }
}

function sum(amounts: readonly bigint[]): string {
  return `${amounts.reduce((total, amount) => total + amount, 0n)}`
}
