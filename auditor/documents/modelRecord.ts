import type { Hex } from 'viem'
import type { ContributionSubmitted, DatasetRegistered } from '../../chain/events/datasetFacts.ts'
import type { EvaluationRecorded } from '../../chain/events/evaluationFacts.ts'
import type { Fact, Facts, FactTable } from '../../chain/events/facts.ts'
import type { FineTuneBegun, FineTuneRegistered } from '../../chain/events/fineTuneFacts.ts'
import type { BaseModelRegistered, FineTuneEntered } from '../../chain/events/modelFacts.ts'
import { StopError } from '../../sdk/errors.ts'

/** Where a record was read: what a document names, so that it can be checked later. */
export interface Origin {
  readonly chainId: number
  /** Of the Models contract, in lower case. */
  readonly models: Hex
  readonly deployment: string
  readonly block: { readonly number: bigint; readonly hash: Hex; readonly timestamp: bigint }
}

export interface Contributed extends ContributionSubmitted {
  /** When its contributor withdrew consent, in seconds; undefined while it stands. */
  readonly withdrawnAt: bigint | undefined
}

/** A frozen dataset version, and the contributions in it. */
export interface VersionRecord {
  readonly version: bigint
  readonly frozenAt: bigint
  readonly dataset: DatasetRegistered
  readonly curator: Hex
  readonly contributions: readonly Contributed[]
}

export type ModelAncestor =
  | { readonly kind: 'base'; readonly model: number; readonly base: BaseModelRegistered }
  | { readonly kind: 'fineTune'; readonly model: number; readonly adapterHash: Hex }

/** Everything that the chain says of a fine-tune and of what it was trained on. */
export interface ModelRecord {
  readonly origin: Origin
  readonly model: number
  readonly registeredAt: bigint
  readonly entered: FineTuneEntered
  readonly begun: FineTuneBegun
  readonly registered: FineTuneRegistered
  /** From its parent to its base. */
  readonly ancestors: readonly ModelAncestor[]
  readonly versions: readonly VersionRecord[]
  readonly evaluations: readonly EvaluationRecorded[]
  readonly struckUnits: readonly number[]
}

/** The tables that records are made of. */
export const recordTables: ReadonlySet<FactTable> = new Set<FactTable>([
  'datasetRegistered',
  'curatorChanged',
  'contributionSubmitted',
  'contributionAccepted',
  'consentWithdrawn',
  'versionFrozen',
  'baseModelRegistered',
  'fineTuneEntered',
  'fineTuneBegun',
  'fineTuneRegistered',
  'trainedOn',
  'evaluationRecorded',
  'unitStruck',
])

export interface TimedFacts {
  readonly facts: readonly Fact[]
  /** The time of each fact's block, in seconds. */
  readonly timeOf: (block: bigint) => bigint
}

export function modelRecord(origin: Origin, { facts, timeOf }: TimedFacts, model: number): ModelRecord {
  const rows = <T extends FactTable>(table: T): readonly Facts[T][] =>
    facts.flatMap((fact) => (fact.table === table ? [fact.row as Facts[T]] : []))
  const ofModel = <T extends { readonly model: number }>(found: readonly T[], of = model) =>
    found.find((row) => row.model === of)
  const entered = ofModel(rows('fineTuneEntered'))
  const begun = ofModel(rows('fineTuneBegun'))
  const registered = ofModel(rows('fineTuneRegistered'))
  if (entered === undefined || begun === undefined || registered === undefined)
    throw new StopError(
      `Model ${model} is no registered fine-tune on this chain`,
      { model, block: origin.block.number },
      'Name a fine-tune whose units are all registered.',
    )
  const ancestors: ModelAncestor[] = []
  for (let parent: number | undefined = entered.parent; parent !== undefined && parent !== 0; ) {
    const base: BaseModelRegistered | undefined = ofModel(rows('baseModelRegistered'), parent)
    const tune = ofModel(rows('fineTuneBegun'), parent)
    if (base !== undefined) ancestors.push({ kind: 'base', model: parent, base })
    else if (tune !== undefined) ancestors.push({ kind: 'fineTune', model: parent, adapterHash: tune.adapterHash })
    parent = base === undefined ? ofModel(rows('fineTuneEntered'), parent)?.parent : undefined
  }
  const versions = rows('trainedOn').filter((row) => row.model === model)
  return {
    origin,
    model,
    registeredAt: timeOf(registered.block),
    entered,
    begun,
    registered,
    ancestors,
    versions: versions.map(({ version }) => versionRecord({ facts, timeOf }, version)),
    evaluations: rows('evaluationRecorded').filter((row) => row.model === model),
    struckUnits: rows('unitStruck').flatMap((row) => (row.model === model ? [row.unit] : [])),
  }
}

function versionRecord({ facts, timeOf }: TimedFacts, version: bigint): VersionRecord {
  const rows = <T extends FactTable>(table: T): readonly Facts[T][] =>
    facts.flatMap((fact) => (fact.table === table ? [fact.row as Facts[T]] : []))
  const frozen = rows('versionFrozen').find((row) => row.version === version) as Facts['versionFrozen']
  const dataset = rows('datasetRegistered').find((row) => row.dataset === frozen.dataset) as DatasetRegistered
  const accepted = new Map(rows('contributionAccepted').map((row) => [row.contribution, row.acceptedAt]))
  const withdrawn = new Map(rows('consentWithdrawn').map((row) => [row.contribution, row]))
  // As `Datasets.includes` decides: accepted before the version was frozen, and not withdrawn before.
  const contributions = rows('contributionSubmitted').filter(({ contribution, dataset: of }) => {
    const acceptedAt = accepted.get(contribution)
    const withdrawnAt = withdrawn.get(contribution)?.withdrawnAt
    return (
      of === frozen.dataset &&
      acceptedAt !== undefined &&
      acceptedAt <= frozen.frozenAt &&
      (withdrawnAt === undefined || withdrawnAt > frozen.frozenAt)
    )
  })
  return {
    version,
    frozenAt: timeOf(frozen.block),
    dataset,
    curator: rows('curatorChanged').findLast((row) => row.dataset === frozen.dataset)?.curator ?? dataset.curator,
    contributions: contributions.map((row) => {
      const withdrawal = withdrawn.get(row.contribution)
      return { ...row, withdrawnAt: withdrawal === undefined ? undefined : timeOf(withdrawal.block) }
    }),
  }
}
