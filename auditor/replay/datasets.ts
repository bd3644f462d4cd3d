import type { Hex } from 'viem'
import type { ExpectedSlot } from '../storage/expectedSlot.ts'
import { mappedSlot, packed, plainSlot } from '../storage/words.ts'
import type { Contribution, Dataset, DatasetsWorld } from '../world/datasets.ts'
import { NO_ADDRESS } from './accounts.ts'
import { expectTold, type Handlers, type Step } from './step.ts'

const [COUNT, DATASETS, PROPOSED, ACCEPTED_ITEMS, CONTRIBUTIONS, VERSIONS] = [3, 4, 6, 7, 8, 9]
/** In the order of `ContributionStatus`. */
const [SUBMITTED, ACCEPTED, REJECTED, WITHDRAWN] = [1, 2, 3, 4]

export const datasetHandlers: Handlers = {
  datasetRegistered: (step, { dataset, curator }) => {
    const { world, at } = step
    expectTold(step, 'Datasets are not numbered one after the other', dataset, world.datasets.size + 1)
    const none = { contributions: 0, accepted: 0, acceptedItems: 0, versions: 0 }
    world.datasets.set(dataset, { curator, proposed: NO_ADDRESS, ...none, at })
  },
  curatorProposed: (step, { dataset, proposed }) => changeDataset(step, dataset, () => ({ proposed })),
  curatorChanged: (step, { dataset, previous, curator }) =>
    changeDataset(step, dataset, (before) => {
      expectTold(step, `The curator of dataset ${dataset} before`, previous, before.curator)
      return { curator, proposed: NO_ADDRESS }
    }),
  contributionSubmitted: (step, { contribution, dataset, contributor, itemsRoot, itemCount }) => {
    const none = { acceptedAt: 0n, withdrawnAt: 0n, withdrawnTime: 0n, status: SUBMITTED }
    const items = Number(itemCount)
    step.world.contributions.set(contribution, { dataset, contributor, itemsRoot, items, ...none, at: step.at })
    changeDataset(step, dataset, ({ contributions }) => ({ contributions: contributions + 1 }))
  },
  contributionAccepted: (step, { contribution, dataset, acceptedAt }) => {
    const items = changeContribution(step, contribution, { acceptedAt, status: ACCEPTED })
    changeDataset(step, dataset, (before) => ({
      accepted: before.accepted + 1,
      acceptedItems: before.acceptedItems + items,
    }))
  },
  contributionRejected: (step, { contribution }) => {
    changeContribution(step, contribution, { status: REJECTED })
  },
  consentWithdrawn: (step, { contribution, dataset, withdrawnAt }) => {
    const wasAccepted = step.world.contributions.get(contribution)?.status === ACCEPTED
    const withdrawnTime = step.timestamp
    const items = changeContribution(step, contribution, { withdrawnAt, withdrawnTime, status: WITHDRAWN })
    if (!wasAccepted) return
    changeDataset(step, dataset, (before) => ({
      accepted: before.accepted - 1,
      acceptedItems: before.acceptedItems - items,
    }))
  },
  versionFrozen: (step, { version, dataset, frozenAt, contributionCount }) =>
    changeDataset(step, dataset, ({ accepted, acceptedItems, versions }) => {
      expectTold(step, `Contributions of version ${version}`, contributionCount, accepted)
      step.world.versions.set(version, { frozenAt, contributions: accepted, items: acceptedItems, at: step.at })
      return { versions: versions + 1 }
    }),
}

export function* datasetSlots({ datasets, contributions, versions }: DatasetsWorld): Iterable<ExpectedSlot> {
  const contract = 'datasets'
  yield { contract, slot: plainSlot(COUNT), word: BigInt(datasets.size), subject: 'number of datasets' }
  for (const [number, dataset] of datasets) {
    const { curator, proposed, accepted, acceptedItems, at } = dataset
    const counts = [dataset.contributions, accepted, dataset.versions].map((count) => [count, 32] as const)
    const subject = `dataset ${number}`
    yield { contract, slot: mappedSlot(DATASETS, number), word: packed([BigInt(curator), 160], ...counts), subject, at }
    const next = `proposed curator of dataset ${number}`
    yield { contract, slot: mappedSlot(PROPOSED, number), word: BigInt(proposed), subject: next, at }
    const items = { word: BigInt(acceptedItems), subject: `accepted items of dataset ${number}` }
    yield { contract, slot: mappedSlot(ACCEPTED_ITEMS, number), ...items, at }
  }
  for (const [
    id,
    { contributor, dataset, items, acceptedAt, withdrawnAt, withdrawnTime, status, at },
  ] of contributions) {
    const whose = [contributor, dataset, items].map((field) => [field, 32] as const)
    const word = packed(...whose, [acceptedAt, 48], [withdrawnAt, 48], [withdrawnTime, 40], [status, 8])
    yield { contract, slot: mappedSlot(CONTRIBUTIONS, id), word, subject: `contribution ${id}`, at }
  }
  for (const [version, { frozenAt, contributions: count, items, at }] of versions) {
    const word = packed([frozenAt, 48], [count, 32], [items, 64])
    yield { contract, slot: mappedSlot(VERSIONS, version), word, subject: `dataset version ${version}`, at }
  }
}

function changeDataset(step: Step, dataset: number, changed: (before: Dataset) => Partial<Dataset>): void {
  const before = step.world.datasets.get(dataset)
  if (before !== undefined) step.world.datasets.set(dataset, { ...before, ...changed(before), at: step.at })
}

/** Gives its number of items. */
function changeContribution({ world, at }: Step, contribution: Hex, changed: Partial<Contribution>): number {
  const before = world.contributions.get(contribution)
  if (before !== undefined) world.contributions.set(contribution, { ...before, ...changed, at })
  return before?.items ?? 0
}
